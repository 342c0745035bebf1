import { getService, IEditorService } from '@codingame/monaco-vscode-api'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type { DiffTarget } from '../features/checkpoint'
import type { PathMap } from './files/paths'
import { sidesOf } from './sides'

/** openDiff shows one file's changes, at a line of its right side. */
export async function openDiff(
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

/** openMultiDiff shows several files' changes in one editor, one below the other. */
export async function openMultiDiff(
  title: string,
  targets: readonly DiffTarget[],
  paths: PathMap,
): Promise<void> {
  const editors = await getService(IEditorService)
  const key = targets.map((t) => `${t.before}:${t.after ?? 'disk'}:${t.path}`).join('\n')
  await editors.openEditor({
    label: title,
    multiDiffSource: URI.from({ scheme: 'keel-changes', path: `/${title}`, query: key }),
    resources: targets.map((target) => {
      const { original, modified } = sidesOf(target, paths)
      const onDisk = target.kind === 'deleted' ? {} : { goToFileResource: paths.toResource(target.path) }
      return { original: { resource: original }, modified: { resource: modified }, ...onDisk }
    }),
    options: { pinned: true },
    isTransient: true,
  })
}
