import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Failure, type SessionApproval, type SessionItem } from '../../../bridge'
import { renderChat, type Rendered } from '../testing/render'
import { approval, call, command, event, session, turn } from '../../../testing/sessions'
import { states } from '../testing/states'

let now = 0
let chat: Rendered | undefined
beforeEach(() => {
  now = 1_000_000
  vi.spyOn(Date, 'now').mockImplementation(() => now)
})
afterEach(() => {
  chat?.dispose()
  vi.restoreAllMocks()
})

const line = 'go test ./...'
const asked = (fields: Partial<SessionApproval> = {}, text = line): SessionItem =>
  command('x1', text, {
    status: 'waiting',
    approval: approval({ patterns: [line, 'go test *', '*'], ...fields }),
  })

async function show(
  item = asked(),
  methods: Record<string, (...args: never[]) => unknown> = {},
): Promise<Rendered> {
  chat = await renderChat(session({ turns: [turn({ status: 'waiting', items: [item] })] }), { methods })
  return chat
}

/** Past the moment in which a click is taken for one that was meant for something else. */
const later = (): void => void (now += 1000)

const answers = (shown: Rendered): unknown[] =>
  shown.host.bridge.calls.filter((each) => each.name === 'Agent.Answer').map((each) => each.arguments[0])

test('Run has the keyboard and answers with the hash that was shown', async () => {
  const shown = await show()
  expect(document.activeElement).toBe(shown.button('Run'))
  later()
  shown.button('Run').click()
  await shown.settle()
  expect(answers(shown)).toEqual([
    { sessionId: 's1', approvalId: 'a1', hash: 'h1', approved: true, feedback: '', trust: '' },
  ])
})

test('a click in the first moment does not run anything', async () => {
  const shown = await show()
  shown.button('Run').click()
  await shown.settle()
  expect(answers(shown)).toEqual([])
})

test('Enter in the input sends a message and approves nothing', async () => {
  const shown = await show()
  later()
  shown.input().focus()
  shown.type('wait')
  shown.press(shown.input(), 'Enter')
  await shown.settle()
  expect(answers(shown)).toEqual([])
  expect(shown.host.bridge.calls.some((each) => each.name === 'Agent.Send')).toBe(true)
})

test('the keyboard is not taken from someone who is typing', async () => {
  chat = await renderChat(session({ turns: [turn({ status: 'running' })] }))
  chat.input().focus()
  chat.type('half a sent')
  chat.host.bridge.emit('session', event(2, { kind: 'item', turnId: 't1', item: asked() }))
  await chat.settle()
  expect(chat.find('Run')).toBeDefined()
  expect(document.activeElement).toBe(chat.input())
})

test('a rejection can say why; Enter sends it, Escape goes back and stops nothing', async () => {
  const shown = await show()
  shown.button('Reject…').click()
  await shown.settle()
  const reason = shown.root.querySelector('input')
  expect(document.activeElement).toBe(reason)
  if (!reason) return
  shown.press(reason, 'Escape')
  expect(shown.host.bridge.calls.some((each) => each.name === 'Agent.Stop')).toBe(false)
  shown.button('Reject…').click()
  await shown.settle()
  const again = shown.root.querySelector('input')
  if (again) {
    again.value = 'too slow'
    again.dispatchEvent(new Event('input', { bubbles: true }))
    shown.press(again, 'Enter')
  }
  await shown.settle()
  expect(answers(shown)).toMatchObject([{ approved: false, feedback: 'too slow', trust: '' }])
})

async function trust(shown: Rendered, pattern: string): Promise<void> {
  later()
  shown.button('Trust').click()
  await shown.settle()
  const items = [...shown.root.querySelectorAll<HTMLElement>('[role=menuitem]')]
  items.find((each) => each.querySelector('.label')?.textContent === pattern)?.click()
  await shown.settle()
}

test('Trust offers the patterns, narrowest first, and runs', async () => {
  const shown = await show()
  shown.button('Trust').click()
  await shown.settle()
  const labels = [...shown.root.querySelectorAll('[role=menuitem] .label')].map((each) => each.textContent)
  expect(labels).toEqual([line, 'go test *', '*'])
  shown.button('Trust').click()
  await shown.settle()
  await trust(shown, 'go test *')
  expect(answers(shown)).toMatchObject([{ approved: true, trust: 'go test *' }])
})

test('trusting every command asks once more', async () => {
  const shown = await show()
  await trust(shown, '*')
  expect(answers(shown)).toEqual([])
  shown.host.confirms.push(true)
  await trust(shown, '*')
  expect(answers(shown)).toMatchObject([{ approved: true, trust: '*' }])
  expect(shown.host.questions).toHaveLength(2)
})

test('what changed since it was shown is said, and answered anew with the new hash', async () => {
  const changed = new Failure('changed', 'changed', '')
  const answer = vi.fn().mockRejectedValueOnce(changed).mockReturnValue(undefined)
  const shown = await show(asked(), { 'Agent.Answer': answer })
  later()
  shown.button('Run').click()
  await shown.settle()
  expect(shown.root.textContent).toContain('has changed since it was shown')
  const item = asked({ id: 'a2', hash: 'h2' }, 'go test ./calc')
  shown.host.bridge.emit('session', event(2, { kind: 'item', turnId: 't1', item }))
  await shown.settle()
  expect(shown.root.querySelector('.command')?.textContent).toContain('go test ./calc')
  shown.button('Run').click()
  later()
  shown.button('Run').click()
  await shown.settle()
  expect(answers(shown)).toMatchObject([{ hash: 'h1' }, { approvalId: 'a2', hash: 'h2' }])
})

test('a failed answer stays in place, with its hint, and can be given again', async () => {
  const answer = vi.fn().mockRejectedValueOnce(new Failure('internal', 'It did not arrive.', 'Try again.'))
  const shown = await show(asked(), { 'Agent.Answer': answer })
  later()
  shown.button('Run').click()
  await shown.settle()
  expect(shown.root.textContent).toContain('It did not arrive.')
  shown.button('Run').click()
  await shown.settle()
  expect(answers(shown)).toHaveLength(2)
})

test('the whole command is shown, with what cannot be seen made visible', async () => {
  const hidden = states['hidden']?.()
  if (!hidden) throw new Error('no such state')
  chat = await renderChat(hidden)
  const shown = chat.root.querySelector('.command')?.textContent ?? ''
  for (const part of ['U+202E', 'U+2066', 'U+200B', 'U+00A0', '| sh', 'rm -rf']) expect(shown).toContain(part)
  expect(shown).not.toMatch(/[\u202e\u2066\u200b\u00a0]/)
})

test('a file change is accepted or rejected, with all of its diff shown', async () => {
  const lines = Array.from({ length: 100 }, (_, i) => ({ op: 'insert' as const, text: `line ${i}\n` }))
  const diff = {
    path: 'a.go',
    kind: 'added' as const,
    added: 100,
    removed: 0,
    hunks: [{ oldStart: 0, oldLines: 0, newStart: 1, newLines: 100, lines }],
  }
  const shown = await show(
    call('e1', {
      name: 'write_file',
      kind: 'edit',
      title: 'Create a.go',
      status: 'waiting',
      diff,
      approval: approval(),
    }),
  )
  expect(shown.root.querySelectorAll('.row.insert')).toHaveLength(100)
  expect(shown.find('Trust')).toBeUndefined()
  later()
  shown.button('Accept').click()
  await shown.settle()
  expect(answers(shown)).toMatchObject([{ approved: true, trust: '' }])
})

test('a screen reader hears what waits', async () => {
  chat = await renderChat(session({ turns: [turn({ status: 'running' })] }))
  const waiting = turn({ status: 'waiting' })
  chat.host.bridge.emit(
    'session',
    event(2, { kind: 'item', turnId: 't1', item: asked() }, { kind: 'turn', turn: waiting }),
  )
  await chat.settle()
  expect(chat.root.querySelector('[role=status][aria-live=polite]')?.textContent).toBe(
    'Keel waits for your answer: run go test ./...?',
  )
})
