import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { asWebviewUri } from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/webview/common/webview'
import { describe, expect, test } from 'vitest'
import { addressesOf, mapStrings } from './addresses'

const name = '01234567-89ab-cdef-0123-456789abcdef'
const product = addressesOf(name, 'wails://wails')
const own = `wails://wails/keel/webview/${name}/`

describe('addresses of an extension’s files', () => {
  test.each([
    ['a file', URI.file('/home/user/calc/a b.png')],
    ['what comes with Keel', URI.parse('extension-file://vscode.markdown/media/x.css')],
    ['an installed extension', URI.parse('wails://wails/keel/extension/a.b-1.0.0/media/x.js')],
    ['with a query', URI.file('/x.png').with({ query: 'version=1' })],
  ])('%s passes in and out again', (_, resource) => {
    for (const text of [asWebviewUri(resource).toString(), asWebviewUri(resource).toString(true)]) {
      const inside = product.inward(`<img src="${text}">`)
      expect(inside).toContain(`src="${own}at/${resource.scheme}`)
      expect(inside).not.toContain('vscode-cdn')
      expect(product.outward(inside)).toBe(`<img src="${text}">`)
    }
  })

  test('a policy names the webview’s own address', () => {
    expect(product.inward("img-src 'self' https://*.vscode-cdn.net https:")).toBe(
      `img-src 'self' ${own} https:`,
    )
  })

  test('where the page has an http address, that of an extension is no exception', () => {
    const served = addressesOf(name, 'http://127.0.0.1:1234')
    const text = 'http://127.0.0.1:1234/keel/extension/a.b-1.0.0/x.js'
    const inside = served.inward(text)
    expect(inside).toBe(
      `http://127.0.0.1:1234/keel/webview/${name}/at/http+127-002e0-002e0-002e1-003a1234/keel/extension/a.b-1.0.0/x.js`,
    )
    expect(served.outward(inside)).toBe(text)
  })

  test('other texts, and addresses of another webview, stay as they are', () => {
    for (const text of ['', 'https://example.com/+', 'wails://wails/keel/webview/other/at/file+/x']) {
      expect(product.inward(text)).toBe(text)
      expect(product.outward(text)).toBe(text)
    }
  })
})

describe('texts of a message', () => {
  const upper = (text: string) => text.toUpperCase()

  test('are changed wherever they are', () => {
    expect(mapStrings({ a: ['x', { b: 'y' }], c: 1, d: null }, upper)).toEqual({
      a: ['X', { b: 'Y' }],
      c: 1,
      d: null,
    })
  })

  test('what has none to change stays the same object, as do bytes', () => {
    const message = { bytes: new Uint8Array([1]), list: ['X', 2], date: new Date(0) }
    expect(mapStrings(message, upper)).toBe(message)
  })

  test('a ring ends', () => {
    const ring: Record<string, unknown> = { text: 'x' }
    ring['self'] = ring
    expect(mapStrings(ring, upper)).toMatchObject({ text: 'X' })
  })
})
