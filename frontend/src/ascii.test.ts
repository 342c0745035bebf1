import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { escaped } from '../vite.ascii'

/** What a script answers, before and after. */
const answer = (code: string): unknown => runInNewContext(`(${code})`) as unknown

describe('escaped', () => {
  it.each([
    ['a text', String.raw`'Öffnen… 中文'`],
    ['letters of two units', String.raw`'👩‍🚀'`],
    ['a backslash before', String.raw`'\\…'`],
    ['a letter escaped for no reason', String.raw`'\…'`],
    ['both', String.raw`'\\\…'`],
    ['a template', '`a ${1 + 1} … \\… \\n`'],
    ['a pattern', String.raw`/[\…–—]|\\—/.exec('x \\—')[0]`],
    ['a pattern of whole letters', String.raw`/^[🚀]$/u.test('🚀')`],
    ['a name', '((größe) => größe + 1)(2)'],
  ])('means the same in %s', (_, code) => {
    expect(escaped(code)).toMatch(/^[\0-\x7f]*$/)
    expect(answer(escaped(code))).toEqual(answer(code))
  })
})
