import { expect, test } from 'vitest'
import { partialString } from './partialJson'

const whole = '{"path":"a b.go", "content": "line\\n\\t\\"q\\" \\u00e9 \\\\"}'

test('a whole value is read with its escapes', () => {
  expect(partialString(whole, 'path')).toBe('a b.go')
  expect(partialString(whole, 'content')).toBe('line\n\t"q" é \\')
})

test('wherever the text is cut, what has come is a beginning of the value', () => {
  for (let end = 0; end <= whole.length; end++) {
    const value = partialString(whole.slice(0, end), 'content')
    if (value !== undefined) expect('line\n\t"q" é \\'.startsWith(value)).toBe(true)
  }
})

test('a value that has not begun is not there', () => {
  expect(partialString('{"pa', 'path')).toBeUndefined()
  expect(partialString('{"path":', 'path')).toBeUndefined()
})
