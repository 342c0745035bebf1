import { IExtensionService, ITextModelService } from '@codingame/monaco-vscode-api'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { ICodeEditorService } from '@codingame/monaco-vscode-api/vscode/vs/editor/browser/services/codeEditorService.service'
import { CommandsRegistry } from '@codingame/monaco-vscode-api/vscode/vs/platform/commands/common/commands'
import { ExtensionIdentifier } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensions/common/extensions'
import type { ServicesAccessor } from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/instantiation'
import { ICustomEditorService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/customEditor/common/customEditor.service'
import { plainVisible } from '../../../lib/visible'
import { places as accounts } from '../../authentication'
import { confirm } from '../../confirm'
import { notify } from '../../notify'
import { Consent } from './ask'
import { clickRefusal, refusedClick, type ClickRefusal } from './clicks'
import { filterOutgoing, guardActors } from './actors'
import { commandRefusal } from './commands'
import { guardEditors } from './editors'
import { ownCommands } from './own'
import { Places } from './places'
import { rules } from './rules'
import { Seen } from './seen'
import { answersOf, shownBy } from './shows'

export { refusedLink } from './clicks'
export { trimmed } from './contributions'
export { ownCommands } from './own'
export * from './walkthroughs'

/** Why a click may not run a command, with what is registered now: extensions may run their own. */
export const clickRefusalHere: ClickRefusal = (id, args) =>
  ownCommands.isTaken(id) ? undefined : clickRefusal(id, args)

/**
 * Why a button with words of an extension on it does not run a command; undefined
 * where it does. It may do what the extension's code may: more would be asked of
 * somebody who reads "Continue".
 */
export const buttonRefusal: ClickRefusal = (id, args) =>
  clickRefusalHere(id, args) ?? (ownCommands.isTaken(id) ? undefined : commandRefusal(id, args))

/** guardExtensions puts Keel's rules between extensions and the workbench, once, before any runs. */
export function guardExtensions(
  folder: string,
  extensions: () => readonly { readonly identifier: ExtensionIdentifier }[],
  services: <T>(use: (accessor: ServicesAccessor) => T) => T,
): void {
  const served = URI.parse(new URL('/keel/extension/', window.location.href).href)
  const places = new Places(folder ? URI.file(folder).path : '', served)
  const visible = (resource: URI): boolean => places.permission(resource) !== 'nothing'
  const seen = new Seen(visible)
  CommandsRegistry.registerCommand(refusedClick, (_, id: unknown) =>
    notify.warn(
      `Keel does not let a click in what an extension shows do this: ${plainVisible(typeof id === 'string' ? id : 'run a command')}. Nothing was done.`,
    ),
  )
  filterOutgoing({ ...answersOf(clickRefusalHere), ...seen.outgoing })
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
      isExtensionsCommand: (id) => ownCommands.isTaken(id),
      startedFor: (command) =>
        services((accessor) => {
          const service = accessor.get(IExtensionService)
          const event = `onCommand:${command}`
          return service.activationEventIsDone(event) ? undefined : service.activateByEvent(event)
        }),
      isHandled: (scheme) =>
        services((accessor) =>
          accessor.get(ITextModelService).canHandleResource(URI.from({ scheme, path: '/' })),
        ),
      isOwnProvider: (id) => accounts.some((place) => place.id === id),
      isInFront: () => document.hasFocus(),
    }),
    (actor, args) => shownBy(actor, args, clickRefusalHere),
  )
}
