import { describe, expect, it } from 'vitest'
import { fit, type Place } from './fit'
import { isInside } from './paths'
import { asFile, isWhole } from './whole'

/** A place in a line: the cursor is at "|", or what is between two of them is replaced. */
function place(marked: string): Place {
  const [before = '', selected = '', after] = marked.split('|')
  const line = before + selected + (after ?? '')
  const startColumn = before.length + 1
  const endColumn = startColumn + (after === undefined ? 0 : selected.length)
  return { line, startColumn, endColumn, empty: after === undefined }
}

describe('fit', () => {
  const code = '  if x {\n    y()\n\n  }\n'

  it.each([
    ['at the beginning of an empty line', '|', 'if x {\n  y()\n\n}'],
    ['behind the indentation of an empty line', '\t|', 'if x {\n\t  y()\n\n\t}'],
    ['in front of an indented line', '|\tfoo()', 'if x {\n  y()\n\n}\n'],
    ['behind the indentation of a line', '\t|foo()', 'if x {\n\t  y()\n\n\t}\n\t'],
    ['inside a line', '\tfoo(|)', 'if x {\n\t  y()\n\n\t}'],
    ['over a part of a line', '\tfoo(|bar|)', 'if x {\n\t  y()\n\n\t}'],
    ['over an indented line, from its first column', '|\tfoo()|', '\tif x {\n\t  y()\n\n\t}'],
    ['over a line, from amid its indentation', '  |  foo()|', '  if x {\n      y()\n\n    }'],
  ])('%s', (_, marked, expected) => expect(fit(code, place(marked))).toBe(expected))

  it('ends a line where whole lines are replaced', () => {
    const lines = { line: '\tfoo()', startColumn: 1, endColumn: 1, empty: false }
    expect(fit('bar()', lines)).toBe('\tbar()\n')
  })

  it('keeps tabs and blanks apart', () => {
    expect(fit('\ta\n  b', place('|'))).toBe('\ta\n  b')
  })

  it('takes the ends of lines of other systems', () => {
    expect(fit('a\r\nb\rc\r\n', place(' |'))).toBe('a\n b\n c')
  })

  it('is nothing for nothing', () => expect(fit('\n\n', place('\t|'))).toBe(''))
})

describe('isWhole', () => {
  const text = [
    'package main',
    '',
    'func one() {}',
    '',
    'func two() {}',
    '',
    'func three() {}',
    '',
    'func four() {}',
    '',
  ].join('\n')

  it.each([
    ['the same', text, true],
    ['with a change', text.replace('two() {}', 'two() { one() }'), true],
    ['with other indentation and ends of lines', text.replaceAll('\n', '\r\n  '), true],
    ['with much more', text + 'func five() {}\n'.repeat(100), true],
    ['three of five lines', 'package main\nfunc one() {}\nfunc two() {}\n', true],
    ['two of five lines', 'package main\nfunc one() {}\n', false],
    ['one function', 'func two() {\n\tone()\n}\n', false],
    ['the lines in another order', text.split('\n').toReversed().join('\n'), false],
    ['braces and blank lines only', '{\n}\n\n{\n}\n\n', false],
    ['nothing', '', false],
    ['lines left out', text.replace('func two() {}', '// ... existing code ...'), false],
    ['the rest left out', `${text}// rest of the file unchanged ...\n`, false],
    ['three dots', text.replace('func two() {}', '\t...'), false],
    ['a comment of HTML', text.replace('func two() {}', '<!-- ... -->'), false],
    ['a call with three dots', text.replace('two() {}', 'two() { f(all...) }'), true],
    ['a comment about existing things', text.replace('two() {}', 'two() {} // for existing users'), true],
  ])('%s', (_, code, expected) => expect(isWhole(text, code)).toBe(expected))

  it('is whole in an empty file', () => expect(isWhole('\n \n', 'anything')).toBe(true))

  it('does not take three dots for an omission where the file has them', () => {
    expect(isWhole('a: 1\n...\nb: 2\n', 'a: 1\n...\nb: 3\n')).toBe(true)
  })

  it('is not whole where the file says nothing', () => expect(isWhole('{}\n', 'a\n')).toBe(false))
})

describe('asFile', () => {
  it.each([
    ['a\n', 'b', 'b\n'],
    ['a', 'b\n\n', 'b'],
    ['', 'b', 'b\n'],
    ['a\n', 'b\r\nc', 'b\nc\n'],
  ])('%j becomes %j', (text, code, expected) => expect(asFile(text, code)).toBe(expected))
})

describe('isInside', () => {
  it.each(['calc.go', 'a/b/c.go', '.github/x.yml', 'ä b/ü.go', '..a', 'a..b'])('%s', (path) =>
    expect(isInside(path)).toBe(true),
  )

  it.each([
    '',
    '/etc/passwd',
    '../x',
    'a/../b',
    'a/..',
    './a',
    'a//b',
    'a/',
    'a\\..\\b',
    'c:/x',
    'C:x',
    'a\0b',
    'a\nb',
    '~/x\u0000',
    'x'.repeat(1001),
  ])('refuses %j', (path) => expect(isInside(path)).toBe(false))
})
