import { expect, test } from 'vitest'
import { diffRows } from '../call/diffRows'
import { decided, hunks, threeHunks } from '../testing/hunkStates'
import { hunkLabel, linesOf, nextUndecided, sectionsOf } from './hunks'

const rows = diffRows(threeHunks)

test('every row of a diff is in one section, and each hunk has just its own lines', () => {
  const sections = sectionsOf(rows, hunks)
  expect(sections.flatMap((section) => section.rows)).toEqual([...rows.keys()])
  const lines = (at: number): string[] =>
    sections
      .filter((each) => each.hunk === at)
      .flatMap((each) => each.rows.map((row) => `${rows[row]?.op} ${rows[row]?.line}`))
  expect(lines(0)).toEqual(['delete 12', 'insert 12'])
  expect(lines(1)).toEqual(['insert 14', 'insert 15'])
  expect(lines(2)).toEqual(['delete 41', 'delete 42', 'insert 43', 'insert 44'])
  expect(sections.filter((each) => each.first).map((each) => each.hunk)).toEqual([0, 1, 2])
  const around = sections
    .filter((each) => each.hunk < 0)
    .flatMap((each) => each.rows.map((row) => rows[row]?.op))
  expect(new Set(around)).toEqual(new Set(['equal', 'gap']))
})

test('a hunk without a row is still there to be decided on', () => {
  const lost = { id: 'h4', oldStart: 90, oldLines: 1, newStart: 92, newLines: 0, decision: '' as const }
  expect(sectionsOf(rows, [...hunks, lost]).at(-1)).toEqual({ hunk: 3, first: true, rows: [] })
})

test('without hunks a diff is one section', () => {
  expect(sectionsOf(rows, [])).toEqual([{ hunk: -1, first: false, rows: [...rows.keys()] }])
})

test('where a hunk is, in words', () => {
  expect(hunks.map(linesOf)).toEqual(['line 12', 'after line 13', 'lines 41 to 42'])
  expect(linesOf({ id: '', oldStart: 0, oldLines: 0, newStart: 1, newLines: 3, decision: '' })).toBe(
    'at the top',
  )
  const [, second] = decided({}, { decision: 'accepted' })
  expect(second && hunkLabel(second, 1, 3)).toBe('Change 2 of 3, after line 13: accepted')
})

test('the next one to decide is looked for from the top again', () => {
  const yes = { decision: 'accepted' as const }
  expect(nextUndecided(decided(yes), 0)).toBe(1)
  expect(nextUndecided(decided({}, yes, yes), 2)).toBe(0)
  expect(nextUndecided(decided(yes, yes, yes), 1)).toBe(-1)
})
