import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SessionItem } from '../../../bridge'
import { approval, command, event } from '../../../testing/sessions'
import { answers, Asking } from '../testing/asked'
import type { Rendered } from '../testing/render'

let asking: Asking
beforeEach(() => {
  asking = new Asking()
})
afterEach(() => asking.end())

const waits = (n: number): SessionItem =>
  command(`x${n}`, `go test ./p${n}`, {
    status: 'waiting',
    approval: approval({ id: `a${n}`, hash: `h${n}`, patterns: [] }),
  })

async function queue(): Promise<Rendered> {
  const shown = await asking.show(waits(1))
  for (const n of [2, 3])
    shown.host.bridge.emit('session', event(n, { kind: 'item', turnId: 't1', item: waits(n) }))
  await shown.settle()
  return shown
}

const focused = (): string | undefined =>
  document.activeElement?.closest<HTMLElement>('[data-approval]')?.dataset['approval']

const answered = (n: number): SessionItem =>
  command(`x${n}`, `go test ./p${n}`, {
    status: 'in_progress',
    approval: approval({ id: `a${n}`, hash: `h${n}`, answer: 'approved' }),
  })

test('a second question leaves the keyboard with the first; both are counted and said', async () => {
  const shown = await queue()
  expect(focused()).toBe('a1')
  expect(shown.root.querySelector('.bar')?.textContent).toContain('3 questions wait')
  expect(shown.root.querySelector('[role=status][aria-live=polite]')?.textContent).toBe(
    'Keel asks: run go test ./p2? 3 questions wait.',
  )
  shown.button('Next question').click()
  expect(focused()).toBe('a2')
  shown.button('Previous question').click()
  shown.button('Previous question').click()
  expect(focused()).toBe('a3')
})

test('an answer gives the keyboard to the next, which a second Enter does not answer', async () => {
  const shown = await queue()
  asking.later()
  const run = (): HTMLElement => document.activeElement as HTMLElement
  run().click()
  shown.host.bridge.emit('session', event(4, { kind: 'item', turnId: 't1', item: answered(1) }))
  await shown.settle()
  expect(focused()).toBe('a2')
  run().click()
  await shown.settle()
  expect(answers(shown)).toHaveLength(1)
  asking.later()
  run().click()
  shown.host.bridge.emit('session', event(5, { kind: 'item', turnId: 't1', item: answered(2) }))
  await shown.settle()
  expect(focused()).toBe('a3')
  asking.later()
  run().click()
  shown.host.bridge.emit('session', event(6, { kind: 'item', turnId: 't1', item: answered(3) }))
  await shown.settle()
  expect(document.activeElement).toBe(shown.input())
  expect(answers(shown)).toMatchObject([{ approvalId: 'a1' }, { approvalId: 'a2' }, { approvalId: 'a3' }])
})
