import {
  getService,
  IEditorGroupsService,
  IEditorService,
  IStorageService,
  IWorkbenchLayoutService,
} from '@codingame/monaco-vscode-api'
import { WillSaveStateReason } from '@codingame/monaco-vscode-api/vscode/vs/platform/storage/common/storage'
import { Event } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import { backUpNow } from './backups'

/** Milliseconds after a change of the layout until it is stored. */
const delay = 250

/** saveLayoutSoon stores editors and layout after each change: closing the window gives no time to. */
export async function saveLayoutSoon(): Promise<void> {
  const [storage, editors, groups, layout] = await Promise.all([
    getService(IStorageService),
    getService(IEditorService),
    getService(IEditorGroupsService),
    getService(IWorkbenchLayoutService),
  ])
  const flush = () => void storage.flush(WillSaveStateReason.NONE)
  let timer: ReturnType<typeof setTimeout> | undefined
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(flush, delay)
  }
  Event.any<unknown>(
    editors.onDidActiveEditorChange,
    editors.onDidVisibleEditorsChange,
    editors.onDidCloseEditor,
    groups.mainPart.onDidAddGroup,
    groups.mainPart.onDidRemoveGroup,
    layout.onDidChangePartVisibility,
    layout.onDidChangePanelPosition,
  )(soon)
  window.addEventListener('pagehide', flush)
  window.addEventListener('blur', () => {
    flush()
    void backUpNow()
  })
  document.addEventListener('visibilitychange', flush)
}

/** saveEverything returns once unsaved text and layout are with Go. */
export async function saveEverything(): Promise<void> {
  await backUpNow()
  const storage = await getService(IStorageService)
  await storage.flush(WillSaveStateReason.SHUTDOWN)
}
