import { expect, test } from 'vitest'
import { returned, settle } from './queue'
import { session, text, turn } from '../../testing/sessions'

const sending = { key: 1, sessionId: 's1', images: [], prompt: 'and this', turns: 1 }
const queued = [{ id: 'q1', text: 'and this', queuedAt: 0 }]

test.each([
  ['an older turn has the same words', session({ turns: [turn({ prompt: 'and this' })] }), 1],
  ['it became a turn', session({ turns: [turn(), turn({ id: 't2', prompt: 'and this' })] }), 0],
  ['it is queued', session({ turns: [turn()], queue: queued }), 0],
  [
    'it joined the running turn',
    session({ turns: [turn({ items: [{ ...text('p', 'and this'), kind: 'prompt' }] })] }),
    0,
  ],
  ['another session moved', session({ id: 's2', queue: queued }), 1],
])('a prompt on its way, when %s', (_, shown, left) => {
  expect(settle([sending], shown)).toHaveLength(left)
})

test('stopping gives queued messages back', () => {
  const before = session({ queue: queued, draft: 'typed' })
  expect(returned(before, session({ queue: [], draft: 'and this\n\ntyped' }))).toBe('and this')
})

test('messages that were taken into the turn do not come back', () => {
  expect(returned(session({ queue: queued }), session({ queue: [] }))).toBe('')
})
