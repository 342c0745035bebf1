import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { SessionSummary } from '../../../bridge'
import { command, event, session, turn } from '../../../testing/sessions'
import { calls } from '../../../testing/window'
import { asked, Asking } from '../testing/asked'
import type { Rendered } from '../testing/render'

let asking: Asking
let inFront = false
beforeEach(() => {
  asking = new Asking()
  inFront = false
  vi.spyOn(document, 'hasFocus').mockImplementation(() => inFront)
})
afterEach(() => asking.end())

const sent = (shown: Rendered): unknown[] => calls(shown.host, 'Window.Notify').map(([each]) => each)
const working = (): Promise<Rendered> =>
  asking.open(session({ turns: [turn({ status: 'running', items: [] })] }))
const none = { title: '', body: '' }

async function ask(shown: Rendered): Promise<void> {
  shown.host.bridge.emit('session', event(2, { kind: 'item', turnId: 't1', item: asked() }))
  await shown.settle()
}

test('what begins to wait is told of while the window is not in front, and taken back when answered', async () => {
  const shown = await working()
  expect(sent(shown)).toEqual([])
  await ask(shown)
  const told = { title: 'Keel waits for your answer', body: 'run go test ./...?' }
  expect(sent(shown)).toEqual([told])
  const answered = command('x1', 'go test ./...', { status: 'in_progress' })
  shown.host.bridge.emit('session', event(3, { kind: 'item', turnId: 't1', item: answered }))
  await shown.settle()
  expect(sent(shown)).toEqual([told, none])
})

test('nothing is told to a person who has the window before them', async () => {
  inFront = true
  const shown = await working()
  await ask(shown)
  window.dispatchEvent(new Event('focus'))
  await shown.settle()
  expect(sent(shown)).toEqual([])
})

test('a window that comes to the front takes it back', async () => {
  const shown = await working()
  await ask(shown)
  inFront = true
  window.dispatchEvent(new Event('focus'))
  await shown.settle()
  expect(sent(shown).slice(1)).toEqual([none])
})

const summary = (fields: Partial<SessionSummary>): SessionSummary => ({
  id: 's2',
  title: 'Other \u202egnp.exe',
  createdAt: 0,
  updatedAt: 0,
  running: false,
  waiting: false,
  ...fields,
})

test('another session that waits, and long work that ends, are told of by name', async () => {
  const shown = await working()
  const emit = async (seq: number, fields: Partial<SessionSummary>): Promise<void> => {
    shown.host.bridge.emit('sessions', { seq, sessions: [summary(fields)] })
    await shown.settle()
  }
  await emit(1, { running: true })
  await emit(2, { running: true, waiting: true })
  const waits = { title: 'Keel waits for your answer', body: '“Other ‹U+202E›gnp.exe”' }
  expect(sent(shown)).toEqual([waits])
  await emit(3, { running: true })
  for (let i = 0; i < 30; i++) asking.later()
  await emit(4, {})
  const ended = { title: 'Keel has ended its work', body: '“Other ‹U+202E›gnp.exe”' }
  expect(sent(shown)).toEqual([waits, none, ended])
  await emit(5, { running: true })
  await emit(6, {})
  expect(sent(shown)).toHaveLength(3)
})

test('in a window in front whose chat stands behind another view, a toast tells of it', async () => {
  inFront = true
  const shown = await working()
  shown.hide()
  await ask(shown)
  expect(shown.host.toasts.map((each) => each.message)).toEqual([
    'Keel waits for your answer: run go test ./...?',
  ])
  await shown.host.toasts[0]?.actions[0]?.run()
  expect(shown.host.log).toContain('show keel.chat')
  expect(sent(shown)).toEqual([])
})
