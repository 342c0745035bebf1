import type { Token } from 'marked'
import { expect, test } from 'vitest'
import { group, noBlocks, parse, presentable, type Group } from './blocks'
import { markdown } from '../testing/states'

const raw = (text: string): string[] =>
  parse(noBlocks, text, false).closed.map((block) => block.token.raw.trim())

test('text that streams in becomes the same blocks as text that is there at once', () => {
  const tricky = `${markdown}\n\n1. one\n2. two\n   - inner\n\n3. three\n\nHead\n====\n\n> quote\n\n- [x] done\n- [ ] open\n\n    indented\n\n***\n\nlast [ref]\n\n[ref]: https://example.com`
  let known = noBlocks
  for (let end = 1; end <= tricky.length; end++) known = parse(known, tricky.slice(0, end), true)
  known = parse(known, tricky, false)
  expect(known.closed.map((block) => block.token.raw.trim())).toEqual(raw(tricky))
})

test('a closed block stays the very same while the text grows', () => {
  let known = parse(noBlocks, 'first\n\nsecond\n\nthird\n', true)
  const [first, second] = known.closed
  known = parse(known, 'first\n\nsecond\n\nthird\n\nfourth\n\nfifth', true)
  expect(known.closed[0]).toBe(first)
  expect(known.closed[1]).toBe(second)
})

test('a text that was replaced is parsed anew', () => {
  const known = parse(parse(noBlocks, 'a\n\nb\n\nc\n', true), 'other', true)
  expect(known.closed).toEqual([])
  expect(known.open.map((block) => block.token.raw)).toEqual(['other'])
})

test.each([
  ['text\n#', 'text\n'],
  ['text\n-', 'text\n'],
  ['text\n1.', 'text\n'],
  ['text\n``', 'text\n'],
  ['text\n---', 'text\n'],
  ['text\n\n| a | b |', 'text\n\n'],
  ['text\n\n| a | b |\n|--', 'text\n\n'],
  ['| a |\n|---|\n| 1', '| a |\n|---|\n| 1'],
  ['so **bold', 'so **bold**'],
  ['so **bold**', 'so **bold**'],
  ['run `go te', 'run `go te`'],
  ['```go\nx := `a', '```go\nx := `a'],
  ['plain', 'plain'],
])('of the unfinished %j is shown %j', (tail, shown) => {
  expect(presentable(tail)).toBe(shown)
})

test('groups that are whole stay the very same', () => {
  const text = Array.from({ length: 50 }, (_, i) => `paragraph ${i}\n\n`).join('')
  let groups: Group[] = []
  let known = parse(noBlocks, text, true)
  groups = group(groups, known)
  const before = groups
  known = parse(known, `${text}more\n\nand more\n`, true)
  groups = group(groups, known)
  expect(groups.map((each) => each.blocks.length)).toEqual([16, 16, 16, 4])
  expect(groups.slice(0, 3)).toEqual(before.slice(0, 3))
  expect(groups[0]).toBe(before[0])
})

test.each([
  ['quotes', '>'.repeat(2000) + ' deep'],
  ['lists in a line', '1. '.repeat(2000)],
  ['lists below each other', Array.from({ length: 200 }, (_, i) => `${' '.repeat(2 * i)}- x`).join('\n')],
])('%s that are far too deep are shown as they are written', (_, text) => {
  for (const streaming of [true, false]) {
    const { closed, open } = parse(noBlocks, text, streaming)
    expect([...closed, ...open].map(({ token }) => token.type)).toEqual(['code'])
  }
})

test('a long line is a line, and a list of lists a list', () => {
  const { closed } = parse(noBlocks, `${'-'.repeat(200)}\n\n- a\n  - b\n    - c\n      > d`, false)
  expect(closed.map(({ token }) => token.type)).toEqual(['hr', 'list'])
})

// Each took marked minutes, or the page's own look at an unfinished line: the limit of a test is enough to see it.
test.each([
  ['a word before an @', `${'a'.repeat(200_000)}@`],
  ['dots before an @', `${'a.'.repeat(100_000)}@`],
  ['the same with more around it', `x ${'a_'.repeat(8_000)}@ y`],
  ['blanks', `${' '.repeat(200_000)}x`],
  ['tabs', `${'\t'.repeat(200_000)}x`],
  ['rows without a table', `${'|-\n'.repeat(60_000)}x`],
  ['bold that never ends', '**a'.repeat(100_000)],
  ['brackets', '['.repeat(200_000)],
  ['a line of a megabyte', 'word '.repeat(200_000)],
  ['quotes in quotes', `${'>'.repeat(10_000)} x`],
])('%s: all of it is there, and it is not looked at again and again', (_, text) => {
  for (const streaming of [false, true]) {
    const { closed, open } = parse(noBlocks, text, streaming)
    const raw = [...closed, ...open].map(({ token }) => token.raw).join('')
    expect(raw.trim().length).toBeGreaterThan(streaming ? 0 : text.trim().length - 1)
  }
})

const inlineKinds = (token: Token | undefined): string[] =>
  ((token?.type === 'paragraph' && token['tokens']) || []).map(({ type }: Token) => type)

test('of a very long paragraph nothing is marked, of the next one all', () => {
  const { closed } = parse(noBlocks, `${'*a* '.repeat(6000)}\n\n*b*`, false)
  const kinds = closed.map(({ token }) => inlineKinds(token))
  expect(kinds).toEqual([['text'], ['em']])
})

test('a text that is looked at in parts reads as one that is looked at whole', () => {
  const long = `${'word '.repeat(400)}**bold** https://example.com/${'a'.repeat(900)} \`code\` x@example.com ${'end '.repeat(400)}`
  const [block] = parse(noBlocks, long, false).closed
  expect(inlineKinds(block?.token).filter((kind) => kind !== 'text')).toEqual([
    'strong',
    'link',
    'codespan',
    'link',
  ])
})

test.each([
  ['a table', `| a |\n|---|\n${'| b |\n'.repeat(10_000)}`],
  ['a list', '- a\n'.repeat(10_000)],
  ['links', '[a](b) '.repeat(2_700) + '\n'],
])('%s with very many parts is shown as it is written', (_, text) => {
  const [block] = parse(noBlocks, text, false).closed
  expect([block?.token.type, block?.token.raw.trim()]).toEqual(['code', text.trim()])
})
