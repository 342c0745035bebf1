import { afterEach, beforeEach, expect, test } from 'vitest'
import { answers, asked, Asking, line } from '../testing/asked'
import { trusting } from '../testing/host'
import type { Rendered } from '../testing/render'

let asking: Asking
beforeEach(() => {
  asking = new Asking()
})
afterEach(() => asking.end())

const popup = (shown: Rendered): HTMLElement | null => shown.root.querySelector('.popup')

/** The choices of the popup, each with whether it is the chosen one. */
const choices = (shown: Rendered): [string, boolean][] =>
  [...(popup(shown)?.querySelectorAll('label') ?? [])].map((each) => [
    (each.querySelector('code') ?? each).textContent.trim(),
    each.querySelector('input')?.checked ?? false,
  ])

async function openTrust(shown: Rendered): Promise<void> {
  asking.later()
  shown.button('Trust').click()
  await shown.settle()
  asking.later()
}

async function choose(shown: Rendered, ...names: string[]): Promise<void> {
  for (const name of names) {
    const labels = [...(popup(shown)?.querySelectorAll('label') ?? [])]
    labels.find((each) => (each.querySelector('code') ?? each).textContent.trim() === name)?.click()
    await shown.settle()
  }
}

async function trust(shown: Rendered, ...names: string[]): Promise<void> {
  await openTrust(shown)
  await choose(shown, ...names)
  shown.button('Trust and Run').click()
  await shown.settle()
}

test('Trust offers the patterns and where they count, the narrowest chosen, each time anew', async () => {
  const shown = await asking.show()
  await openTrust(shown)
  const narrowest = [
    [line, true],
    ['go test *', false],
    ['This session', true],
    ['This workspace', false],
    ['Always', false],
  ]
  expect(choices(shown)).toEqual(narrowest)
  await choose(shown, 'go test *', 'Always')
  expect(popup(shown)?.querySelector('[role=status]')?.textContent).toBe(
    'From now on Keel runs without asking, in every folder that you trust: “go test”, alone or with anything after it.',
  )
  const inside = document.activeElement
  expect(popup(shown)?.contains(inside)).toBe(true)
  if (inside) shown.press(inside, 'Escape')
  await shown.settle()
  expect(popup(shown)).toBeNull()
  expect(document.activeElement).toBe(shown.button('Trust'))
  await openTrust(shown)
  expect(choices(shown)).toEqual(narrowest)
  expect(answers(shown)).toEqual([])
})

test.each([
  ['This session', 'session'],
  ['This workspace', 'workspace'],
  ['Always', 'always'],
])('Trust for %s runs with that scope', async (label, scope) => {
  const shown = await asking.show()
  await trust(shown, 'go test *', label)
  expect(answers(shown)).toMatchObject([{ approved: true, trust: 'go test *', scope, command: '' }])
})

test('a click in the first moment of the popup trusts nothing', async () => {
  const shown = await asking.show()
  asking.later()
  shown.button('Trust').click()
  await shown.settle()
  shown.button('Trust and Run').click()
  await shown.settle()
  expect(answers(shown)).toEqual([])
})

test('Tab stays in the popup', async () => {
  const shown = await asking.show()
  await openTrust(shown)
  const stops: (string | undefined)[] = []
  for (let i = 0; i < 5; i++) {
    const active = document.activeElement
    if (!active) break
    stops.push((active.closest('label') ?? active).textContent.trim())
    shown.press(active, 'Tab')
  }
  expect(stops.map((each) => each?.split(/\s{2,}|Exactly/)[0]?.trim())).toEqual([
    line,
    'This session',
    'Trust and Run',
    'Cancel',
    line,
  ])
})

test('in a folder that is not trusted only this session is offered, with why and the way out', async () => {
  const shown = await asking.show(asked(), { 'Trust.State': () => trusting(false) })
  await openTrust(shown)
  expect(choices(shown).map(([label]) => label)).toEqual([line, 'go test *', 'This session'])
  expect(popup(shown)?.textContent).toContain('This folder is not trusted')
  shown.button('Trust this folder…').click()
  expect(shown.host.opened).toEqual(['command: workbench.trust.manage'])
  shown.host.bridge.emit('trust', { seq: 2, folder: trusting(true).folder })
  await shown.settle()
  await choose(shown, 'Always')
  shown.host.bridge.emit('trust', { seq: 3, folder: trusting(false).folder })
  await shown.settle()
  shown.button('Trust and Run').click()
  await shown.settle()
  expect(answers(shown)).toMatchObject([{ trust: line, scope: 'session' }])
})
