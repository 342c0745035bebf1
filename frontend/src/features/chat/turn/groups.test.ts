import { expect, test } from 'vitest'
import { text } from '../../../testing/sessions'
import { grouped } from './groups'

test('only the group of an item that changed is another', () => {
  const items = Array.from({ length: 14 }, (_, i) => text(`m${i}`, 'x'))
  const before = grouped(items, [], 6)
  expect(before.map((group) => group.length)).toEqual([6, 6, 2])
  expect(before.flat()).toEqual(items)
  const after = grouped(items.with(7, text('m7', 'y')), before, 6)
  expect(after[0]).toBe(before[0])
  expect(after[1]).not.toBe(before[1])
  expect(after[2]).toBe(before[2])
  const grown = grouped([...items, text('m14', 'z')], before, 6)
  expect(grown.slice(0, 2)).toEqual(before.slice(0, 2))
  expect(grown[2]).toHaveLength(3)
  expect(grouped(items.slice(0, 3), before, 6).flat()).toEqual(items.slice(0, 3))
  expect(grouped([], before, 6)).toEqual([])
})
