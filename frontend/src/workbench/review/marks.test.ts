import { expect, test } from 'vitest'
import type { DrawnHunk } from '../../features/review'
import { markOf, oldLines } from './marks'

const hunk = (start: number, lines: number, old: string): DrawnHunk => ({
  key: 'h',
  status: 'pending',
  start,
  lines,
  old,
  label: '',
})

test.each([
  ['added lines', hunk(3, 2, ''), { from: 3, to: 4, shape: 'added', above: false }],
  ['changed lines', hunk(3, 1, 'x\n'), { from: 3, to: 3, shape: 'changed', above: false }],
  ['lines deleted after one', hunk(3, 0, 'x\n'), { from: 3, to: 3, shape: 'deleted', above: false }],
  ['lines deleted at the top', hunk(0, 0, 'x\n'), { from: 1, to: 1, shape: 'deleted', above: true }],
  ['a text that became shorter', hunk(12, 9, 'x\n'), { from: 10, to: 10, shape: 'changed', above: false }],
  ['a hunk over the end', hunk(9, 9, ''), { from: 9, to: 10, shape: 'added', above: false }],
])('%s are placed', (_, given, expected) => {
  expect(markOf(given, 10)).toEqual({ key: 'h', ...expected })
})

test('a text without lines has a first one to draw at', () => {
  expect(markOf(hunk(0, 0, 'gone'), 0)).toMatchObject({ from: 1, to: 1 })
})

test.each([
  ['', []],
  ['a', ['a']],
  ['a\n', ['a']],
  ['a\r\nb\r\n', ['a', 'b']],
  ['\n\n', ['', '']],
])('the lines of %j', (old, expected) => {
  expect(oldLines(old)).toEqual(expected)
})
