import { KeyCode, KeyMod } from '@codingame/monaco-vscode-api/vscode/vs/base/common/keyCodes'
import {
  Action2,
  MenuId,
  registerAction2,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/actions/common/actions'
import { ContextKeyExpr } from '@codingame/monaco-vscode-api/vscode/vs/platform/contextkey/common/contextkey'
import {
  KeybindingsRegistry,
  KeybindingWeight,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/keybinding/common/keybindingsRegistry'
import type { Bridge } from '../bridge'
import { notify } from './notify'

const ctrlShiftN = KeyMod.CtrlCmd | KeyMod.Shift | KeyCode.KeyN
const ctrlN = KeyMod.CtrlCmd | KeyCode.KeyN
const ctrlO = KeyMod.CtrlCmd | KeyCode.KeyO

/**
 * Keys that the workbench has on the desktop and not in a browser, and the one
 * for opening any file: Keel opens files of its folder only.
 */
const keys: readonly { id: string; primary: number; when?: string; first?: boolean }[] = [
  { id: 'workbench.action.files.newUntitledFile', primary: ctrlN, first: true },
  { id: 'workbench.action.newWindow', primary: ctrlShiftN, first: true },
  { id: '-workbench.action.files.openFile', primary: ctrlO },
  { id: 'workbench.action.files.openFolder', primary: ctrlO, when: "workbenchState == 'empty'" },
  { id: 'workbench.action.quickOpen', primary: ctrlO, when: "workbenchState != 'empty'" },
]

/** registerWindowCommands gives the window what it has on the desktop: its keys and its end. */
export function registerWindowCommands(bridge: Bridge, save: () => Promise<void>): void {
  for (const { id, primary, when, first } of keys) {
    KeybindingsRegistry.registerKeybindingRule({
      id,
      primary,
      // Menus show the key with the greatest weight.
      weight: first ? KeybindingWeight.BuiltinExtension : KeybindingWeight.WorkbenchContrib - 1,
      when: ContextKeyExpr.deserialize(when),
    })
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

/** registerNewWindow gives the File menu what opens a folder beside the one that is open. */
export function registerNewWindow(pick: () => Promise<void>): void {
  class OpenFolderInNewWindow extends Action2 {
    constructor() {
      super({
        id: 'keel.openFolderInNewWindow',
        title: { value: 'Open Folder in New Window…', original: 'Open Folder in New Window…' },
        category: { value: 'File', original: 'File' },
        f1: true,
        menu: { id: MenuId.MenubarFileMenu, group: '2_open', order: 3 },
      })
    }

    override run(): Promise<void> {
      return pick()
    }
  }
  registerAction2(OpenFolderInNewWindow)
}
