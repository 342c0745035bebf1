import { IEditorService } from '@codingame/monaco-vscode-api'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import {
  Action2,
  MenuId,
  registerAction2,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/actions/common/actions'
import { ContextKeyExpr } from '@codingame/monaco-vscode-api/vscode/vs/platform/contextkey/common/contextkey'
import type { ServicesAccessor } from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/instantiation'
import {
  EditorResourceAccessor,
  SideBySideEditor,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/common/editor'
import type { Disposable } from '../bridge'
import type { FileCommand } from '../ui/host'
import type { PathMap } from './files/paths'
import { notify } from './notify'

/** Where a command stands: in the explorer beside "Open Timeline", elsewhere in a group of Keel's. */
const places = {
  explorer: { id: MenuId.ExplorerContext, group: '4_timeline', order: 2 },
  editor: { id: MenuId.EditorContext, group: '4_keel', order: 1 },
  tab: { id: MenuId.EditorTitleContext, group: '4_keel', order: 1 },
} as const

/** registerFileCommand adds a command to the context menus of files, and to the palette for the active one. */
export function registerFileCommand(command: FileCommand, paths: PathMap): Disposable {
  const own = ContextKeyExpr.deserialize(command.when)
  const files = ContextKeyExpr.and(
    ContextKeyExpr.equals('resourceScheme', 'file'),
    ContextKeyExpr.not('explorerResourceIsFolder'),
    own,
  )
  class RegisteredCommand extends Action2 {
    constructor() {
      super({
        id: command.id,
        title: { value: command.title, original: command.title },
        category: { value: 'Keel', original: 'Keel' },
        f1: true,
        ...(own ? { precondition: own } : {}),
        menu: command.menus.map((menu) => ({ ...places[menu], ...(files ? { when: files } : {}) })),
      })
    }

    override async run(accessor: ServicesAccessor, clicked?: unknown): Promise<void> {
      const path = pathOf(accessor, clicked, paths)
      if (path === undefined) {
        notify.info('This is for a file of the opened folder: open one, or choose it in the explorer.')
        return
      }
      try {
        await command.run(path)
      } catch (cause) {
        notify.failure(cause)
      }
    }
  }
  return registerAction2(RegisteredCommand)
}

/** The file that was clicked, else the one in front. */
function pathOf(accessor: ServicesAccessor, clicked: unknown, paths: PathMap): string | undefined {
  const editor = accessor.get(IEditorService).activeEditor
  const resource = URI.isUri(clicked)
    ? clicked
    : EditorResourceAccessor.getOriginalUri(editor, { supportSideBySide: SideBySideEditor.PRIMARY })
  const path = resource && paths.toPath(resource)
  return path === '.' ? undefined : path
}
