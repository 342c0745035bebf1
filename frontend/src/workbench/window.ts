import { KeyCode, KeyMod } from '@codingame/monaco-vscode-api/vscode/vs/base/common/keyCodes'
import {
  Action2,
  MenuId,
  registerAction2,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/actions/common/actions'
import {
  KeybindingsRegistry,
  KeybindingWeight,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/keybinding/common/keybindingsRegistry'
import type { Bridge } from '../bridge'
import { notify } from './notify'

/** Keys that a browser keeps for itself, so that the workbench has others in one. Keel's window is not a browser. */
const nativeKeys: readonly { id: string; primary: number }[] = [
  { id: 'workbench.action.files.newUntitledFile', primary: KeyMod.CtrlCmd | KeyCode.KeyN },
]

/** registerWindowCommands gives the window what it has on the desktop: its keys and its end. */
export function registerWindowCommands(bridge: Bridge, save: () => Promise<void>): void {
  for (const key of nativeKeys) {
    KeybindingsRegistry.registerKeybindingRule({ ...key, weight: KeybindingWeight.WorkbenchContrib })
  }
  class Quit extends Action2 {
    constructor() {
      super({
        id: 'keel.quit',
        title: { value: 'Quit', original: 'Quit' },
        category: { value: 'Keel', original: 'Keel' },
        f1: true,
        keybinding: { primary: KeyMod.CtrlCmd | KeyCode.KeyQ, weight: KeybindingWeight.WorkbenchContrib },
        menu: { id: MenuId.MenubarFileMenu, group: 'z_Exit', order: 1 },
      })
    }

    override async run(): Promise<void> {
      try {
        await save()
        await bridge.Window.Quit()
      } catch (cause) {
        notify.failure(cause)
      }
    }
  }
  registerAction2(Quit)
}
