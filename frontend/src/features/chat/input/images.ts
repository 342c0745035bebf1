import { toFailure, type Bytes, type SessionImage } from '../../../bridge'
import { toBase64 } from '../../../lib/base64'
import { splitPath } from '../../../lib/format'
import { plainVisible } from '../../../lib/visible'

/** Most of one picture's bytes, as services take them. */
export const largestImage = 3_750_000
export const mostImages = 20

/** The pictures that services take. */
export const pictureTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

/** The pictures among pasted or dropped things. */
export function picturesOf(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])].filter((file) => file.type.startsWith('image/'))
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
    if (!pictureTypes.includes(file.type)) problem = `${name} is no PNG, JPEG, GIF or WebP picture.`
    else if (file.size > largestImage)
      problem = `${name} is larger than 3.75 MB. Make it smaller and add it again.`
    else if (already + images.length >= mostImages)
      problem = `A message takes at most ${mostImages} pictures.`
    else images.push({ name, mediaType: file.type, data: toBase64(new Uint8Array(await file.arrayBuffer())) })
  }
  return { images, problem }
}

const typeOf: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
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
    const type = typeOf[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? ''
    try {
      const { size } = await bytes.glance(null, path)
      if (size > largestImage) {
        problem = `${plainVisible(name)} is larger than 3.75 MB. Make it smaller and add it again.`
        continue
      }
      const content = await bytes.readFile('workspace', path)
      files.push(new File([content.slice()], name, { type }))
    } catch (cause) {
      problem = toFailure(cause).message
    }
  }
  const read = await readPictures(files, already)
  return { images: read.images, problem: read.problem || problem }
}
