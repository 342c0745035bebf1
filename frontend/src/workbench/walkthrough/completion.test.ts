import { expect, it } from 'vitest'
import { completedBy, isCompletedBy, namedBy } from './completion'

const step = (name: string, ...events: string[]) => ({ walkthrough: 'a.b#c', step: name, events })

it('a step is completed by the events that it names', () => {
  const steps = [step('one', 'onCommand:go', 'onView:x'), step('two', 'onCommand:go'), step('three')]
  expect(completedBy(steps, 'onCommand:go').map((each) => each.step)).toEqual(['one', 'two'])
  expect(completedBy(steps, 'onCommand:g')).toEqual([])
  expect(namedBy(steps, 'onCommand')).toEqual(['go'])
  expect(namedBy(steps, 'onSettingChanged')).toEqual([])
})

it('only the step that is looked at is completed by that', () => {
  const event = { kind: 'selected', step: 'one' } as const
  expect(isCompletedBy(step('one', 'stepSelected'), event)).toBe(true)
  expect(isCompletedBy(step('one', 'onStepSelected'), event)).toBe(true)
  expect(isCompletedBy(step('two', 'stepSelected'), event)).toBe(false)
  expect(isCompletedBy(step('one', 'onCommand:go'), event)).toBe(false)
})

it('a link is the same however it is written', () => {
  const event = { kind: 'link', address: 'https://docs.example/' } as const
  expect(isCompletedBy(step('one', 'onLink:https://docs.example'), event)).toBe(true)
  expect(isCompletedBy(step('one', 'onLink:https://other.example'), event)).toBe(false)
  expect(isCompletedBy(step('one', 'onLink:no address'), event)).toBe(false)
})
