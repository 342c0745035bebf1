import { getService, IDialogService } from '@codingame/monaco-vscode-api'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { CommandsRegistry } from '@codingame/monaco-vscode-api/vscode/vs/platform/commands/common/commands'
import type { IWorkspaceProvider } from '@codingame/monaco-vscode-api/vscode/vs/workbench/browser/web.api'
import { toFailure, type Bridge, type Workspace } from '../bridge'
import { notify } from './notify'

/** The workbench's own commands for opening a folder, all of which show the system's dialog in Keel. */
const openCommands = [
  'workbench.action.files.openFolder',
  'workbench.action.files.openFileFolder',
  'workbench.action.files.openFolderViaWorkspace',
  'workbench.action.files.openLocalFolder',
  'workbench.action.addRootFolder',
]

export interface Leaving {
  /** Writes down what the page still holds: unsaved text, the layout. */
  save(): Promise<void>
  /** From now on nothing of this page may be stored: Go has another folder open. */
  freeze(): void
}

/** Folders opens other folders in this window. */
export class Folders {
  constructor(
    private readonly bridge: Bridge,
    private readonly leaving: Leaving,
    private readonly current: Workspace,
  ) {}

  /** provider tells the workbench which folder is open, and opens the one it asks for. */
  provider(): IWorkspaceProvider {
    return {
      workspace: this.current.path
        ? { folderUri: URI.file(this.current.path), id: this.current.id }
        : undefined,
      trusted: true,
      open: async (workspace) => {
        if (workspace && 'folderUri' in workspace) await this.open(workspace.folderUri.fsPath)
        // Anything but true makes the workbench blame a browser's pop-up blocker.
        return true
      },
    }
  }

  /** registerCommands makes every way of opening a folder end in pick. */
  registerCommands(): void {
    for (const id of openCommands) CommandsRegistry.registerCommand(id, () => this.pick())
    CommandsRegistry.registerCommand('vscode.openFolder', (_, folder?: URI) =>
      folder ? this.open(URI.revive(folder).fsPath) : this.pick(),
    )
  }

  /** pick asks for a folder with the system's dialog. */
  async pick(): Promise<void> {
    try {
      const path = await this.bridge.Window.PickFolder()
      if (path) await this.open(path)
    } catch (cause) {
      notify.failure(cause)
    }
  }

  /** open shows another folder in this window; the page starts anew. */
  async open(path: string): Promise<void> {
    if (path === this.current.path) return
    try {
      await this.leaving.save()
      if (!(await this.ask(path))) return
    } catch (cause) {
      notify.failure(cause)
      return
    }
    this.leaving.freeze()
    window.location.reload()
  }

  /** ask returns false when the user did not consent. */
  private async ask(path: string): Promise<boolean> {
    try {
      await this.bridge.Window.OpenFolder({ path, consent: false })
      return true
    } catch (cause) {
      const failure = toFailure(cause)
      if (failure.code !== 'needs_consent') throw failure
      const dialogs = await getService(IDialogService)
      const { confirmed } = await dialogs.confirm({
        type: 'warning',
        message: failure.message,
        detail: failure.hint,
        primaryButton: 'Open Anyway',
      })
      if (confirmed) await this.bridge.Window.OpenFolder({ path, consent: true })
      return confirmed
    }
  }
}
