import { expect, it } from 'vitest'
import { isModest, themed } from './picture'

it.each([
  ['<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/><use href="#a"/></svg>', true],
  ['<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x"><svg/>', true],
  ['<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg>&a;</svg>', false],
  ['<svg><foreignObject/></svg>', false],
  ['<svg><script>alert(1)</script></svg>', false],
  ['<s:svg><s:foreignObject/></s:svg>', false],
  ['<svg><filter><feTurbulence/></filter></svg>', false],
  [`<svg>${'<g id="a"><use href="#b"/><use href="#b"/></g>'.repeat(8)}</svg>`, false],
])('%s: %s', (drawing, modest) => {
  expect(isModest(drawing)).toBe(modest)
})

it('a drawing wears the theme', () => {
  const theme = (name: string) => ({ '--vscode-a': ' #123456', '--vscode-b': '"><script>' })[name] ?? ''
  expect(themed('<path fill="var(--vscode-a)" stroke="var(--vscode-c, red)"/>', theme)).toBe(
    '<path fill="#123456" stroke="red"/>',
  )
  expect(themed('<path fill="var(--vscode-b)"/>', theme)).toBe('<path fill="currentColor"/>')
})
