import { getService, ICodeEditorService } from '@codingame/monaco-vscode-api'
import type { IDiffEditor } from '@codingame/monaco-vscode-api/vscode/vs/editor/browser/editorBrowser'
import type { IEditorOptions } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/config/editorOptions'

/** What a diff shows whatever the user's settings say: a change must not hide what it does. */
const shownInDiffs: IEditorOptions = {
  renderControlCharacters: true,
  unicodeHighlight: {
    invisibleCharacters: true,
    ambiguousCharacters: true,
    nonBasicASCII: false,
    includeComments: true,
    includeStrings: true,
    allowedCharacters: {},
    allowedLocales: {},
  },
}

/** showInvisible makes all diffs, also those within others, show invisible and bidirectional characters. */
export async function showInvisible(): Promise<void> {
  const editors = await getService(ICodeEditorService)
  editors.onDiffEditorAdd(keepShowing)
  for (const diff of editors.listDiffEditors()) keepShowing(diff)
}

/** The workbench gives editors their settings anew with each file and each change of a setting. */
function keepShowing(diff: IDiffEditor): void {
  for (const editor of [diff.getOriginalEditor(), diff.getModifiedEditor()]) {
    let setting = false
    const set = () => {
      if (setting) return
      setting = true
      editor.updateOptions(shownInDiffs)
      setting = false
    }
    set()
    editor.onDidChangeConfiguration(set)
    editor.onDidChangeModel(set)
  }
}
