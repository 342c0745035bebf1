import { getService, IMarkerService, IWorkingCopyService } from '@codingame/monaco-vscode-api'
import type { Bridge } from '../bridge'
import type { PathMap } from './files/paths'
import { problemsOf } from './markers'
import { Telling } from './telling'

/** How long the next word of problems waits after one, in milliseconds. */
const problemsPause = 500

/**
 * tellEditorState keeps Go told of what only the editors know, for the agent: the
 * problems that language services have found, and which files have unsaved text.
 */
export async function tellEditorState(bridge: Bridge, paths: PathMap): Promise<void> {
  const [markers, copies] = await Promise.all([getService(IMarkerService), getService(IWorkingCopyService)])
  const problems = new Telling(problemsPause, (seq) =>
    bridge.Editors.SetProblems(seq, problemsOf(markers.read(), paths)),
  )
  const unsaved = new Telling(0, (seq) =>
    bridge.Editors.SetUnsaved(
      seq,
      copies.dirtyWorkingCopies
        .map((copy) => paths.toPath(copy.resource))
        .filter((path) => path !== undefined),
    ),
  )
  markers.onMarkerChanged(() => problems.changed())
  copies.onDidChangeDirty(() => unsaved.changed())
  problems.changed()
  unsaved.changed()
}
