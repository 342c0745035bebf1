import type { ITextModel } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/model'
import { Range, type IRange } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/core/range'
import { lastEditor, openEditor, replaceAll } from './editors'
import { fit } from './fit'

/** insert puts code at the cursor of the editor that was active last; false when there is none. */
export async function insert(code: string): Promise<boolean> {
  const resource = await lastEditor()
  if (!resource) return false
  const document = await openEditor(resource)
  const { editor, model } = document
  const selection = editor.getSelection() ?? model.getFullModelRange().collapseToEnd()
  replaceAll(document, [{ range: selection, text: fitted(model, selection, code) }])
  const end = editor.getSelection()?.getEndPosition()
  if (end) editor.setPosition(end)
  return true
}

/** fitted is code as it goes in the place of a range. */
export function fitted(model: ITextModel, range: IRange, code: string): string {
  return fit(code, {
    line: model.getLineContent(range.startLineNumber),
    startColumn: range.startColumn,
    endColumn: range.endColumn,
    empty: Range.isEmpty(range),
  })
}
