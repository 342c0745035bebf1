import { getService, ILifecycleService, IStorageService } from '@codingame/monaco-vscode-api'
import { StorageScope } from '@codingame/monaco-vscode-api/vscode/vs/platform/storage/common/storage'
import { LifecyclePhase } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/lifecycle/common/lifecycle'
import { getStartedCommand } from '../../features/chat'
import type { WindowHost } from '../../ui/host'
import { reach } from '../timings'
import { takeGoesOn } from './goesOn'
import { whatToDo } from './whatToDo'

export { welcomeId } from './whatToDo'

const statusId = 'keel.welcome'

/** startWelcome opens or offers the walkthrough at the first start, once the window is usable. */
export async function startWelcome(
  host: Pick<WindowHost, 'showStatus'>,
  folder: string,
  open: (options: { preserveFocus: boolean }) => Promise<void>,
): Promise<void> {
  const goesOn = takeGoesOn()
  const [storage, lifecycle] = await Promise.all([getService(IStorageService), getService(ILifecycleService)])
  const what = whatToDo({ isFirst: storage.isNew(StorageScope.PROFILE), folder, goesOn })
  await lifecycle.when(LifecyclePhase.Restored)
  reach('restored')
  if (what === 'nothing') return
  if (what === 'open') {
    await open({ preserveFocus: !isKeyboardFree() })
    return
  }
  host.showStatus(statusId, {
    text: '$(mortar-board) New here? Get Started',
    label: 'New here? Get Started with Keel',
    tooltip: 'Opens the walkthrough. It is in the Help menu, too; this is shown at the first start only.',
    command: getStartedCommand,
  })
}

/** Whether nobody types or is asked something. The workbench itself puts the keyboard somewhere. */
function isKeyboardFree(): boolean {
  const focused = document.activeElement
  if (!(focused instanceof HTMLElement) || focused === document.body) return true
  if (focused.isContentEditable || focused.matches('input, textarea, .native-edit-context')) return false
  return focused.closest('dialog, .monaco-dialog-box, .quick-input-widget, .monaco-menu') === null
}

/** The offer has been taken. */
export function endOffer(host: Pick<WindowHost, 'showStatus'>): void {
  host.showStatus(statusId, undefined)
}
