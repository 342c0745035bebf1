import { expect, test } from 'vitest'
import { cameBack, returned, settle } from './queue'
import { session, text, turn } from '../../testing/sessions'

const sending = {
  key: 1,
  sessionId: 's1',
  images: [],
  references: [],
  prompt: 'and this',
  turns: 1,
  queued: true,
}
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

const stopped = turn({ stopReason: 'cancelled' })
test.each([
  ['the turn was stopped right then', sending, session({ turns: [stopped], draft: 'and this' }), true],
  [
    'it came back before something typed',
    sending,
    session({ turns: [stopped], draft: 'and this\n\nx' }),
    true,
  ],
  ['the turn ended by itself', sending, session({ turns: [turn()], draft: 'and this' }), false],
  [
    'it is the draft of before',
    { ...sending, queued: false },
    session({ turns: [stopped], draft: 'and this' }),
    false,
  ],
  ['the draft is another one', sending, session({ turns: [stopped], draft: 'other' }), false],
  ['a turn was made of it', sending, session({ turns: [turn(), stopped], draft: 'and this' }), false],
])('a prompt that was never shown as queued, when %s', (_, sent, shown, back) => {
  expect(cameBack(sent, shown)).toBe(back)
})

test('messages that were taken into the turn do not come back', () => {
  expect(returned(session({ queue: queued }), session({ queue: [] }))).toBe('')
})
