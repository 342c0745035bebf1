import {
  getService,
  IEditorGroupsService,
  IEditorService,
  ITextFileService,
} from '@codingame/monaco-vscode-api'
import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import {
  isCodeEditor,
  type ICodeEditor,
} from '@codingame/monaco-vscode-api/vscode/vs/editor/browser/editorBrowser'
import { EditorOption } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/config/editorOptions'
import { Range, type IRange } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/core/range'
import type { ITextModel } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/model'
import { EditorsOrder } from '@codingame/monaco-vscode-api/vscode/vs/workbench/common/editor'
import { Failure } from '../../bridge'
import { splitPath } from '../../lib/format'
import { plainVisible } from '../../lib/visible'

/** Document is what an editor shows. */
export interface Document {
  editor: ICodeEditor
  model: ITextModel
}

/** lastEditor names the document of the text editor that was active last: of a file, or of none yet. */
export async function lastEditor(): Promise<URI | undefined> {
  const editors = await getService(IEditorService)
  const recent = editors.getEditors(EditorsOrder.MOST_RECENTLY_ACTIVE)
  return recent
    .map(({ editor }) => editor)
    .filter(
      (editor) => editor.typeId === 'workbench.editors.files.fileEditorInput' || isUntitled(editor.resource),
    )
    .find((editor) => editor.resource)?.resource
}

const isUntitled = (resource: URI | undefined): boolean => resource?.scheme === 'untitled'

/**
 * openEditor shows a document where it was shown last, and gives it the keyboard. A new
 * one is empty, and has a place in the folder only once it is saved.
 */
export async function openEditor(resource: URI, isNew = false): Promise<Document> {
  const [editors, groups] = await Promise.all([getService(IEditorService), getService(IEditorGroupsService)])
  const [known] = editors.findEditors(resource)
  const group = known && groups.getGroup(known.groupId)
  const pane = await editors.openEditor({ resource, forceUntitled: isNew, options: { pinned: true } }, group)
  const control = pane?.getControl()
  const model = isCodeEditor(control) ? control.getModel() : null
  if (isCodeEditor(control) && model) return { editor: control, model }
  throw new Failure(
    'invalid',
    `${plainVisible(splitPath(resource.path).name)} could not be shown as text, so nothing was changed.`,
    'Copy the code, and put it in where you want it.',
  )
}

/** replaceAll puts texts into an editor as one step that can be undone, and shows it. */
export function replaceAll(
  { editor, model }: Document,
  edits: readonly { range: IRange; text: string }[],
): void {
  if (editor.getOption(EditorOption.readOnly)) {
    throw new Failure(
      'not_allowed',
      `${plainVisible(splitPath(model.uri.path).name)} cannot be changed here, so it is as it was.`,
      'Copy the code, and put it into another file.',
    )
  }
  const [first] = edits
  editor.pushUndoStop()
  editor.executeEdits(
    'keel.chat',
    edits.map((edit) => ({ ...edit, forceMoveMarkers: true })),
  )
  editor.pushUndoStop()
  if (first) editor.revealPositionInCenterIfOutsideViewport(Range.lift(first.range).getStartPosition())
  editor.focus()
}

/** isText reports whether a document can be shown as text; its model is there afterwards. */
export async function isText(resource: URI): Promise<boolean> {
  if (isUntitled(resource)) return true
  const { files } = await getService(ITextFileService)
  try {
    await files.resolve(resource)
    return true
  } catch {
    return false
  }
}
