import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type { Bridge } from '../../bridge'
import { guard } from './errors'
import { ReadOnlyFiles } from './readOnly'

export const checkpointScheme = 'keel-checkpoint'

/** checkpointResource names a file as it was in a checkpoint. */
export function checkpointResource(checkpoint: string, path: string): URI {
  return URI.from({ scheme: checkpointScheme, path: `/${path}`, query: checkpoint })
}

/**
 * standingFor gives a checkpoint's file the address of another one, so that a diff
 * of the two does not call it renamed.
 */
export function standingFor(file: URI, other: URI): URI {
  return file.with({ path: other.path, fragment: file.path.slice(1) })
}

/** How many files stay in memory: the workbench asks for the size, then for the bytes. */
const kept = 32

/** CheckpointFiles are the files of all checkpoints. */
export class CheckpointFiles extends ReadOnlyFiles {
  private readonly contents = new Map<string, Promise<Uint8Array>>()

  constructor(private readonly bridge: Bridge) {
    super('A checkpoint cannot be changed, only restored.')
  }

  readFile(resource: URI): Promise<Uint8Array> {
    const key = resource.toString()
    const known = this.contents.get(key)
    if (known) return known
    const path = resource.fragment || resource.path.slice(1)
    const content = guard(() => this.bridge.bytes.readCheckpoint(resource.query, path))
    this.contents.set(key, content)
    content.catch(() => this.contents.delete(key))
    if (this.contents.size > kept) {
      const [oldest] = this.contents.keys()
      if (oldest !== undefined) this.contents.delete(oldest)
    }
    return content
  }
}
