import { expect, it } from 'vitest'
import { Refused } from './guard'
import { atMost, seldom } from './limits'

const ran = (): string => 'ran'

it('so many are there at the same time, and another one when one has gone', () => {
  const { begin, end } = atMost(2, 'lines')
  const call = (handle: number): unknown => begin([handle], ran, '$begin')
  expect([call(1), call(2), call(1)]).toEqual(['ran', 'ran', 'ran'])
  expect(() => call(3)).toThrow(Refused)
  end([1], ran, '$end')
  expect(call(3)).toBe('ran')
})

it('so many are made in a while', () => {
  let now = 0
  const rule = seldom(
    2,
    'panels',
    (args, next) => next(...args),
    () => now,
  )
  const call = (): unknown => rule([], ran, '$make')
  expect([call(), call()]).toEqual(['ran', 'ran'])
  expect(call).toThrow(Refused)
  now = 10_000
  expect(call()).toBe('ran')
})
