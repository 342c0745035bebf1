import type { Pointed } from '../../features/reference'
import { plainVisible } from '../../lib/visible'

/** Most of a file of the desktop, in bytes. */
const largestFile = 1_000_000

/** readText reads a text file of the desktop; a sentence says why it cannot go along. */
export async function readText(file: File): Promise<Pointed | string> {
  const name = plainVisible(file.name)
  if (file.size > largestFile)
    return `${name} is larger than 1 MB, so it was not added. Copy it into the folder, or paste the part that matters.`
  let bytes: Uint8Array
  try {
    bytes = new Uint8Array(await file.arrayBuffer())
  } catch {
    return `${name} could not be read, so it was not added. Look whether it is still there.`
  }
  const text = decoded(bytes)
  return text === undefined
    ? `${name} is not text, so it was not added.`
    : { kind: 'text', name: file.name, given: text }
}

/** The text of bytes; undefined for what is none. */
function decoded(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}
