import { expect, test } from 'vitest'
import { ago, count, dayName, duration, shortened, size, splitPath, tokens } from './format'

test.each([
  [20, '20 ms'],
  [400, '0.4 s'],
  [9_960, '10 s'],
  [59_600, '1 min'],
  [125_000, '2 min 5 s'],
])('%d ms read %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text)
})

test.each([
  [850, '850'],
  [1_240, '1.2k'],
  [12_400, '12k'],
  [1_200_000, '1.2M'],
])('%d tokens read %s', (n, text) => {
  expect(tokens(n)).toBe(text)
})

test.each([
  [0, 'just now'],
  [5 * 60_000, '5 min ago'],
  [3 * 3_600_000, '3 h ago'],
  [30 * 3_600_000, 'yesterday'],
])('%d ms ago reads %s', (before, text) => {
  expect(ago(1_700_000_000_000 - before, 1_700_000_000_000)).toBe(text)
})

test('things are counted in plain English', () => {
  expect([count(1, 'file'), count(0, 'file'), count(1200, 'file')]).toEqual([
    '1 file',
    '0 files',
    '1,200 files',
  ])
})

test('a path is its name and its folders', () => {
  expect(splitPath('a/b/c.go')).toEqual({ name: 'c.go', folder: 'a/b/' })
  expect(splitPath('c.go')).toEqual({ name: 'c.go', folder: '' })
})

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [1023, '1023 bytes'],
  [1024, '1 kB'],
  [1_288, '1.3 kB'],
  [222_298_112, '212 MB'],
  [1_048_500, '1 MB'],
  [2 * 1024 ** 3, '2 GB'],
])('%d bytes read %s', (bytes, text) => {
  expect(size(bytes)).toBe(text)
})

test('today and yesterday are called so', () => {
  const now = new Date(2026, 2, 1, 0, 30).getTime()
  expect(dayName(now, now)).toBe('Today')
  expect(dayName(now - 3_600_000, now)).toBe('Yesterday')
  expect(dayName(now - 25 * 3_600_000, now)).not.toMatch(/day/)
})

test('what is too long is cut, but no character in two', () => {
  expect(shortened('five5', 5)).toBe('five5')
  expect(shortened('five six', 7)).toBe('five s…')
  expect(shortened('five six', 6)).toBe('five…')
  expect(shortened('four😀more', 6)).toBe('four…')
})
