import { expect, test } from 'vitest'
import { cut } from './pieces'

const joined = (text: string): string =>
  cut(text)
    .map(({ at, text: piece }) => piece + (text[at + piece.length] === '\n' ? '\n' : ''))
    .join('')

test.each([
  ['a word', 'x'.repeat(35_000)],
  ['words', 'word '.repeat(9000)],
  ['lines', 'line of a file\n'.repeat(3000)],
  ['faces', '\u{1f600}'.repeat(12_001)],
  ['faces that begin in the middle', 'x' + '\u{1f600}'.repeat(12_001)],
  ['empty lines', '\n'.repeat(25_000)],
])('%s are cut into pieces that are the whole', (_, text) => {
  expect(joined(text)).toBe(text)
  for (const piece of cut(text)) {
    expect(piece.text.length).toBeLessThanOrEqual(10_000)
    expect(piece.text.isWellFormed()).toBe(true)
    expect(piece.lines).toBeGreaterThan(0)
  }
})

test('a line stays whole where it can', () => {
  for (const { text } of cut('line of a file\n'.repeat(3000))) expect(text).toMatch(/^line.*file$/s)
})

test('what was full stays as it was while the text grows', () => {
  const text = 'one two three\nfour '.repeat(4000)
  for (const end of [25_000, 25_001, 39_999]) {
    expect(cut(text).slice(0, 2)).toEqual(cut(text.slice(0, end)).slice(0, 2))
  }
})
