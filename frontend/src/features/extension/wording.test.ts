import { expect, it } from 'vitest'
import type { ExtensionPlan, ExtensionPlanItem } from '../../bridge'
import { agreement, explain, facts, powers, reason, title } from './wording'

const item = (change: Partial<ExtensionPlanItem> = {}): ExtensionPlanItem => ({
  id: 'harbour.theme',
  version: '1.0.0',
  displayName: 'Harbour Themes',
  publisherName: 'Harbour',
  why: 'asked',
  kind: 'declarative',
  verified: true,
  newPublisher: false,
  signed: true,
  unchecked: false,
  installed: '',
  size: 0,
  refused: '',
  ...change,
})
const plan = (...items: ExtensionPlanItem[]): ExtensionPlan => ({ id: 'plan', items })

it.each([
  [plan(item()), 'Install “Harbour Themes”?', 'Install'],
  [plan(item({ installed: '0.9.0' })), 'Update “Harbour Themes”?', 'Update'],
  [
    plan(item({ newPublisher: true })),
    'Do you trust the publisher “Harbour”?',
    'Trust Publisher and Install',
  ],
  [
    plan(
      item({ newPublisher: true }),
      item({ id: 'pier.lamp', publisherName: 'Pier', newPublisher: true, why: 'pack' }),
    ),
    'Do you trust the publishers “Harbour” and “Pier”?',
    'Trust Publishers and Install',
  ],
  [plan(item({ refused: 'needs Node' })), '“Harbour Themes” cannot be installed', 'Install'],
  [plan(item({ displayName: 'a\u202eb' })), 'Install “a‹U+202E›b”?', 'Install'],
])('%#: asks', (given, asks, agrees) => {
  expect(title(given)).toBe(asks)
  expect(agreement(given)).toBe(agrees)
})

it('says what comes along, and why something cannot', () => {
  expect(explain(plan(item(), item({ id: 'a.b', why: 'dependency' })))).toBe(
    'This is everything that would be installed:',
  )
  expect(explain(plan(item({ refused: 'needs the Node extension host' })))).toBe(
    'Needs the Node extension host.',
  )
  expect(reason(item({ why: 'pack', installed: '0.1.0' }))).toBe('comes with the pack, replaces 0.1.0')
})

it('warns of what is not verified or signed, and speaks of code only where there is some', () => {
  const warnings = facts(item({ verified: false, signed: false })).filter(({ warns }) => warns)
  expect(warnings.map(({ text }) => text)).toEqual(['publisher not verified', 'not signed'])
  const unchecked = facts(item({ signed: false, unchecked: true })).map(({ text }) => text)
  expect(unchecked).toContain(
    'not checked on its way here: the registry gives neither checksum nor signature',
  )
  expect(unchecked).not.toContain('not signed')
  expect(powers(plan(item()))).toBe('')
  expect(powers(plan(item({ kind: 'web' })))).toContain('closed in')
})
