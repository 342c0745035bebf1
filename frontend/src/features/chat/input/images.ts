import { toFailure, type Bytes, type SessionImage } from '../../../bridge'
import { toBase64 } from '../../../lib/base64'
import { splitPath } from '../../../lib/format'
import { plainVisible } from '../../../lib/visible'

/** Most of one picture's bytes, as services take them. */
export const largestImage = 3_750_000
export const mostImages = 20

/** The pictures that services take. */
export const pictureTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

/** The pictures among pasted or dropped things. A drawing in SVG is text, and is taken as that. */
export function picturesOf(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])].filter(
    (file) => file.type.startsWith('image/') && file.type !== 'image/svg+xml',
  )
}

/**
 * Reads pictures for a prompt that holds some already. What cannot be taken is
 * left out, and `problem` says which and why.
 */
export async function readPictures(
  files: readonly File[],
  already: number,
): Promise<{ images: SessionImage[]; problem: string }> {
  const images: SessionImage[] = []
  let problem = ''
  for (const file of files) {
    const name = file.name || 'Picture'
    const shown = plainVisible(name)
    if (file.size > largestImage) {
      problem = `${shown} is larger than 3.75 MB. Make it smaller and add it again.`
    } else if (already + images.length >= mostImages) {
      problem = `A message takes at most ${mostImages} pictures.`
    } else {
      const bytes = await bytesOf(file)
      const mediaType = bytes && typeOf(bytes)
      if (!bytes) problem = `${shown} could not be read, so it was not added. Look whether it is still there.`
      else if (!mediaType) problem = `${shown} is no PNG, JPEG, GIF or WebP picture.`
      else images.push({ name, mediaType, data: toBase64(bytes) })
    }
  }
  return { images, problem }
}

async function bytesOf(file: File): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await file.arrayBuffer())
  } catch {
    return undefined
  }
}

const beginnings: readonly [type: string, begins: RegExp][] = [
  ['image/png', /^\x89PNG\r\n\x1a\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[^]{4}WEBP/],
]

/** What the bytes of a picture say it is, whatever it is called; undefined for what services do not take. */
function typeOf(bytes: Uint8Array): string | undefined {
  const begin = String.fromCharCode(...bytes.subarray(0, 12))
  return beginnings.find(([, begins]) => begins.test(begin))?.[0]
}

/** Reads pictures of the folder, as readPictures does those of elsewhere; too large ones are not read at all. */
export async function workspacePictures(
  bytes: Pick<Bytes, 'glance' | 'readFile'>,
  paths: readonly string[],
  already: number,
): Promise<{ images: SessionImage[]; problem: string }> {
  const files: File[] = []
  let problem = ''
  for (const path of paths.slice(0, mostImages + 1)) {
    const { name } = splitPath(path)
    try {
      const { size } = await bytes.glance(null, path)
      if (size > largestImage) {
        problem = `${plainVisible(name)} is larger than 3.75 MB. Make it smaller and add it again.`
        continue
      }
      const content = await bytes.readFile('workspace', path)
      files.push(new File([content.slice()], name))
    } catch (cause) {
      problem = toFailure(cause).message
    }
  }
  const read = await readPictures(files, already)
  return { images: read.images, problem: read.problem || problem }
}
