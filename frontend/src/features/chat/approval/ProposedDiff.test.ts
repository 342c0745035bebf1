import { afterEach, beforeEach, expect, test } from 'vitest'
import { Failure, type SessionApproval } from '../../../bridge'
import { event } from '../../../testing/sessions'
import { answers, Asking } from '../testing/asked'
import { decided, proposed } from '../testing/hunkStates'
import type { Rendered } from '../testing/render'

let asking: Asking
beforeEach(() => {
  asking = new Asking()
})
afterEach(() => asking.end())

const yes = { decision: 'accepted' as const }

const decisions = (shown: Rendered): unknown[] =>
  shown.host.bridge.calls
    .filter((each) => each.name === 'Review.DecideProposal')
    .map((each) => each.arguments[0])

async function open(
  fields: Partial<SessionApproval> = {},
  decide: () => unknown = () => undefined,
): Promise<Rendered> {
  const shown = await asking.open(proposed(fields), { 'Review.DecideProposal': decide })
  asking.later()
  return shown
}

/** Go tells what was decided. */
async function told(shown: Rendered, seq: number, fields: Partial<SessionApproval>): Promise<void> {
  const item = proposed(fields).turns[0]?.items[1]
  if (item) shown.host.bridge.emit('session', event(seq, { kind: 'item', turnId: 't1', item }))
  await shown.settle()
}

const groups = (shown: Rendered): (string | null)[] =>
  [...shown.root.querySelectorAll('.section[role=group]')].map((each) => each.getAttribute('aria-label'))

test('each change is decided by itself, with what was shown, and the keyboard goes on', async () => {
  const shown = await open()
  expect(groups(shown)).toEqual([
    'Change 1 of 3, line 12: not decided',
    'Change 2 of 3, after line 13: not decided',
    'Change 3 of 3, lines 41 to 42: not decided',
  ])
  const first = shown.button('Accept change 1 of 3, line 12')
  first.focus()
  first.click()
  await shown.settle()
  expect(decisions(shown)).toEqual([
    { sessionId: 's1', approvalId: 'a1', hash: 'h1', hunks: ['h1'], decision: 'accepted', reason: '' },
  ])
  expect(answers(shown)).toEqual([])
  await told(shown, 2, { hunks: decided(yes) })
  expect(groups(shown)[0]).toBe('Change 1 of 3, line 12: accepted')
  expect(document.activeElement).toBe(shown.button('Accept change 2 of 3, after line 13'))
  // A decision is taken back, but not by the second click of two.
  shown.button('Decide again: change 1 of 3, line 12').click()
  await shown.settle()
  expect(decisions(shown)).toHaveLength(1)
  asking.later()
  shown.button('Decide again: change 1 of 3, line 12').click()
  await shown.settle()
  expect(decisions(shown)[1]).toMatchObject({ hunks: ['h1'], decision: '' })
})

test('a rejection can say why; what is rejected is struck', async () => {
  const shown = await open()
  shown.button('Reject change 2 of 3, after line 13').click()
  await shown.settle()
  const field = shown.root.querySelector<HTMLInputElement>('.bar input')
  expect(document.activeElement).toBe(field)
  if (!field) throw new Error('There is no field for a reason.')
  shown.press(field, 'Escape')
  await shown.settle()
  expect(document.activeElement).toBe(shown.button('Accept change 2 of 3, after line 13'))
  shown.button('Reject change 2 of 3, after line 13').click()
  await shown.settle()
  const again = shown.root.querySelector<HTMLInputElement>('.bar input')
  if (!again) throw new Error('There is no field for a reason.')
  again.value = ' not here '
  again.dispatchEvent(new Event('input', { bubbles: true }))
  shown.press(again, 'Enter')
  await shown.settle()
  expect(decisions(shown)).toMatchObject([{ hunks: ['h2'], decision: 'rejected', reason: 'not here' }])
  await told(shown, 2, { hunks: decided({}, { decision: 'rejected', reason: 'not here' }) })
  expect(shown.root.querySelectorAll('.row.rejected')).toHaveLength(2)
  expect(document.activeElement).toBe(shown.button('Accept change 3 of 3, lines 41 to 42'))
  expect(shown.root.textContent).toContain('You said: not here')
})

test('the whole answers for the rest: accepting it, or rejecting only what is left', async () => {
  const shown = await open({ hunks: decided(yes) })
  shown.button('Reject the rest…').click()
  await shown.settle()
  const reason = shown.root.querySelector<HTMLInputElement>('.approval input')
  if (!reason) throw new Error('There is no field for a reason.')
  reason.value = 'enough'
  reason.dispatchEvent(new Event('input', { bubbles: true }))
  shown.press(reason, 'Enter')
  await shown.settle()
  expect(answers(shown)).toEqual([])
  expect(decisions(shown)).toMatchObject([{ hunks: ['h2', 'h3'], decision: 'rejected', reason: 'enough' }])

  const other = await open({ hunks: decided(yes) })
  other.button('Accept the rest').click()
  await other.settle()
  expect(answers(other)).toMatchObject([{ approved: true, hash: 'h1' }])
})

test('nothing is decided in the first moment, nor by a key that is held', async () => {
  const shown = await asking.open(proposed(), { 'Review.DecideProposal': () => undefined })
  const accept = shown.button('Accept change 1 of 3, line 12')
  accept.click()
  await shown.settle()
  expect(decisions(shown)).toEqual([])
  const held = new KeyboardEvent('keydown', { key: 'Enter', repeat: true, bubbles: true, cancelable: true })
  accept.dispatchEvent(held)
  expect(held.defaultPrevented).toBe(true)
  asking.later()
  // A proposal that is another one by now is looked at first.
  await told(shown, 2, { hash: 'h2' })
  shown.button('Accept change 1 of 3, line 12').click()
  await shown.settle()
  expect(decisions(shown)).toEqual([])
  asking.later()
  shown.button('Accept change 1 of 3, line 12').click()
  await shown.settle()
  expect(decisions(shown)).toMatchObject([{ hash: 'h2' }])
})

test('what changed since it was shown is said, and the keyboard stays', async () => {
  const shown = await open({}, () => {
    throw new Failure('changed', 'changed', '')
  })
  const accept = shown.button('Accept change 1 of 3, line 12')
  accept.focus()
  accept.click()
  await shown.settle()
  expect(shown.root.textContent).toContain('has changed since it was shown, so nothing was decided')
  expect(document.activeElement).toBe(accept)
})

test('after the last decision the keyboard goes on to the input', async () => {
  const shown = await open({ hunks: decided(yes, yes) })
  const last = shown.button('Accept change 3 of 3, lines 41 to 42')
  last.focus()
  last.click()
  await shown.settle()
  await told(shown, 2, { answer: 'approved', hunks: decided(yes, yes, yes) })
  expect(document.activeElement).toBe(shown.input())
})

test('the proposal opens in the editor, and a changed one says so', async () => {
  const shown = await open({ edited: true })
  expect(shown.root.textContent).toContain('You changed this proposal.')
  shown.button('Open in Editor').click()
  expect(shown.host.opened).toEqual(['command: keel.openProposal a1 s1'])
})

test('what was taken of it is said afterwards', async () => {
  const shown = await asking.open(
    proposed({
      answer: 'approved',
      edited: true,
      hunks: decided(yes, { decision: 'rejected', reason: 'no <b>' }, yes),
    }),
  )
  const said = shown.root.querySelector('.outcome')?.textContent.replace(/\s+/g, ' ').trim()
  expect(said).toBe('You changed this proposal. You accepted 2 of 3 changes. You said: no <b>')
})
