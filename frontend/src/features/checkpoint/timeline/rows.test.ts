import { expect, test } from 'vitest'
import type { Checkpoint } from '../../../bridge'
import { manual } from '../testing'
import { chosen, narrows, type Filter } from './filter'
import { heightOf, rowAt, rowsOf, topsOf, type Row } from './rows'

const now = new Date(2026, 0, 2, 12, 0, 0).getTime()
const minute = 60_000

let ids = 0
function checkpoint(minutesAgo: number, fields: Partial<Checkpoint> = {}): Checkpoint {
  return { ...manual, id: `c${++ids}`, createdAt: now - minutesAgo * minute, ...fields }
}

function turn(minutesAgo: number, turnId: string, label: string): Checkpoint[] {
  const of = { sessionId: 's1', turnId }
  return [
    checkpoint(minutesAgo - 2, { ...of, reason: 'turn-end', label }),
    checkpoint(minutesAgo - 1, { ...of, reason: 'post-tool', label: 'Edit calc.go' }),
    checkpoint(minutesAgo, { ...of, reason: 'turn-start', label }),
  ]
}

/** "day Today 4 open", "message …", or the label of a checkpoint, indented by level. */
function outline(rows: readonly Row[]): string[] {
  return rows.map((row) =>
    row.kind === 'checkpoint'
      ? `${'  '.repeat(row.level - 1)}${row.checkpoint.reason} ${row.checkpoint.label}`
      : `${'  '.repeat(row.level - 1)}[${row.title}] ${row.count}`,
  )
}

const all = [
  checkpoint(1, { label: 'mine' }),
  ...turn(10, 't2', 'Add Sum'),
  checkpoint(20, { reason: 'turn-start', turnId: 't1', label: 'Alone' }),
  ...turn(24 * 60, 't0', 'Yesterday’s'),
]

test('days and messages are headings; a message with one checkpoint has none', () => {
  expect(outline(rowsOf(all, now, () => true))).toEqual([
    '[Today] 5',
    '  manual mine',
    '  [Add Sum] 3',
    '    turn-end Add Sum',
    '    post-tool Edit calc.go',
    '    turn-start Add Sum',
    '  turn-start Alone',
    '[Yesterday] 3',
    '  [Yesterday’s] 3',
    '    turn-end Yesterday’s',
    '    post-tool Edit calc.go',
    '    turn-start Yesterday’s',
  ])
})

test('what is folded hides what is below it', () => {
  expect(outline(rowsOf(all, now, (kind, key) => kind === 'day' && !key.includes('none')))).toEqual([
    '[Today] 5',
    '  manual mine',
    '  [Add Sum] 3',
    '  turn-start Alone',
    '[Yesterday] 3',
    '  [Yesterday’s] 3',
  ])
  expect(outline(rowsOf(all, now, () => false))).toEqual(['[Today] 5', '[Yesterday] 3'])
})

test('messages of sessions at work at the same time stand together', () => {
  const a = { turnId: 'a', reason: 'post-tool', label: 'A' }
  const b = { turnId: 'b', reason: 'post-tool', label: 'B' }
  const mixed = [checkpoint(1, a), checkpoint(2, b), checkpoint(3, a), checkpoint(4, b)]
  const rows = rowsOf(mixed, now, () => true)
  expect(outline(rows)).toEqual([
    '[Today] 4',
    '  [] 2',
    '    post-tool A',
    '    post-tool A',
    '  [] 2',
    '    post-tool B',
    '    post-tool B',
  ])
  expect(new Set(rows.map(({ key }) => key)).size, 'every row has a key of its own').toBe(rows.length)
})

test.each<[Filter, string[]]>([
  [{ text: '', kind: 'mine' }, ['mine']],
  [{ text: '', kind: 'steps' }, ['Edit calc.go', 'Edit calc.go']],
  [{ text: 'CALC  edit', kind: '' }, ['Edit calc.go', 'Edit calc.go']],
  [{ text: 'before a message', kind: '' }, ['Add Sum', 'Alone', 'Yesterday’s']],
  [{ text: 'sum', kind: 'messages' }, ['Add Sum', 'Add Sum']],
  [{ text: 'nothing like it', kind: '' }, []],
  [{ text: '', kind: 'restores' }, []],
])('the filter %j chooses %j', (filter, labels) => {
  expect(chosen(all, filter).map(({ label }) => label)).toEqual(labels)
  expect(narrows(filter)).toBe(true)
})

test('a blank filter leaves nothing out', () => {
  expect(narrows({ text: '  ', kind: '' })).toBe(false)
  expect(chosen(all, { text: '  ', kind: '' })).toBe(all)
})

test('what is pinned is mine, and a hidden character can be searched by its code', () => {
  const pinned = checkpoint(1, { reason: 'post-tool', pinned: true, label: 'a\u202eb' })
  expect(chosen([pinned], { text: 'u+202e', kind: 'mine' })).toEqual([pinned])
})

test('each row is found by any distance within it', () => {
  const rows = rowsOf(all, now, () => true)
  const tops = topsOf(rows)
  rows.forEach((row, index) => {
    const top = tops[index] ?? -1
    expect([rowAt(tops, top), rowAt(tops, top + heightOf(row) - 1)]).toEqual([index, index])
  })
  expect(rowAt(tops, 1e9)).toBe(rows.length - 1)
  expect(rowAt(topsOf([]), 5)).toBe(0)
})
