import type { Glance } from '../../bridge'
import { size } from '../../lib/format'

/** SideKind is how a side of a comparison can be shown. */
export type SideKind = 'text' | 'image' | 'binary' | 'large'

/** Larger texts are not compared line by line, in bytes. */
export const largestText = 8 << 20

/** Larger pictures are not shown, in bytes. */
const largestImage = 64 << 20

const imageTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
  ico: 'image/x-icon',
  svg: 'image/svg+xml',
}

/** imageType is the media type of a picture by its name; empty for what is none. */
export function imageType(path: string): string {
  const dot = path.lastIndexOf('.')
  return dot < 0 ? '' : (imageTypes[path.slice(dot + 1).toLowerCase()] ?? '')
}

/** kindOf says how a file can be shown. A drawing in XML is text and a picture: it counts as a picture. */
export function kindOf({ size: bytes, head }: Pick<Glance, 'size' | 'head'>, path: string): SideKind {
  if (imageType(path) && bytes > 0 && bytes <= largestImage) return 'image'
  if (isBinary(head)) return 'binary'
  return bytes > largestText ? 'large' : 'text'
}

/** A zero byte is in no text but UTF-16 and UTF-32, which begin with their mark. */
function isBinary(head: Uint8Array): boolean {
  const [first, second] = head
  const marked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  return !marked && head.includes(0)
}

/** "12 kB (12,345 bytes)", "80 bytes" */
export function exactSize(bytes: number): string {
  const short = size(bytes)
  return bytes < 1024 ? short : `${short} (${bytes.toLocaleString('en')} bytes)`
}

/** "+1.2 kB", "−3 bytes", "the same" */
export function sizeDifference(before: number, after: number): string {
  if (before === after) return 'the same'
  return `${after > before ? '+' : '−'}${size(Math.abs(after - before))}`
}

/** "rwxr-x--- (0750)" */
export function permissions(mode: number): string {
  const bits = ['r', 'w', 'x', 'r', 'w', 'x', 'r', 'w', 'x']
    .map((letter, i) => (mode & (0o400 >> i) ? letter : '-'))
    .join('')
  return `${bits} (${mode.toString(8).padStart(4, '0')})`
}
