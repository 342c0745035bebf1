import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Sequence } from './sequence'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('Sequence', () => {
  it.each<[string, number | undefined, number[], number[]]>([
    ['in order', 1, [1, 2, 3], [1, 2, 3]],
    ['turned round', 1, [3, 2, 1], [1, 2, 3]],
    ['starting anywhere', undefined, [7, 9, 8], [7, 8, 9]],
    ['waiting for the first', 1, [2, 3], []],
  ])('%s', (_, first, numbers, expected) => {
    const seen: number[] = []
    const sequence = new Sequence<number>((n) => seen.push(n), first === undefined ? {} : { first })
    for (const n of numbers) sequence.push(n, n)
    expect(seen).toEqual(expected)
    sequence.dispose()
  })

  it('goes on after a gap and says so', () => {
    const seen: (number | string)[] = []
    const sequence = new Sequence<number>((n) => seen.push(n), {
      first: 1,
      patience: 100,
      onGap: () => seen.push('gap'),
    })
    sequence.push(1, 1)
    sequence.push(4, 4)
    sequence.push(3, 3)
    vi.advanceTimersByTime(99)
    expect(seen).toEqual([1])
    vi.advanceTimersByTime(1)
    expect(seen).toEqual([1, 'gap', 3, 4])
    sequence.push(2, 2)
    expect(seen).toEqual([1, 'gap', 3, 4, 'gap'])
    sequence.push(5, 5)
    expect(seen).toEqual([1, 'gap', 3, 4, 'gap', 5])
  })
})
