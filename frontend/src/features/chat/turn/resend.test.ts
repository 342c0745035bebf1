import { afterEach, expect, test } from 'vitest'
import { Failure, type RestorePlan, type RestoreRequest } from '../../../bridge'
import { change, event, session, turn } from '../../../testing/sessions'
import { calls } from '../../../testing/window'
import { renderChat, type Rendered } from '../testing/render'
import { promptOf } from './resend'

let chat: Rendered | undefined
afterEach(() => chat?.dispose())

const picture = { name: 'a.png', mediaType: 'image/png', data: 'AAAA' }
const notes = { id: 'r1', kind: 'file' as const, name: 'notes.md', path: 'notes.md' }
const page = { id: 'r2', kind: 'url' as const, name: 'example.com', address: 'https://example.com/' }
const first = turn({ id: 't1', prompt: 'the first', before: '', after: '' })
const second = turn({
  id: 't2',
  prompt: 'the second',
  changes: [change('a.go')],
  images: [picture],
  references: [notes, page],
})
const third = turn({ id: 't3', prompt: 'the third', before: '', after: '' })
const whole = session({ turns: [first, second, third] })

const plan: RestorePlan = {
  write: ['a.go'],
  delete: ['b.go'],
  merge: [],
  conflicts: [],
  unknown: [],
  unsaved: [],
  large: false,
  turns: 2,
  commands: [],
}
const result = {
  written: 1,
  deleted: 1,
  merged: 0,
  conflicts: [],
  unknown: [],
  unsaved: [],
  undo: 'u1 conversation:k1',
  prompt: 'the second',
  copy: 'k1',
  note: '2 messages left.',
}

async function open(
  methods: Record<string, (...given: never[]) => unknown> = {},
  shown = whole,
): Promise<Rendered> {
  chat = await renderChat(shown, {
    methods: {
      'Checkpoints.Preview': (request: RestoreRequest) =>
        request.what === 'conversation' ? { ...plan, write: [], delete: [] } : plan,
      'Checkpoints.Restore': () => result,
      ...methods,
    },
  })
  return chat
}

async function edit(shown: Rendered, at: number, text: string): Promise<HTMLTextAreaElement> {
  shown.root.querySelectorAll<HTMLButtonElement>('[aria-label="Edit this message"]')[at]?.click()
  await shown.settle()
  const field = shown.root.querySelector<HTMLTextAreaElement>('[aria-label="Your message"]')
  if (!field) throw new Error('Nothing is being edited.')
  field.value = text
  field.dispatchEvent(new Event('input', { bubbles: true }))
  await shown.settle()
  return field
}

const restored = (shown: Rendered): unknown[] =>
  calls(shown.host, 'Checkpoints.Restore').map(([request]) => request)

test('what is sent again points at the same, without what was read then', () => {
  const read = { ...notes, content: { text: 'old' } as never }
  expect(promptOf({ ...second, references: [read] })).toEqual({
    text: 'the second',
    images: [picture],
    references: [notes],
  })
})

test('an earlier message is edited in its place and sent, with the files as they are', async () => {
  const shown = await open()
  const field = await edit(shown, 1, 'the better second')
  shown.button('Remove notes.md').click()
  await shown.settle()
  shown.press(field, 'Enter')
  await shown.settle()
  expect(shown.root.textContent).toContain('Also bring the files back to before this message (2 files)')
  expect(calls(shown.host, 'Agent.Send')).toEqual([])
  const choice = shown.root.querySelector('.choice input')
  if (!choice) throw new Error('It does not ask.')
  shown.press(choice, 'Enter')
  await shown.settle()
  expect(restored(shown)).toMatchObject([{ scope: 'point', turnId: 't2', what: 'conversation' }])
  expect(calls(shown.host, 'Agent.Send')).toEqual([
    ['s1', { text: 'the better second', images: [picture], references: [page] }],
  ])
  expect(shown.host.toasts.at(-1)?.actions.map((each) => each.label)).toEqual(['Open It'])
  shown.host.bridge.emit('session', event(2, { kind: 'rewound', turnId: 't2' }))
  await shown.settle()
  expect(shown.input().value).toBe('')
})

test('the files go back too once what would happen to them was looked at', async () => {
  const shown = await open()
  const field = await edit(shown, 1, 'again')
  shown.press(field, 'Enter')
  await shown.settle()
  shown.root.querySelector<HTMLInputElement>('.choice input[value=restore]')?.click()
  await shown.settle()
  shown.button('Look at the Files…').click()
  await shown.settle()
  const { modal } = shown.host
  expect(modal?.textContent).toContain('a.go')
  ;[...(modal?.querySelectorAll('button') ?? [])]
    .find((each) => each.textContent.includes('Restore'))
    ?.click()
  await shown.settle()
  expect(restored(shown)).toMatchObject([{ scope: 'point', turnId: 't2', what: 'both' }])
  expect(calls(shown.host, 'Agent.Send')).toHaveLength(1)
})

test('without changed files it does not ask', async () => {
  const shown = await open()
  shown.press(await edit(shown, 2, 'a new third'), 'Enter')
  await shown.settle()
  expect(restored(shown)).toMatchObject([{ turnId: 't3', what: 'conversation' }])
  expect(calls(shown.host, 'Agent.Send')).toHaveLength(1)
})

test('Escape leaves everything as it was', async () => {
  const shown = await open()
  shown.press(await edit(shown, 1, 'never mind'), 'Escape')
  await shown.settle()
  expect(shown.root.querySelector('.editing')).toBeNull()
  expect(restored(shown)).toEqual([])
  expect(calls(shown.host, 'Agent.Stop')).toEqual([])
})

test('a restore that failed leaves the text where it is being edited', async () => {
  const shown = await open({
    'Checkpoints.Restore': () => {
      throw new Failure('internal', 'The conversation could not go back.', 'Try again.')
    },
  })
  const field = await edit(shown, 2, 'a new third')
  shown.press(field, 'Enter')
  await shown.settle()
  expect(field.value).toBe('a new third')
  expect(field.isConnected).toBe(true)
  expect(calls(shown.host, 'Agent.Send')).toEqual([])
  expect(shown.host.toasts.at(-1)?.message).toBe('The conversation could not go back. Try again.')
})

test('what it was before can be opened: by then nothing can be undone', async () => {
  const shown = await open({
    'Sessions.Open': (id: string) => (id === 'k1' ? session({ id: 'k1', turns: [third] }) : whole),
  })
  shown.press(await edit(shown, 2, 'a new third'), 'Enter')
  await shown.settle()
  await shown.host.toasts.at(-1)?.actions[0]?.run()
  await shown.settle()
  expect(shown.root.querySelectorAll('.turn')).toHaveLength(1)
  expect(shown.root.querySelector('.prompt')?.textContent).toContain('the third')
})

test('a message that only points at something can be sent again without a word', async () => {
  const shown = await open(
    {},
    session({ turns: [turn({ id: 't1', before: '', after: '', references: [notes] })] }),
  )
  shown.press(await edit(shown, 0, ''), 'Enter')
  await shown.settle()
  expect(calls(shown.host, 'Agent.Send')).toEqual([['s1', { text: '', images: [], references: [notes] }]])
})

test('a file goes again with the text that its editor holds now, not with that of then', async () => {
  const unsaved = { ...notes, given: 'as it was then' }
  const shown = await open(
    {},
    session({ turns: [turn({ id: 't1', before: '', after: '', references: [unsaved] })] }),
  )
  shown.host.sources.file = async (path) => ({ kind: 'file', name: path, path, given: 'as it is now' })
  shown.press(await edit(shown, 0, 'again'), 'Enter')
  await shown.settle()
  expect(calls(shown.host, 'Agent.Send')).toEqual([
    ['s1', { text: 'again', images: [], references: [{ ...notes, given: 'as it is now' }] }],
  ])
})

test('what cannot be sent once the conversation went back stands in the input', async () => {
  const shown = await open({
    'Agent.Send': () => {
      throw new Failure('internal', 'The message could not be sent.', 'Try again.')
    },
  })
  shown.press(await edit(shown, 2, 'a new third'), 'Enter')
  await shown.settle()
  shown.host.bridge.emit('session', event(2, { kind: 'rewound', turnId: 't3' }))
  await shown.settle()
  expect(shown.input().value).toBe('a new third')
  expect(shown.root.textContent).toContain('The message could not be sent.')
})

test('Retry sends the last message again; during a turn neither can be done', async () => {
  const shown = await open()
  shown.button('Retry').click()
  await shown.settle()
  expect(calls(shown.host, 'Agent.Send')).toEqual([['s1', { text: 'the third', images: [], references: [] }]])
  shown.dispose()
  const busy = await open({}, session({ turns: [first, turn({ id: 't2', status: 'running' })] }))
  expect(busy.button('Edit this message').disabled).toBe(true)
  expect(busy.button('Edit this message').title).toContain('stop it')
  expect(busy.find('Retry')).toBeUndefined()
})

test('what runs in the background since is not stopped without a word', async () => {
  const shown = await open({
    'Checkpoints.Preview': () => ({ ...plan, write: [], delete: [], commands: ['npm run dev'] }),
  })
  shown.host.confirms.push(false)
  shown.button('Retry').click()
  await shown.settle()
  expect(shown.host.questions.at(-1)?.detail).toContain('npm run dev')
  expect(restored(shown)).toEqual([])
})
