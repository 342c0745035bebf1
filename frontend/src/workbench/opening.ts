import {
  getService,
  IEditorGroupsService,
  IEditorService,
  IWorkbenchLayoutService,
} from '@codingame/monaco-vscode-api'
import { isEqual } from '@codingame/monaco-vscode-api/vscode/vs/base/common/resources'
import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type { Bridge } from '../bridge'
import { confirm } from './confirm'
import { folderPaths } from './files/paths'
import type { Folders } from './folders'
import { notify } from './notify'
import { Requests, type RequestHost } from './requests'

/** Milliseconds after a change of the window's size until it is kept. */
const sizeDelay = 500

/**
 * followRequests carries out what other starts of Keel, and links from outside, ask
 * of this window: each one after the other, those that came before the page first.
 */
export function followRequests(bridge: Bridge, folders: Folders, folder: string): void {
  const requests = new Requests(bridge, folder, {
    openFolder: (path) => folders.open(path),
    ...(folder ? editorsOf(folder) : noEditors),
    confirm,
    refuse: (message) => notify.warn(message),
    fail: notify.failure,
  })
  bridge.on('open', () => void requests.take(false))
  void requests.take(true)
  // It only orders the windows and keeps this one's size: nobody need hear of a failure.
  const used = () => void bridge.Window.Used().catch(() => undefined)
  window.addEventListener('focus', used)
  let timer: ReturnType<typeof setTimeout> | undefined
  window.addEventListener('resize', () => {
    clearTimeout(timer)
    timer = setTimeout(used, sizeDelay)
  })
  if (document.hasFocus()) used()
}

const noEditors = {
  showFile: () => Promise.resolve(),
  whenClosed: (_: string, closed: () => void) => {
    closed()
    return Promise.resolve()
  },
}

function editorsOf(folder: string): Pick<RequestHost, 'showFile' | 'whenClosed'> {
  const paths = folderPaths(folder)
  return {
    async showFile(file, line, column) {
      const editors = await getService(IEditorService)
      const selection = line ? { startLineNumber: line, startColumn: Math.max(column, 1) } : undefined
      await editors.openEditor({
        resource: paths.toResource(file),
        options: { pinned: true, ...(selection ? { selection } : {}) },
      })
    },
    async whenClosed(file, closed) {
      const layout = await getService(IWorkbenchLayoutService)
      await layout.whenRestored
      await noEditor(paths.toResource(file), closed)
    },
  }
}

/** Calls closed once no group has an editor of the resource, also when none has now. */
async function noEditor(resource: URI, closed: () => void): Promise<void> {
  const [editors, groups] = await Promise.all([getService(IEditorService), getService(IEditorGroupsService)])
  const open = () =>
    groups.groups.some((group) => group.editors.some((editor) => isEqual(editor.resource, resource)))
  if (!open()) {
    closed()
    return
  }
  const listener = editors.onDidCloseEditor(() => {
    if (open()) return
    listener.dispose()
    closed()
  })
}
