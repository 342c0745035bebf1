import { MenuId, MenuRegistry } from '@codingame/monaco-vscode-api/vscode/vs/platform/actions/common/actions'
import type { WindowHost } from '../ui/host'

const id = 'keel.showCrashReports'

/** provideCrashReports adds the command that shows the crash reports kept on this machine. */
export function provideCrashReports(host: WindowHost): void {
  host.registerCommand({
    id,
    title: 'Keel: Show Crash Reports',
    run: async () => (await import('./crash')).showCrashReports(host),
  })
  MenuRegistry.appendMenuItem(MenuId.MenubarHelpMenu, {
    command: { id, title: 'Show Crash Reports' },
    group: '3_feedback',
  })
}
