import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type { DiffKind } from '../bridge'
import { checkpointResource } from './files/checkpoints'
import type { PathMap } from './files/paths'

/** DiffTarget is one file that differs between a checkpoint and a later one, or the disk. */
export interface DiffTarget {
  path: string
  kind: DiffKind
  /** the old path of a renamed file */
  from?: string
  /** id of the checkpoint on the left */
  before: string
  /** id of the checkpoint on the right; null for the file on disk */
  after: string | null
}

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
