import { expect, test } from 'vitest'
import { fromBase64, toBase64 } from './base64'

test.each([0, 1, 2, 3, 0x8000, 0x8001, 100_000])('%i bytes come back as they were', (length) => {
  const bytes = Uint8Array.from({ length }, (_, index) => (index * 31) % 256)
  expect(fromBase64(toBase64(bytes))).toEqual(bytes)
})

test('it is what Go calls standard base64', () => {
  expect(toBase64(new TextEncoder().encode('Grüße?>'))).toBe('R3LDvMOfZT8+')
})
