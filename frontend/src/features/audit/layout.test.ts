import { expect, test } from 'vitest'
import { rowAt, topOf, type Layout } from './layout'

const layout: Layout = {
  height: 20,
  opened: new Map([
    [5, 100],
    [2, 50],
  ]),
}

test.each([
  [0, 0],
  [2, 40],
  [3, 110],
  [5, 150],
  [6, 270],
])('row %i stands at %i pixels', (index, top) => {
  expect(topOf(index, layout)).toBe(top)
})

test.each([
  [0, 0],
  [59, 2],
  [60, 2],
  [109, 2],
  [110, 3],
  [169, 5],
  [269, 5],
  [270, 6],
  [-10, 0],
])('at %i pixels stands row %i', (distance, index) => {
  expect(rowAt(distance, layout)).toBe(index)
})

test('each row is found where it stands', () => {
  for (let index = 0; index < 50; index++) expect(rowAt(topOf(index, layout), layout)).toBe(index)
})
