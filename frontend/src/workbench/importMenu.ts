import { MenuId, MenuRegistry } from '@codingame/monaco-vscode-api/vscode/vs/platform/actions/common/actions'
import { importCommand } from '../features/import'

/** offerImport puts the import beside the settings: in the menu of the gear and in File > Preferences. */
export function offerImport(): void {
  for (const menu of [MenuId.GlobalActivity, MenuId.MenubarPreferencesMenu]) {
    MenuRegistry.appendMenuItem(menu, {
      command: { id: importCommand, title: 'Import from Another Editor…' },
      group: '2_configuration',
      order: 90,
    })
  }
}
