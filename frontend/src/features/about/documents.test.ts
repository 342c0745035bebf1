import { gzipSync } from 'node:zlib'
import { afterEach, expect, it, vi } from 'vitest'
import { loadDocument } from './documents'

afterEach(() => vi.unstubAllGlobals())

const answering = (answer: () => Response) => vi.stubGlobal('fetch', () => Promise.resolve(answer()))

it('unpacks what the window has', async () => {
  answering(() => new Response(new Uint8Array(gzipSync('MIT — and others'))))
  expect(await loadDocument('/about/notices.txt.gz')).toBe('MIT — and others')
})

it.each([
  ['nothing', () => new Response('', { status: 404 })],
  ['the page in its place', () => new Response('<!doctype html>')],
])('%s is no text', async (_, answer) => {
  answering(answer)
  expect(await loadDocument('/about/notices.txt.gz')).toBeUndefined()
})
