import { getService, IEditorService } from '@codingame/monaco-vscode-api'
import type { Bridge } from '../bridge'
import type { DiffTarget } from '../features/checkpoint'
import type { PathMap } from './files/paths'
import { ChangesEditor } from './review/changesEditor'
import { openCompare, registerCompare } from './review/compareEditor'
import { hasKind, lookAtBoth } from './review/sides'
import { sidesOf } from './sides'

/** Diffs shows what changed in files. */
export interface Diffs {
  /** Shows several files' changes in one editor, one below the other. */
  openMultiDiff(title: string, files: readonly DiffTarget[]): Promise<void>
  /** Shows one file's changes, at a line of its right side. */
  openDiff(title: string, file: DiffTarget, line?: number): Promise<void>
}

/** diffs adds the editors of changes to the workbench. What has no lines is compared as a whole. */
export function diffs(bridge: Bridge, paths: PathMap): Diffs {
  const changes = new ChangesEditor(bridge, paths)
  registerCompare(bridge, paths, (title, target) => openLines(title, target, undefined, paths))
  return {
    openMultiDiff: (title, files) => changes.open(title, files),
    async openDiff(title, target, line) {
      const looked = await lookAtBoth(bridge, target)
      if (hasKind(looked, 'image', 'binary', 'large', 'unreadable')) await openCompare(target)
      else await openLines(title, target, line, paths)
    },
  }
}

async function openLines(
  title: string,
  target: DiffTarget,
  line: number | undefined,
  paths: PathMap,
): Promise<void> {
  const editors = await getService(IEditorService)
  const { original, modified } = sidesOf(target, paths)
  const selection = line === undefined ? {} : { selection: { startLineNumber: line, startColumn: 1 } }
  await editors.openEditor({
    label: title,
    original: { resource: original },
    modified: { resource: modified },
    options: { pinned: true, ...selection },
  })
}
