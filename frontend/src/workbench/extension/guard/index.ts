import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { ICodeEditorService } from '@codingame/monaco-vscode-api/vscode/vs/editor/browser/services/codeEditorService.service'
import { ExtensionIdentifier } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensions/common/extensions'
import type { ServicesAccessor } from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/instantiation'
import { ICustomEditorService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/customEditor/common/customEditor.service'
import { places as accounts } from '../../authentication'
import { confirm } from '../../confirm'
import { Consent } from './ask'
import { filterOutgoing, guardActors } from './actors'
import { guardEditors } from './editors'
import { ownCommands } from './own'
import { Places } from './places'
import { rules } from './rules'
import { Seen } from './seen'

export { trimmed } from './contributions'
export { ownCommands } from './own'

/** guardExtensions puts Keel's rules between extensions and the workbench, once, before any runs. */
export function guardExtensions(
  folder: string,
  extensions: () => readonly { readonly identifier: ExtensionIdentifier }[],
  services: <T>(use: (accessor: ServicesAccessor) => T) => T,
): void {
  const served = URI.parse(new URL('/keel/extension/', window.location.href).href)
  const places = new Places(folder ? URI.file(folder).path : '', served)
  const seen = new Seen((resource) => places.permission(resource) !== 'nothing')
  filterOutgoing(seen.outgoing)
  guardEditors(
    (resource) => /^(nothing|ask)$/.test(places.permission(resource)),
    // Names of editors that come with the window are taken: no installed extension has one.
    (id) =>
      !/^vscode\./i.test(id) &&
      services((accessor) => accessor.get(ICustomEditorService).getCustomEditor(id) !== undefined),
  )
  guardActors(
    rules({
      places,
      consent: new Consent((question) => confirm({ ...question, danger: true })),
      seen,
      activeDocument: () =>
        services((accessor) => {
          const editors = accessor.get(ICodeEditorService)
          const editor = editors.getFocusedCodeEditor() ?? editors.getActiveCodeEditor()
          return editor?.getModel()?.uri
        }),
      isExtension: (id) => extensions().some(({ identifier }) => ExtensionIdentifier.equals(identifier, id)),
      isOwnCommand: (id) => !ownCommands.take(id),
      isOwnProvider: (id) => accounts.some((place) => place.id === id),
      isInFront: () => document.hasFocus(),
    }),
  )
}
