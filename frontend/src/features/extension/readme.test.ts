import '../chat/testing/dom'
import { expect, it } from 'vitest'
import { drawReadme, wordsOf } from './readme'

const draw = (text: string, open: (address: string) => void = () => {}) => drawReadme(text, open)

it('shows script as text and loads nothing', () => {
  const readme = draw(
    '# A <script>alert(1)</script>\n\n<img src="https://far.example/x.png" onerror="alert(1)">\n\n<iframe src="https://far.example"></iframe>\n\n![far](https://far.example/pixel.png) [go](javascript:alert(1))\n\n<svg onload="alert(1)"></svg>',
  )
  expect(
    readme.querySelectorAll('script, img, iframe, svg, [onerror], [onload], [src], [href], style'),
  ).toHaveLength(0)
  expect(readme.textContent).toContain('<script>alert(1)</script>')
  expect(readme.textContent).toContain('<iframe src="https://far.example"></iframe>')
  expect(readme.textContent).toContain('javascript:alert(1)')
})

it('leaves the words of what only arranges', () => {
  const readme = draw(
    '<h1 align="center">\n  <img src="logo.png" alt="Logo"> Boats\n</h1>\n<p align="center"><b>Fast</b><br>and small</p>\n\nA <kbd>Ctrl</kbd> key <!-- note -->\n',
  )
  expect(readme.querySelector('h1')?.textContent).toBe('Logo Boats')
  expect(readme.textContent).toMatch(/Fast\s+and small/)
  expect(readme.textContent).toContain('A Ctrl key')
  expect(readme.textContent).not.toContain('note')
})

it.each([
  ['<p>a</p>', 'a'],
  ['<style>p{}</style>', undefined],
  ['<p><object data="x"></object></p>', undefined],
  ['<!-- <p> -->', ''],
  ['<p onclick="alert(1)">a</p>', 'a'],
])('%s', (html, words) => {
  expect(wordsOf(html)?.trim()).toBe(words)
})

it('gives an address to whoever opens it', () => {
  const opened: string[] = []
  const readme = draw('[docs](https://docs.example/)', (address) => opened.push(address))
  document.body.append(readme)
  readme.querySelector('a')?.click()
  expect(opened).toEqual(['https://docs.example/'])
})

it('keeps code as it is', () => {
  expect(draw('```html\n<p>code</p>\n```').querySelector('pre code')?.textContent).toContain('<p>code</p>')
})
