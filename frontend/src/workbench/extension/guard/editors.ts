import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { EditorResolverService } from '@codingame/monaco-vscode-view-common-service-override/vscode/vs/workbench/services/editor/browser/editorResolverService'

interface Editor {
  readonly editorInfo: { readonly id: string }
}

/** The part of the workbench that chooses an editor for a file, which is its own business. */
export interface EditorChoice {
  findMatchingEditors(resource: URI, type?: unknown): Editor[]
  getEditor(
    resource: URI,
    id: string | undefined,
    type: unknown,
  ): { editor?: Editor; conflictingDefault: boolean }
}

/** The editor for texts. */
const text = 'default'

/**
 * guardEditors keeps editors of extensions from files that extensions may not
 * change without asking: whoever opens his settings, his keys or what others obey
 * in a folder sees the file itself, not a picture of it that a stranger has drawn.
 * Neither an association in a setting nor "Reopen Editor With" leads past that.
 */
export function guardEditors(
  isKept: (resource: URI) => boolean,
  isExtensions: (editorId: string) => boolean,
  choice: EditorChoice = EditorResolverService.prototype as unknown as EditorChoice,
): void {
  const { findMatchingEditors, getEditor } = choice
  choice.findMatchingEditors = function (resource, type) {
    const all = findMatchingEditors.call(this, resource, type)
    return isKept(resource) ? all.filter(({ editorInfo }) => !isExtensions(editorInfo.id)) : all
  }
  choice.getEditor = function (resource, id, type) {
    const named = id !== undefined && isExtensions(id) && isKept(resource)
    const chosen = getEditor.call(this, resource, named ? text : id, type)
    if (!chosen.editor || !isExtensions(chosen.editor.editorInfo.id) || !isKept(resource)) return chosen
    return getEditor.call(this, resource, text, type)
  }
}
