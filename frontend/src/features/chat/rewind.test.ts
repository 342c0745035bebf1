import { afterEach, expect, test } from 'vitest'
import type { RestorePlan, RestoreRequest } from '../../bridge'
import { change, event, session, turn } from '../../testing/sessions'
import { applyEvent } from './reducer'
import { cameForward, takenOut } from './rewind'
import { renderChat, type Rendered } from './testing/render'

let chat: Rendered | undefined
afterEach(() => chat?.dispose())

const picture = { name: 'a.png', mediaType: 'image/png', data: 'AAAA' }
const first = turn({ id: 't1', prompt: 'the first', before: '', after: '' })
const second = turn({ id: 't2', prompt: 'the second', changes: [change('a.go')], images: [picture] })
const third = turn({ id: 't3', prompt: 'the third', before: '', after: '' })
const whole = session({ turns: [first, second, third] })

const plan: RestorePlan = {
  write: ['a.go'],
  delete: ['b.go'],
  merge: [],
  conflicts: [],
  unknown: ['node_modules'],
  unsaved: [],
  large: false,
  turns: 2,
  commands: ['npm run <dev>'],
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
  note: '2 messages and their replies left the conversation. What it was before is kept in the list of sessions.',
}

async function open(restored: Partial<typeof result> = {}): Promise<Rendered> {
  chat = await renderChat(whole, {
    methods: {
      'Checkpoints.Preview': (request: RestoreRequest) =>
        request.what === 'conversation' ? { ...plan, write: [], delete: [], unknown: [] } : plan,
      'Checkpoints.Restore': () => ({ ...result, ...restored }),
    },
  })
  return chat
}

const marker = (shown: Rendered, at: number): HTMLButtonElement => {
  const found = shown.root.querySelectorAll<HTMLButtonElement>('.marker button')[at]
  if (!found) throw new Error(`There is no marker ${at}.`)
  return found
}

const asked = (shown: Rendered, method: string): unknown[] =>
  shown.host.bridge.calls.filter((each) => each.name === method).map((each) => each.arguments[0])

async function choose(shown: Rendered, what: string): Promise<void> {
  shown.root.querySelector<HTMLInputElement>(`.preview input[value=${what}]`)?.click()
  await shown.settle()
}

test('a conversation that went back loses its end, and what comes after is new', () => {
  const back = applyEvent(whole, event(2, { kind: 'rewound', turnId: 't2' }))
  expect(back.turns).toEqual([first])
  expect(applyEvent(back, event(3, { kind: 'rewound', turnId: 'none' })).turns).toEqual([first])
  expect(takenOut(whole, back)).toBe(second)
  expect(cameForward(back, whole)).toBe(second)
  expect(takenOut(whole, whole)).toBeUndefined()
  const sent = { ...back, turns: [first, { ...second, status: 'running' as const }] }
  expect(cameForward(back, sent)).toBeUndefined()
})

test('the marker says what changed since only when it is opened, and offers all three', async () => {
  const shown = await open()
  expect(asked(shown, 'Checkpoints.Preview')).toEqual([])
  marker(shown, 1).click()
  await shown.settle()
  expect(shown.root.querySelectorAll('.marker')[1]?.textContent).toContain('2 files since')
  const radios = [...shown.root.querySelectorAll<HTMLInputElement>('.preview input[type=radio]')]
  expect(radios.map((each) => [each.value, each.checked])).toEqual([
    ['files', true],
    ['conversation', false],
    ['both', false],
  ])
  expect(shown.find('Restore 2 files')).toBeDefined()
  expect(shown.root.textContent).not.toContain('npm run')
  await choose(shown, 'conversation')
  expect(shown.find('Go back 2 messages')).toBeDefined()
  expect(shown.root.querySelector('.preview')?.textContent).not.toContain('node_modules')
  expect(shown.root.querySelector('.preview code')?.textContent).toBe('npm run <dev>')
  await choose(shown, 'both')
  shown.button('Restore 2 files, go back 2 messages').click()
  await shown.settle()
  expect(asked(shown, 'Checkpoints.Restore')).toMatchObject([{ scope: 'point', turnId: 't2', what: 'both' }])
  const toast = shown.host.toasts[0]
  expect(toast?.message).toBe(`Restored 2 files. ${result.note}`)
  expect(toast?.actions.map((each) => each.label)).toEqual(['Undo'])
  // What was chosen last is offered first.
  marker(shown, 1).click()
  await shown.settle()
  expect(shown.find('Restore 2 files, go back 2 messages')).toBeDefined()
})

test('where no files changed since, the conversation goes back alone', async () => {
  const shown = await open({ written: 0, deleted: 0 })
  marker(shown, 2).click()
  await shown.settle()
  expect(asked(shown, 'Checkpoints.Preview')).toMatchObject([{ what: 'conversation' }])
  expect(shown.root.querySelector('.preview input[type=radio]')).toBeNull()
  expect(shown.root.querySelector('.preview')?.getAttribute('aria-label')).toContain('the conversation')
  shown.button('Go back 2 messages').click()
  await shown.settle()
  expect(asked(shown, 'Checkpoints.Restore')).toMatchObject([{ turnId: 't3', what: 'conversation' }])
  expect(shown.host.toasts[0]?.message).toBe(result.note)
})

test('a message before the first change can put the files back too', async () => {
  const shown = await open()
  marker(shown, 0).click()
  await shown.settle()
  expect(shown.root.querySelectorAll('.preview input[type=radio]')).toHaveLength(3)
})

test('what was asked is in the input with the keyboard, and leaves it when the undo brings it back', async () => {
  const shown = await open()
  marker(shown, 1).click()
  await shown.settle()
  await choose(shown, 'conversation')
  shown.host.bridge.emit('session', event(2, { kind: 'rewound', turnId: 't2' }))
  await shown.settle()
  expect(shown.input().value).toBe('the second')
  expect(shown.root.querySelectorAll('.composer img')).toHaveLength(1)
  const back = [second, third].map((each) => ({ kind: 'turn' as const, turn: each }))
  shown.host.bridge.emit('session', event(3, ...back))
  await shown.settle()
  expect(shown.input().value).toBe('')
  expect(shown.root.querySelectorAll('.composer img')).toHaveLength(0)
})

test('after a restore of the conversation the input has the keyboard', async () => {
  const shown = await open()
  marker(shown, 2).click()
  await shown.settle()
  shown.button('Go back 2 messages').click()
  await shown.settle()
  expect(document.activeElement).toBe(shown.input())
})

test('what was typed is not replaced', async () => {
  const shown = await open()
  shown.type('mine')
  shown.host.bridge.emit('session', event(2, { kind: 'rewound', turnId: 't2' }))
  await shown.settle()
  expect(shown.input().value).toBe('mine')
})
