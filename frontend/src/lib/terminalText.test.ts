import { expect, test } from 'vitest'
import { lastLines, terminalText } from './terminalText'

test.each([
  ['\u001b[1;32mok\u001b[0m', 'ok'],
  ['\u001b]0;title\u0007text', 'text'],
  ['\u001b]8;;https://example.com\u001b\\link\u001b]8;;\u001b\\', 'link'],
  ['10%\r50%\r100%\ndone', '100%\ndone'],
  ['loading...\rdone', 'doneing...'],
  ['ab\bc', 'ac'],
  ['one\r\ntwo\r\n', 'one\ntwo\n'],
  ['cut \u001b[3', 'cut 3'],
  ['plain', 'plain'],
])('%j reads %j', (output, text) => {
  expect(terminalText(output)).toBe(text)
})

test('the last lines, and how many come before', () => {
  expect(lastLines('a\nb\nc\n', 2)).toEqual({ text: 'b\nc', hidden: 1 })
  expect(lastLines('a', 2)).toEqual({ text: 'a', hidden: 0 })
})
