// What lies below a folder while Keel, and the daemons beside it, go on writing there.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What reading gives, or else the value given when the file or folder has gone in the meantime. */
async function unlessGone(reading, otherwise) {
  try {
    return await reading
  } catch (error) {
    if (error.code === 'ENOENT') return otherwise
    throw error
  }
}

/** The paths of the files below a folder, in order. Node's own recursion ends at a folder that goes away. */
export async function pathsBelow(folder) {
  const entries = await unlessGone(readdir(folder, { withFileTypes: true }), [])
  const found = await Promise.all(
    entries.map((each) => {
      const path = join(folder, each.name)
      if (each.isDirectory()) return pathsBelow(path)
      return each.isFile() ? [path] : []
    }),
  )
  return found.flat().sort()
}

/** A file's bytes, one letter for each; none when it has gone. */
export const bytesOf = (path) => unlessGone(readFile(path, 'latin1'), '')

/** A file's text; none when it has gone. */
export const textOf = (path) => unlessGone(readFile(path, 'utf8'), '')
