import { getService, IContextKeyService } from '@codingame/monaco-vscode-api'
import type { ILocalizedString } from '@codingame/monaco-vscode-api/vscode/vs/platform/action/common/action'
import {
  Action2,
  MenuId,
  registerAction2,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/actions/common/actions'
import { ContextKeyExpr } from '@codingame/monaco-vscode-api/vscode/vs/platform/contextkey/common/contextkey'
import { KeybindingWeight } from '@codingame/monaco-vscode-api/vscode/vs/platform/keybinding/common/keybindingsRegistry'
import type { ServicesAccessor } from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/instantiation'
import type { Disposable } from '../bridge'
import type { HostCommand } from '../features/chat'
import { parseKey } from './keys'
import { notify } from './notify'

/** register adds a command to the palette, with its key. What it throws is shown. */
export function register(command: HostCommand): Disposable {
  const when = ContextKeyExpr.deserialize(command.when)
  const { category, title } = titles(command.title)
  class RegisteredCommand extends Action2 {
    constructor() {
      super({
        id: command.id,
        title,
        ...(category ? { category } : {}),
        f1: true,
        ...(command.menu ? { menu: inView(command.menu) } : {}),
        ...(when ? { precondition: when } : {}),
        ...(command.key
          ? {
              keybinding: {
                primary: parseKey(command.key),
                weight: KeybindingWeight.ExternalExtension,
                ...(when ? { when } : {}),
              },
            }
          : {}),
      })
    }

    override async run(_: ServicesAccessor, ...args: unknown[]): Promise<unknown> {
      try {
        // A menu gives what it was opened on, which is none of ours.
        return await command.run(...args.filter((each) => typeof each === 'string'))
      } catch (cause) {
        notify.failure(cause)
        return undefined
      }
    }
  }
  return registerAction2(RegisteredCommand)
}

/** inView is a place in the "…" menu of a view. */
function inView(view: string) {
  return [{ id: MenuId.ViewTitle, group: '2_keel', when: ContextKeyExpr.equals('view', view) }]
}

/** titles takes "Keel: Stop" apart: the palette shows both parts, a menu only the second. */
function titles(whole: string): { category?: ILocalizedString; title: ILocalizedString } {
  const [category, ...rest] = whole.split(': ')
  const text = rest.join(': ')
  if (!category || !text) return { title: { value: whole, original: whole } }
  return { category: { value: category, original: category }, title: { value: text, original: text } }
}

/** setContext sets a key that when clauses can name. */
export function setContext(key: string, value: boolean | string): void {
  void getService(IContextKeyService).then((service) => {
    service.createKey(key, value).set(value)
  })
}
