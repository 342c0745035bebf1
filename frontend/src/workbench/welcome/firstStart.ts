import { getService, ILifecycleService, IStorageService } from '@codingame/monaco-vscode-api'
import { StorageScope } from '@codingame/monaco-vscode-api/vscode/vs/platform/storage/common/storage'
import { LifecyclePhase } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/lifecycle/common/lifecycle'
import type { WindowHost } from '../../ui/host'

/** The command that opens Keel's own walkthrough. */
export const getStarted = 'keel.getStarted'

/** No extension is called so: each has a publisher, with a dot behind it. */
export const welcomeId = 'keel#getStarted'

/** Set while a button of the walkthrough opens a folder: it is there again in the new one. */
export const goesOnKey = 'keel.welcome.goesOn'

const statusId = 'keel.welcome'

/** What a start does about the walkthrough. */
export type FirstStart = 'open' | 'offer' | 'nothing'

/**
 * whatToDo decides it. At the very first start the walkthrough opens where nothing was
 * asked for; a folder that was asked for is not to be buried, so there it is offered.
 */
export function whatToDo(start: { isFirst: boolean; folder: string; goesOn: boolean }): FirstStart {
  if (start.goesOn) return 'open'
  if (!start.isFirst) return 'nothing'
  return start.folder ? 'offer' : 'open'
}

/** startWelcome opens or offers the walkthrough at the first start, once the window is usable. */
export async function startWelcome(
  host: Pick<WindowHost, 'showStatus'>,
  folder: string,
  open: (options: { preserveFocus: boolean }) => Promise<void>,
): Promise<void> {
  const [storage, lifecycle] = await Promise.all([getService(IStorageService), getService(ILifecycleService)])
  const goesOn = storage.getBoolean(goesOnKey, StorageScope.PROFILE, false)
  if (goesOn) storage.remove(goesOnKey, StorageScope.PROFILE)
  const what = whatToDo({ isFirst: storage.isNew(StorageScope.PROFILE), folder, goesOn })
  if (what === 'nothing') return
  await lifecycle.when(LifecyclePhase.Restored)
  if (what === 'open') {
    // Who has the keyboard somewhere keeps it.
    await open({ preserveFocus: document.activeElement !== document.body })
    return
  }
  host.showStatus(statusId, {
    text: '$(mortar-board) New here? Get Started',
    label: 'New here? Get Started with Keel',
    tooltip: 'Opens the walkthrough. It is in the Help menu, too; this is shown at the first start only.',
    command: getStarted,
  })
}

/** The offer has been taken. */
export function endOffer(host: Pick<WindowHost, 'showStatus'>): void {
  host.showStatus(statusId, undefined)
}
