import type { Tokens } from 'marked'
import { expect, it } from 'vitest'
import { markdownBlocks } from '../../features/chat'
import { partsOf } from '../../features/walkthrough'
import { asName, asWords, button } from './markdown'

it('a name is one piece of code, whatever is in it', () => {
  for (const hostile of ['x\n\n# h <https://evil.example>', 'x\r\n- y', 'x\u2028\u2029# z', '`` ` `](b)[a']) {
    const parts = partsOf(`It is ${asName(hostile)}, of course.`)
    expect(parts).toHaveLength(1)
    const text = parts[0]?.kind === 'text' ? parts[0].text : ''
    // One line, and all of the name between the only two signs of code.
    expect(text).toMatch(/^It is `[^`\n\r\u2028\u2029]+`, of course\.$/)
  }
  expect(asName('x\n\n# h <https://evil.example>')).toBe('`x‹U+000A›‹U+000A›# h <https://evil.example>`')
  expect(asName('\n')).toBe('`‹U+000A›`')
  expect(asName(' ')).toBe('one without a name')
})

it('words are words, whatever is in them', () => {
  const hostile = 'a `b` **c** [d](command:x) <img src=x> https://evil.example\n# e www.evil.example'
  const parts = partsOf(asWords(hostile))
  expect(parts).toHaveLength(1)
  const [block, ...more] = markdownBlocks(parts[0]?.kind === 'text' ? parts[0].text : '')
  expect(more).toEqual([])
  const pieces = (block?.token as Tokens.Paragraph).tokens
  expect(new Set(pieces.map(({ type }) => type))).toEqual(new Set(['text', 'escape']))
  expect(pieces.map((piece) => (piece as Tokens.Text).text).join('')).toBe(
    'a `b` **c** (d)(command:x) <img src=x> https://evil.example‹U+000A›# e www.evil.example',
  )
})

it('a button has its words and what it is told, whatever is in them', () => {
  for (const [label, arg] of [
    ['plain', 'plain'],
    ['a](command:workbench.action.quit)', 'a](command:workbench.action.quit)'],
    ['two\nlines [x]', 'two\nlines'],
    ['lone \ud83d', 'lone \ud83d'],
  ] as const) {
    const parts = partsOf(button(label, 'keel.welcome.recent', arg))
    expect(parts).toMatchObject([{ kind: 'command', command: 'keel.welcome.recent', args: [arg] }])
  }
})

it('what is too long for a button is none, and no text either', () => {
  expect(button('Open', 'keel.welcome.recent', `/${'long/'.repeat(500)}`)).toBe('')
  expect(button('', 'keel.welcome.recent')).toBe('')
  expect(button('x'.repeat(500), 'keel.welcome.recent')).not.toBe('')
})
