import { expect, it } from 'vitest'
import { eventsOf, partsOf } from './description'

const command = (label: string, id: string, ...args: unknown[]) => ({
  kind: 'command',
  label,
  command: id,
  args,
})
const text = (words: string) => ({ kind: 'text', text: words })

it('a link on a line of its own is a button', () => {
  expect(partsOf('Look **around**.\n[Start](command:tour.start)\nThen go.')).toEqual([
    text('Look **around**.'),
    command('Start', 'tour.start'),
    text('Then go.'),
  ])
})

it('lines stay lines', () => {
  expect(partsOf('one\ntwo\r\n\n- a\n- b')).toEqual([text('one  \ntwo  \n  \n- a  \n- b')])
})

it('a command within a text is a button below it', () => {
  expect(partsOf('Press [Start](command:tour.start) or [Stop](command:tour.stop "Stops").')).toEqual([
    text('Press Start or Stop.'),
    command('Start', 'tour.start'),
    command('Stop', 'tour.stop'),
  ])
})

it('an address is a button on a line of its own, and a link in a text', () => {
  expect(partsOf('[Docs](https://docs.example/a?b=1)\nSee [docs](https://docs.example/).')).toEqual([
    { kind: 'link', label: 'Docs', address: 'https://docs.example/a?b=1' },
    text('See [docs](https://docs.example/).'),
  ])
})

it.each([
  ['command:tour.start?%22a%22', ['a']],
  ['command:tour.start?%5B%22a%22%2C1%5D', ['a', 1]],
  ['command:tour.start?{"a":1}', [{ a: 1 }]],
  ['command:tour.start?["a"]', ['a']],
  ['command:toSide:tour.start', []],
  ['COMMAND:tour.start', []],
])('%s runs with %j', (target, args) => {
  expect(partsOf(`[Go](${target})`)).toEqual([command('Go', 'tour.start', ...args)])
})

it('arguments that cannot be read are not made up', () => {
  expect(partsOf('[Go](command:tour.start?{a)')).toMatchObject([{ command: 'tour.start', args: undefined }])
  expect(partsOf('[Go](command:tour.start?%E0%A4%A)')).toMatchObject([{ args: undefined }])
})

it.each([
  'javascript:alert(1)',
  'data:text/html,x',
  'file:///etc/passwd',
  'vscode:extension/x.y',
  'https://bank.example@evil.example/',
  'command:',
  'command:%E0%A4%A',
])('%s is no button', (target) => {
  expect(partsOf(`[Go](${target})`)).toEqual([text(`[Go](${target})`)])
})

it('there is an end to buttons, and a long text is read at once', () => {
  const parts = partsOf('[Go](command:tour.start)\n'.repeat(200))
  expect(parts.filter(({ kind }) => kind === 'command')).toHaveLength(20)
  for (const hostile of ['[', '[a](', '[a](command:', '[a](command:x', '[a](https:// ', '[a](command:x "'])
    expect(partsOf(hostile.repeat(4000 / hostile.length)).length).toBeGreaterThan(0)
})

it('a step is done by its buttons, or by being looked at', () => {
  expect(eventsOf('[Go](command:tour.start)\n[Docs](https://docs.example/)')).toEqual([
    'onCommand:tour.start',
    'onLink:https://docs.example/',
  ])
  expect(eventsOf('Words, and [docs](https://docs.example/) in them.')).toEqual(['stepSelected'])
})
