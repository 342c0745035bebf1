import { getService, IEditorService } from '@codingame/monaco-vscode-api'
import {
  isCodeEditor,
  isDiffEditor,
  type ICodeEditor,
} from '@codingame/monaco-vscode-api/vscode/vs/editor/browser/editorBrowser'

/** activeEditor is the text editor in front, also while something else has the keyboard. */
export async function activeEditor(): Promise<ICodeEditor | undefined> {
  const { activeTextEditorControl: control } = await getService(IEditorService)
  if (isCodeEditor(control)) return control
  if (!isDiffEditor(control)) return undefined
  const left = control.getOriginalEditor()
  return left.hasWidgetFocus() ? left : control.getModifiedEditor()
}
