import { expect, test } from 'vitest'
import { call, command, text, turn } from '../../../testing/sessions'
import { firstFrom, matchAt, patternOf, Search, total } from './matches'

const turns = [
  turn({
    id: 't1',
    prompt: 'add Sum',
    references: [{ id: 'r1', kind: 'file', name: 'summary.go' }],
    items: [
      text('m1', 'A **sum** of [the sum](http://sum.example/) is\n\n```go\nfunc Sum() int\n```'),
      command('x1', 'go test -run Sum', { output: '\u001b[32mok\u001b[0m Su\u001b[1mm\u001b[0m 0.1s' }),
      call('c1', { title: 'Read calc.go', result: 'package calc' }),
    ],
  }),
  turn({ id: 't2', prompt: 'nothing', items: [text('m2', 'none')] }),
  turn({ id: 't3', prompt: 'SUM?', items: [] }),
]
const find = (value: string, matchCase = false) => new Search({ text: value, matchCase }).in(turns)

test('prompts, reference names, replies, commands and their outputs are searched, as they are shown', () => {
  expect(find('sum')).toEqual([
    { turnId: 't1', itemId: undefined, count: 2 },
    { turnId: 't1', itemId: 'm1', count: 3 },
    { turnId: 't1', itemId: 'x1', count: 2 },
    { turnId: 't3', itemId: undefined, count: 1 },
  ])
  expect(total(find('sum'))).toBe(8)
  expect(find('Sum', true).map((each) => each.count)).toEqual([1, 1, 2])
  expect(find('package calc')).toEqual([{ turnId: 't1', itemId: 'c1', count: 1 }])
})

test('what is typed is text, not a pattern', () => {
  expect(find('.')).toHaveLength(3)
  for (const each of ['(', '[a-', '\\', 'a{2', '$', '/', '-', '😀', 'İ'])
    expect(patternOf({ text: each, matchCase: false })?.test(`x${each}y`)).toBe(true)
  expect(find('')).toEqual([])
})

test('matches are counted through all pieces', () => {
  const pieces = find('sum')
  expect(matchAt(pieces, 0)).toEqual({ piece: pieces[0], nth: 0 })
  expect(matchAt(pieces, 4)).toEqual({ piece: pieces[1], nth: 2 })
  expect(matchAt(pieces, 7)).toEqual({ piece: pieces[3], nth: 0 })
  expect(matchAt(pieces, 8)).toBeUndefined()
  expect(firstFrom(pieces, turns, 't1')).toBe(0)
  expect(firstFrom(pieces, turns, 't2')).toBe(7)
  expect(firstFrom(pieces, turns, undefined)).toBe(0)
})
