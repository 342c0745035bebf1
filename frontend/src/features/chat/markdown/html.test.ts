import '../testing/dom'
import { expect, test } from 'vitest'
import { noBlocks, parse } from './blocks'
import { blockFragment, nestedLanguages } from './html'

function html(markdown: string): string {
  const div = document.createElement('div')
  for (const block of parse(noBlocks, markdown, false).closed) div.append(blockFragment(block.token))
  return div.innerHTML.trim()
}

test.each([
  ['raw HTML is text', 'a <b onclick="x()">b</b>', '<p>a &lt;b onclick="x()"&gt;b&lt;/b&gt;</p>'],
  ['so is a block of it', '<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  ['entities are characters, once', '&amp;lt; &copy;', '<p>&amp;lt; ©</p>'],
  ['an escaped star is a star', '\\*a\\*', '<p>*a*</p>'],
])('%s', (_, markdown, expected) => {
  expect(html(markdown)).toBe(expected)
})

test('a link has no address that a browser follows', () => {
  const link = html('[here](https://example.com/a?b=1&c=2)')
  expect(link).toContain('data-address="https://example.com/a?b=1&amp;c=2"')
  expect(link).toContain('title="https://example.com/a?b=1&amp;c=2"')
  expect(link).not.toContain('href')
})

test.each(['javascript:alert(1)', 'data:text/html,x', 'command:workbench.action.quit', 'file:///etc/passwd'])(
  'an address of %s is shown and leads nowhere',
  (address) => {
    const shown = html(`[click](${address})`)
    expect(shown).not.toContain('<a')
    expect(shown).toContain(address.split(':')[0])
  },
)

test('an image is a link to it, and nothing is fetched', () => {
  const image = html('![a cat](https://example.com/cat.png)')
  expect(image).not.toContain('<img')
  expect(image).toContain('data-address="https://example.com/cat.png"')
  expect(image).toContain('Image: a cat')
})

test('a file of the workspace is a link to open it; one outside is not', () => {
  expect(html('[calc](src/calc.go:12)')).toContain('data-path="src/calc.go:12"')
  for (const path of ['calc.go:12', 'calc.go:12:5', 'calc.go#L3-L9', 'a%20b.md']) {
    expect(html(`[calc](${path})`)).toContain(`data-path="${path}"`)
  }
  expect(html('[x](../../etc/passwd)')).not.toContain('<a')
  expect(html('[x](/etc/passwd)')).not.toContain('<a')
})

test('hidden characters are shown, in text, code and entities', () => {
  for (const markdown of ['a\u202eb', '`a\u200bb`', 'a&#x202e;b', '- x\n\n      a\u2066b']) {
    expect(html(markdown)).toContain('class="hidden-character"')
  }
})

test('the languages of nested code come in the order in which it is drawn', () => {
  const list = parse(noBlocks, '- a\n  ```go\n  x\n  ```\n- b\n  ```sh\n  y\n  ```\n', false).closed[0]
  expect(list && nestedLanguages(list.token)).toEqual(['go', 'sh'])
})

test.each([
  ['[github.com](https://evil.example/x)', true],
  ['[https://github.com/a](https://github.com.evil.example/a)', true],
  ['[**github.com**](https://evil.example)', true],
  ['[see github.com/a](https://evil.example)', true],
  ['[me@bank.example](mailto:you@evil.example)', true],
  ['[github.com](mailto:github.com@evil.example)', true],
  ['https://g\u0456thub.com/x', true],
  ['[github.com](https://github.com/keel)', false],
  ['[www.github.com](https://github.com)', false],
  ['https://github.com/keel', false],
  ['[me@bank.example](mailto:me@bank.example)', false],
  ['[the docs](https://example.com)', false],
  ['[calc.go](https://example.com/calc.go)', false],
  ['[Version 1.2.3, e.g. now](https://example.com)', false],
])('the link %s shows where it leads: %s', (markdown, shown) => {
  expect(html(markdown).includes('class="leads"')).toBe(shown)
})
