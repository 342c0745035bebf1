import { Emitter } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type { IWorkspaceIdentifier } from '@codingame/monaco-vscode-api/vscode/vs/platform/workspace/common/workspace'
import type { IRecentlyOpened } from '@codingame/monaco-vscode-api/vscode/vs/platform/workspaces/common/workspaces'
import type { IWorkspacesService } from '@codingame/monaco-vscode-api/vscode/vs/platform/workspaces/common/workspaces.service'
import type { Bridge, Workspace } from '../bridge'

const forgottenKey = 'keel.forgottenFolders'

/**
 * RecentFolders are the folders in "Open Recent". Go knows which were opened;
 * here is kept which of them a person took off the list since.
 */
export class RecentFolders implements IWorkspacesService {
  declare readonly _serviceBrand: undefined
  private readonly changed = new Emitter<void>()
  readonly onDidChangeRecentlyOpened = this.changed.event
  private forgotten: Promise<Set<string>>

  constructor(
    private readonly bridge: Pick<Bridge, 'Storage'>,
    private readonly recent: readonly Workspace[],
    current: string,
  ) {
    this.forgotten = this.load()
    void this.forgotten.then((forgotten) => {
      if (forgotten.delete(current)) return this.save(forgotten)
    })
  }

  async getRecentlyOpened(): Promise<IRecentlyOpened> {
    const forgotten = await this.forgotten
    const shown = this.recent.filter(({ path }) => !forgotten.has(path))
    return { workspaces: shown.map(({ path }) => ({ folderUri: URI.file(path) })), files: [] }
  }

  async removeRecentlyOpened(folders: URI[]): Promise<void> {
    const gone = new Set(folders.map((folder) => folder.toString()))
    const paths = this.recent.map(({ path }) => path).filter((path) => gone.has(URI.file(path).toString()))
    await this.forget(paths)
  }

  async clearRecentlyOpened(): Promise<void> {
    await this.forget(this.recent.map(({ path }) => path))
  }

  /** Go remembers what it opens. */
  addRecentlyOpened(): Promise<void> {
    return Promise.resolve()
  }

  getDirtyWorkspaces(): Promise<[]> {
    return Promise.resolve([])
  }

  deleteUntitledWorkspace(): Promise<void> {
    return Promise.resolve()
  }

  enterWorkspace(): Promise<undefined> {
    return Promise.resolve(undefined)
  }

  createUntitledWorkspace(): Promise<IWorkspaceIdentifier> {
    return Promise.reject(new Error('Keel opens folders, not workspace files.'))
  }

  getWorkspaceIdentifier(): Promise<IWorkspaceIdentifier> {
    return Promise.reject(new Error('Keel opens folders, not workspace files.'))
  }

  private async forget(paths: readonly string[]): Promise<void> {
    this.forgotten = this.load() // with what another window has taken off since
    const forgotten = await this.forgotten
    for (const path of paths) forgotten.add(path)
    this.changed.fire()
    await this.save(forgotten)
  }

  private async load(): Promise<Set<string>> {
    try {
      const stored = (await this.bridge.Storage.Load('application'))[forgottenKey]
      const paths: unknown = JSON.parse(stored ?? '[]')
      return new Set(Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : [])
    } catch {
      return new Set()
    }
  }

  private async save(forgotten: ReadonlySet<string>): Promise<void> {
    const set = { [forgottenKey]: JSON.stringify([...forgotten]) }
    await this.bridge.Storage.Update({ scope: 'application', set, delete: [] })
  }
}
