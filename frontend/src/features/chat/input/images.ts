import type { SessionImage } from '../../../bridge'
import { toBase64 } from '../../../lib/base64'

/** Most of one picture's bytes, as services take them. */
export const largestImage = 3_750_000
export const mostImages = 20

const types = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

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
    if (!types.includes(file.type)) problem = `${name} is no PNG, JPEG, GIF or WebP picture.`
    else if (file.size > largestImage)
      problem = `${name} is larger than 3.75 MB. Make it smaller and add it again.`
    else if (already + images.length >= mostImages)
      problem = `A message takes at most ${mostImages} pictures.`
    else images.push({ name, mediaType: file.type, data: toBase64(new Uint8Array(await file.arrayBuffer())) })
  }
  return { images, problem }
}
