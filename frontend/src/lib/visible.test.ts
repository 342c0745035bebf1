import { expect, test } from 'vitest'
import { hasHidden, onOneLine, pieces, plainVisible } from './visible'

test.each([
  ['rm \u202e-rf', 'rm ‹U+202E›-rf'],
  ['a\u200bb', 'a‹U+200B›b'],
  ['a\u00a0b', 'a‹U+00A0›b'],
  ['\u001b[2Kls', '‹U+001B›[2Kls'],
  ['ls\rrm', 'ls‹U+000D›rm'],
  ['\u{e0041}', '‹U+E0041›'],
  ['\ud800', '‹U+D800›'],
  ['tab\tand\nline\r\nends', 'tab\tand\nline\r\nends'],
  ['naïve 日本語 🙂', 'naïve 日本語 🙂'],
])('code %j is shown as %j', (text, shown) => {
  expect(plainVisible(text)).toBe(shown)
})

test('a hidden character has a name', () => {
  expect(pieces('a\u202eb', 'code')).toEqual([
    { text: 'a', hidden: '' },
    { text: 'U+202E', hidden: 'right-to-left override' },
    { text: 'b', hidden: '' },
  ])
})

test('a sentence may hold joined emoji and typesetting blanks, but no direction marks', () => {
  expect(hasHidden('10\u202f€ 👩\u200d🚀', 'prose')).toBe(false)
  expect(hasHidden('10\u202f€', 'code')).toBe(true)
  expect(hasHidden('a\u2066b', 'prose')).toBe(true)
})

test('on one line there is one line', () => {
  expect(onOneLine('a\n\n# b\tc\r\nd\u2028e')).toBe('a‹U+000A›‹U+000A›# b‹U+0009›c‹U+000D›‹U+000A›d‹U+2028›e')
})
