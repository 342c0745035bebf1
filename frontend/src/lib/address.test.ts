import { expect, test } from 'vitest'
import { outsideAddress } from './address'

test.each([
  ['https://go.dev/ref/spec#Types', 'https://go.dev/ref/spec#Types'],
  ['mailto:someone@example.com', 'mailto:someone@example.com'],
  ['HTTPS://EXAMPLE.com', 'https://example.com/'],
  ['https://pаypal.com/', 'https://xn--pypal-4ve.com/'],
  ['https://example.com/\u202egnp.exe\u200b', 'https://example.com/%E2%80%AEgnp.exe%E2%80%8B'],
  ['https://ex\nample.com/a\tb', 'https://example.com/ab'],
  ['https:\\\\example.com\\a', 'https://example.com/a'],
  ['https://bank.example@evil.example/', undefined],
  ['https://:secret@evil.example/', undefined],
  ['javascript:alert(1)', undefined],
  ['file:///etc/passwd', undefined],
  ['command:workbench.action.quit', undefined],
  ['data:text/html,x', undefined],
  ['vscode://x', undefined],
  ['//example.com', undefined],
  ['', undefined],
])('%j leads to %j', (link, address) => {
  expect(outsideAddress(link)).toBe(address)
})
