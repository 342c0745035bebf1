import { expect, test } from 'vitest'
import { applyEvent, outputLimit } from './reducer'
import { append, call, command, event, session, text, turn } from '../../testing/sessions'

const shown = session({
  turns: [turn({ id: 't0' }), turn({ status: 'running', items: [text('m1', 'He', true)] })],
})

test('pieces of text are appended in the order of the changes', () => {
  const next = applyEvent(shown, event(2, append('m1', 'l'), append('m1', 'lo')))
  expect(next.turns[1]?.items[0]?.text).toBe('Hello')
  expect(next.seq).toBe(2)
})

test('an event that the session includes already changes nothing', () => {
  const once = applyEvent(shown, event(2, append('m1', 'y')))
  expect(applyEvent(once, event(2, append('m1', 'y')))).toBe(once)
  expect(applyEvent(once, event(1, append('m1', 'y')))).toBe(once)
})

test("another session's event changes nothing", () => {
  expect(applyEvent(shown, { ...event(2, append('m1', 'y')), sessionId: 's2' })).toBe(shown)
})

test('what did not change keeps its identity', () => {
  const next = applyEvent(shown, event(2, append('m1', 'y')))
  expect(next.turns[0]).toBe(shown.turns[0])
  expect(shown.turns[1]?.items[0]?.text).toBe('He')
})

test("a session's header keeps the turns, a turn's header keeps the items", () => {
  const header = session({ title: 'Renamed', mode: 'supervised', turns: [], seq: 2 })
  const ended = turn({ items: [], after: 'c9' })
  const next = applyEvent(
    shown,
    event(2, { kind: 'session', session: header }, { kind: 'turn', turn: ended }),
  )
  expect(next).toMatchObject({ title: 'Renamed', mode: 'supervised' })
  expect(next.turns.map(({ id, after, items }) => ({ id, after, items: items.length }))).toEqual([
    { id: 't0', after: 'c2', items: 0 },
    { id: 't1', after: 'c9', items: 1 },
  ])
})

test('items are added, replaced whole and removed', () => {
  const added = applyEvent(
    shown,
    event(2, { kind: 'item', turnId: 't1', item: call('r1', { title: 'Read a.go' }) }),
  )
  const replaced = applyEvent(
    added,
    event(3, { kind: 'item', turnId: 't1', item: call('r1', { status: 'failed' }) }),
  )
  const removed = applyEvent(replaced, event(4, { kind: 'removed', turnId: 't1', itemId: 'm1' }))
  expect(added.turns[1]?.items.map((item) => item.id)).toEqual(['m1', 'r1'])
  expect(replaced.turns[1]?.items[1]?.tool).toMatchObject({ title: '', status: 'failed' })
  expect(removed.turns[1]?.items.map((item) => item.id)).toEqual(['r1'])
})

test('a new turn comes last', () => {
  const next = applyEvent(shown, event(2, { kind: 'turn', turn: turn({ id: 't2' }) }))
  expect(next.turns.map((each) => each.id)).toEqual(['t0', 't1', 't2'])
})

test("a command's output and arguments grow; of the output only the end is kept", () => {
  const running = session({
    turns: [turn({ items: [command('x1', 'make', { output: 'a'.repeat(outputLimit), arguments: '{' })] })],
  })
  const next = applyEvent(
    running,
    event(
      2,
      { kind: 'output', turnId: 't1', itemId: 'x1', append: 'end' },
      { kind: 'arguments', turnId: 't1', itemId: 'x1', append: '}' },
    ),
  )
  const tool = next.turns[0]?.items[0]?.tool
  expect(tool?.output).toBe('a'.repeat(outputLimit - 3) + 'end')
  expect(tool).toMatchObject({ outputAt: 3, arguments: '{}' })
})

test('changes of what is not there, and of unknown kinds, are left out', () => {
  const odd = { kind: 'sparkle' } as never
  const next = applyEvent(
    shown,
    event(2, append('gone', 'x'), odd, { kind: 'item', turnId: 'gone', item: text('m', '') }),
  )
  expect(next).toEqual({ ...shown, seq: 2 })
})

test('what is queued already keeps its pictures and references, which are not repeated', () => {
  const image = { name: 'dot.png', mediaType: 'image/png', data: 'AAAA' }
  const reference = { id: 'r', kind: 'file', name: 'a.go', path: 'a.go', given: 'unsaved' } as const
  const first = { id: 'q1', text: 'see', queuedAt: 1, images: [image], references: [reference] }
  const second = { id: 'q2', text: 'and', queuedAt: 2 }
  const waiting = applyEvent(shown, event(2, { kind: 'session', session: session({ queue: [first] }) }))
  const edited = { id: 'q1', text: 'see this', queuedAt: 1, held: true }
  const next = applyEvent(
    waiting,
    event(3, { kind: 'session', session: session({ queue: [second, edited] }) }),
  )
  expect(next.queue).toEqual([second, { ...edited, images: [image], references: [reference] }])
  const gone = applyEvent(next, event(4, { kind: 'session', session: session({ queue: [] }) }))
  expect(gone.queue).toEqual([])
})
