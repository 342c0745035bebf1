import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { CommandsRegistry } from '@codingame/monaco-vscode-api/vscode/vs/platform/commands/common/commands'
import type { IWorkspaceProvider } from '@codingame/monaco-vscode-api/vscode/vs/workbench/browser/web.api'
import { toFailure, type Bridge, type OpenFolderRequest, type Workspace } from '../bridge'
import type { Question } from '../features/chat'
import { plainVisible } from '../lib/visible'
import { notify } from './notify'
import { fileName } from './problems'

/** The workbench's own commands for opening a folder, all of which show the system's dialog in Keel. */
const openCommands = [
  'workbench.action.files.openFolder',
  'workbench.action.files.openFileFolder',
  'workbench.action.files.openFolderViaWorkspace',
  'workbench.action.files.openLocalFolder',
  'workbench.action.addRootFolder',
]

/** Asks about a folder whose list of checkpoints is lost. */
function rescueQuestion(path: string): Question {
  return {
    message: `The list of the checkpoints of “${plainVisible(fileName(path))}” is lost or damaged.`,
    detail: `${plainVisible(path)}\n\nYour files were not touched, and what the checkpoints hold is still there. Keel can find the checkpoints again and then open the folder. Nothing is deleted: the damaged list is put aside. The last few checkpoints, pins and the undoing of earlier restores may be missing afterwards.\n\nCancel leaves everything as it is; you are asked again when you open the folder.`,
    primary: 'Find and Open',
  }
}

/** What starting a new history does, for who is asked about it. */
const setAsideDetail =
  'Keel can set the old history aside, start a new one, and open the folder. Nothing is deleted: the old checkpoints stay where they are kept, but this version of Keel no longer shows them.'

/** Gate stops the page from writing to its folder while it is closed. */
export interface Gate {
  closed: boolean
}

/** Folders opens other folders in this window. */
export class Folders {
  constructor(
    private readonly bridge: Pick<Bridge, 'Window' | 'Sessions'>,
    private readonly current: Workspace,
    private readonly gate: Gate,
    /** Writes down what the page still holds: unsaved text, the layout. */
    private readonly save: () => Promise<void>,
    private readonly confirm: (question: Question) => Promise<boolean>,
    private readonly reload: () => void = () => window.location.reload(),
  ) {}

  /** provider tells the workbench which folder is open, and opens the one it asks for. */
  provider(): IWorkspaceProvider {
    return {
      workspace: this.current.path
        ? { folderUri: URI.file(this.current.path), id: this.current.id }
        : undefined,
      trusted: undefined, // FolderTrust knows
      open: async (workspace, options) => {
        const path = workspace && 'folderUri' in workspace ? workspace.folderUri.fsPath : ''
        if (!workspace || (path && options?.reuse === false)) await this.openInNewWindow(path)
        else if (path) await this.open(path)
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

  /** openInNewWindow leaves this window as it is; without a path the new one is empty. */
  async openInNewWindow(path: string): Promise<void> {
    try {
      await this.bridge.Window.NewWindow(path)
    } catch (cause) {
      notify.failure(cause)
    }
  }

  /** pickForNewWindow asks for a folder, and opens it in a window of its own. */
  async pickForNewWindow(): Promise<void> {
    try {
      const path = await this.bridge.Window.PickFolder()
      if (path) await this.openInNewWindow(path)
    } catch (cause) {
      notify.failure(cause)
    }
  }

  /** pick asks for a folder with the system's dialog, and opens it as open does. */
  async pick(): Promise<boolean> {
    try {
      const path = await this.bridge.Window.PickFolder()
      return path ? await this.open(path) : false
    } catch (cause) {
      notify.failure(cause)
      return false
    }
  }

  /**
   * open shows another folder in this window; the page starts anew. One that is open
   * in another window comes to the front there. Returns whether this page goes.
   */
  async open(path: string): Promise<boolean> {
    if (path === this.current.path) return false
    try {
      if (await this.bridge.Window.ShowElsewhere(path)) return false
      if (!(await this.mayStop())) return false
      await this.save()
      const replaced = await this.replace(path)
      if (replaced) this.reload()
      return replaced
    } catch (cause) {
      notify.failure(cause)
      return false
    }
  }

  /** Another folder ends the turns that run in this one, which nobody may expect. */
  private async mayStop(): Promise<boolean> {
    if (!this.current.path) return true
    // What cannot be listed must not keep a person in a folder.
    const sessions = await this.bridge.Sessions.List().catch(() => [])
    if (!sessions.some((session) => session.running)) return true
    return this.confirm({
      message: `Keel is still at work in ${this.current.name}.`,
      detail:
        'Opening another folder stops it. What it has done so far stays, and the session is here when you come back.',
      primary: 'Stop and Open',
    })
  }

  /** replace returns false when the user did not agree to what opening it takes. */
  private async replace(path: string): Promise<boolean> {
    const request = { path, consent: false, rescue: false, setAside: false }
    for (;;) {
      try {
        await this.openInGo(request)
        return true
      } catch (cause) {
        const { code, message, hint } = toFailure(cause)
        if (code === 'needs_consent' && !request.consent) {
          const detail = `${plainVisible(path)}\n\n${hint}`
          if (!(await this.confirm({ message, detail, primary: 'Open Anyway' }))) return false
          request.consent = true
        } else if (code === 'no_record' && !request.rescue) {
          if (!(await this.confirm(rescueQuestion(path)))) return false
          request.rescue = true
        } else if (code === 'set_aside' && !request.setAside) {
          if (!(await this.confirm({ message, detail: setAsideDetail, primary: 'Set Aside and Open' })))
            return false
          request.setAside = true
        } else throw cause
      }
    }
  }

  /**
   * Once Go has another folder open, this page's paths would mean files of that
   * one: the gate closes before, and opens again only when nothing came of it.
   */
  private async openInGo(request: OpenFolderRequest): Promise<void> {
    this.gate.closed = true
    try {
      await this.bridge.Window.OpenFolder(request)
    } catch (cause) {
      this.gate.closed = false
      throw cause
    }
  }
}
