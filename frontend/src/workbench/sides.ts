import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type { DiffTarget } from '../features/checkpoint'
import { checkpointResource } from './files/checkpoints'
import type { PathMap } from './files/paths'

export interface DiffSides {
  original: URI | undefined
  modified: URI | undefined
}

/** sidesOf says what stands on each side; nothing where the file was not there. */
export function sidesOf(target: DiffTarget, paths: PathMap): DiffSides {
  const { path, kind, from, before, after } = target
  return {
    original: kind === 'added' ? undefined : checkpointResource(before, from ? from : path),
    modified:
      kind === 'deleted'
        ? undefined
        : after === null
          ? paths.toResource(path)
          : checkpointResource(after, path),
  }
}
