import { Emitter } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import { toDisposable, type IDisposable } from '@codingame/monaco-vscode-api/vscode/vs/base/common/lifecycle'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type {
  IWorkspaceTrustTransitionParticipant,
  IWorkspaceTrustUriInfo,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/workspace/common/workspaceTrust'
import type { IWorkspaceTrustManagementService } from '@codingame/monaco-vscode-api/vscode/vs/platform/workspace/common/workspaceTrust.service'
import type { Bridge, FolderTrust as GoTrust, WindowState } from '../bridge'
import type { Gate } from './folders'

/**
 * FolderTrust tells the workbench whether the opened folder is trusted. Go
 * decides and keeps it: nothing that the page stores makes a folder trusted, and
 * the workbench unlocks nothing before Go has said so.
 */
export class FolderTrust implements IWorkspaceTrustManagementService {
  declare readonly _serviceBrand: undefined
  readonly workspaceResolved = Promise.resolve()
  readonly workspaceTrustInitialized = Promise.resolve()
  /** Keel opens no file from outside its folder, so there is nothing to ask about. */
  acceptsOutOfWorkspaceFiles = true

  private readonly changed = new Emitter<boolean>()
  readonly onDidChangeTrust = this.changed.event
  private readonly listed = new Emitter<void>()
  readonly onDidChangeTrustedFolders = this.listed.event
  private readonly participants = new Set<IWorkspaceTrustTransitionParticipant>()

  private readonly folder: string
  private trust: GoTrust
  private seen = 0

  constructor(
    private readonly bridge: Pick<Bridge, 'Trust' | 'on'>,
    { workspace, trust }: Pick<WindowState, 'workspace' | 'trust'>,
    /** Closed when Go may have another folder open, which nobody was asked about here. */
    private readonly gate: Gate,
    private readonly fail: (cause: unknown) => void,
  ) {
    this.folder = workspace.path
    this.trust = trust
    bridge.on('trust', ({ seq, folder }) => void this.follow(seq, folder))
    // It may have changed between the window's state and here.
    if (this.folder) void this.ask().catch(fail)
  }

  isWorkspaceTrusted(): boolean {
    return this.folder === '' || this.trust.trusted
  }

  /** A window without a folder holds nothing that a stranger wrote. */
  isWorkspaceTrustForced(): boolean {
    return this.folder === ''
  }

  /** Trust that comes from a folder above is taken back from that one, in the list of folders. */
  canSetWorkspaceTrust(): boolean {
    return this.folder !== '' && this.trust.parent === ''
  }

  /** With the top of a drive everything on it would be trusted. */
  canSetParentFolderTrust(): boolean {
    return this.folder !== '' && above(above(this.folder)) !== above(this.folder)
  }

  setWorkspaceTrust(trusted: boolean): Promise<void> {
    return this.set(() => this.bridge.Trust.SetFolder(trusted))
  }

  setParentFolderTrust(trusted: boolean): Promise<void> {
    return this.set(() => this.bridge.Trust.SetParent(trusted))
  }

  getUriTrustInfo(uri: URI): Promise<IWorkspaceTrustUriInfo> {
    const trusted = uri.scheme !== 'file' || this.isWorkspaceTrusted()
    return Promise.resolve({ uri, trusted })
  }

  /** The list takes back the trust of the folder in it, which may be one above. */
  async setUrisTrust(uris: URI[], trusted: boolean): Promise<void> {
    const paths = uris.map((uri) => uri.fsPath)
    if (paths.includes(this.folder)) await this.setWorkspaceTrust(trusted)
    else if (!trusted && paths.includes(this.trust.parent)) await this.setParentFolderTrust(false)
  }

  /** The folder by which the opened one is trusted: that one or one above it. */
  getTrustedUris(): URI[] {
    if (this.folder === '' || !this.trust.trusted) return []
    return [URI.file(this.trust.parent || this.folder)]
  }

  /** No other folder can be put in the place of one that the person was asked about. */
  setTrustedUris(): Promise<void> {
    this.listed.fire()
    return Promise.resolve()
  }

  addWorkspaceTrustTransitionParticipant(participant: IWorkspaceTrustTransitionParticipant): IDisposable {
    this.participants.add(participant)
    return toDisposable(() => this.participants.delete(participant))
  }

  private async set(change: () => Promise<void>): Promise<void> {
    if (this.gate.closed) return
    try {
      await change()
      await this.ask()
    } catch (cause) {
      this.fail(cause)
      // Whoever waits for an answer gets the one that still holds.
      this.changed.fire(this.isWorkspaceTrusted())
    }
  }

  private async ask(): Promise<void> {
    const { seq, folder } = await this.bridge.Trust.State()
    await this.follow(seq, folder)
  }

  private async follow(seq: number, trust: GoTrust): Promise<void> {
    if (trust.path !== this.folder || seq < this.seen) return
    this.seen = seq
    const before = this.trust
    this.trust = trust
    if (before.trusted !== trust.trusted || before.parent !== trust.parent) this.listed.fire()
    if (before.trusted === trust.trusted) return
    for (const participant of this.participants) await participant.participate(trust.trusted)
    this.changed.fire(this.isWorkspaceTrusted())
  }
}

function above(folder: string): string {
  return URI.joinPath(URI.file(folder), '..').fsPath
}
