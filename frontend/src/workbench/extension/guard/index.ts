import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { ICodeEditorService } from '@codingame/monaco-vscode-api/vscode/vs/editor/browser/services/codeEditorService.service'
import { ExtensionIdentifier } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensions/common/extensions'
import type { ServicesAccessor } from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/instantiation'
import { places as accounts } from '../../authentication'
import { confirm } from '../../confirm'
import { Consent } from './ask'
import { filterOutgoing, guardActors } from './actors'
import { ownCommands } from './own'
import { Places } from './places'
import { rules, type Ground } from './rules'
import { judgeOf, type Judge } from './running'
import { Seen } from './seen'

export { trimmed } from './contributions'
export { ownCommands } from './own'
export * from './walkthroughs'

let judge: Judge = () => 'extensions are not there yet'

/** Why a button with words of an extension does not run a command; undefined where its code might run it. */
export const refusalToRun: Judge = (id, args) => judge(id, args)

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
  const ground: Ground = {
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
  }
  judge = judgeOf(ground)
  guardActors(rules(ground))
}
