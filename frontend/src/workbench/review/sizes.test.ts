import { expect, test } from 'vitest'
import { exactSize, kindOf, largestText, permissions, sizeDifference } from './sizes'

const bytes = (...values: number[]) => Uint8Array.from(values)

test.each([
  ['a.go', 10, bytes(0x61, 0x62), 'text'],
  ['a.go', 0, bytes(), 'text'],
  ['a.go', largestText + 1, bytes(0x61), 'large'],
  ['a.go', 10, bytes(0x61, 0), 'binary'],
  ['utf16.txt', 10, bytes(0xff, 0xfe, 0x61, 0), 'text'],
  ['utf16.txt', 10, bytes(0xfe, 0xff, 0, 0x61), 'text'],
  ['a.PNG', 10, bytes(0x89, 0x50, 0), 'image'],
  ['a.png', 0, bytes(), 'text'],
  ['a.png', 100 << 20, bytes(0x89, 0), 'binary'],
  ['a.svg', 10, bytes(0x3c), 'image'],
  ['png', 10, bytes(0x61), 'text'],
])('%s of %d bytes', (path, size, head, expected) => {
  expect(kindOf({ size, head }, path)).toBe(expected)
})

test('sizes and permissions are said', () => {
  expect(exactSize(80)).toBe('80 bytes')
  expect(exactSize(12_345)).toBe('12 kB (12,345 bytes)')
  expect([sizeDifference(1, 1), sizeDifference(10, 7), sizeDifference(0, 2048)]).toEqual([
    'the same',
    '−3 bytes',
    '+2 kB',
  ])
  expect([permissions(0o644), permissions(0o4755)]).toEqual(['rw-r--r-- (0644)', 'rwxr-xr-x (4755)'])
})
