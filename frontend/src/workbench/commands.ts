import { getService, IContextKeyService } from '@codingame/monaco-vscode-api'
import {
  Action2,
  registerAction2,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/actions/common/actions'
import { ContextKeyExpr } from '@codingame/monaco-vscode-api/vscode/vs/platform/contextkey/common/contextkey'
import { KeybindingWeight } from '@codingame/monaco-vscode-api/vscode/vs/platform/keybinding/common/keybindingsRegistry'
import type { Disposable } from '../bridge'
import type { HostCommand } from '../features/chat'
import { parseKey } from './keys'
import { notify } from './notify'

/** register adds a command to the palette, with its key. What it throws is shown. */
export function register(command: HostCommand): Disposable {
  const when = ContextKeyExpr.deserialize(command.when)
  const title = { value: command.title, original: command.title }
  class RegisteredCommand extends Action2 {
    constructor() {
      super({
        id: command.id,
        title,
        f1: true,
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

    override async run(): Promise<void> {
      try {
        await command.run()
      } catch (cause) {
        notify.failure(cause)
      }
    }
  }
  return registerAction2(RegisteredCommand)
}

/** setContext sets a key that when clauses can name. */
export function setContext(key: string, value: boolean | string): void {
  void getService(IContextKeyService).then((service) => {
    service.createKey(key, value).set(value)
  })
}
