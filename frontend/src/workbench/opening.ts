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

type Editors = Pick<RequestHost, 'isShown' | 'showFile' | 'whenClosed'>

const noEditors: Editors = {
  isShown: () => Promise.resolve(false),
  showFile: () => Promise.reject(new Error('No folder is open to show a file of.')),
  whenClosed: () => Promise.reject(new Error('No folder is open to show a file of.')),
}

function editorsOf(folder: string): Editors {
  const paths = folderPaths(folder)
  return {
    async isShown(file) {
      const layout = await getService(IWorkbenchLayoutService)
      await layout.whenRestored
      return isOpen(await getService(IEditorGroupsService), paths.toResource(file))
    },
    async showFile(file, line, column) {
      const editors = await getService(IEditorService)
      const resource = paths.toResource(file)
      const selection = line ? { startLineNumber: line, startColumn: Math.max(column, 1) } : undefined
      // A person may close it before everything of it is there: then it was shown.
      const seen = { closed: false }
      const listener = editors.onDidCloseEditor(({ editor }) => {
        if (isEqual(editor.resource, resource)) seen.closed = true
      })
      try {
        const pane = await editors.openEditor({
          resource,
          options: { pinned: true, ...(selection ? { selection } : {}) },
        })
        if (!pane && !seen.closed) throw new Error(`${file} could not be shown in an editor.`)
      } finally {
        listener.dispose()
      }
    },
    async whenClosed(file, closed) {
      const [editors, groups] = await Promise.all([
        getService(IEditorService),
        getService(IEditorGroupsService),
      ])
      const resource = paths.toResource(file)
      if (!isOpen(groups, resource)) {
        closed()
        return
      }
      const listener = editors.onDidCloseEditor(() => {
        if (isOpen(groups, resource)) return
        listener.dispose()
        closed()
      })
    },
  }
}

function isOpen(groups: IEditorGroupsService, resource: URI): boolean {
  return groups.groups.some((group) => group.editors.some((editor) => isEqual(editor.resource, resource)))
}
