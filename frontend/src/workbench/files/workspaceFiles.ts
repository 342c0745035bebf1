import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import {
  FileChangeType,
  FilePermission,
  FileSystemProviderErrorCode,
  FileType,
  type IFileChange,
  type IFileDeleteOptions,
  type IFileOverwriteOptions,
  type IFileWriteOptions,
  type IStat,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/files/common/files'
import type { Bridge, FileChange } from '../../bridge'
import { Sequence } from '../../lib/sequence'
import type { Gate } from '../folders'
import { AreaFiles } from './areaFiles'
import { FileError } from './errors'
import { below, folderPaths, type PathMap } from './paths'

const noFolder: PathMap = {
  toPath: () => undefined,
  toResource: () => {
    throw new Error('no folder is open')
  },
}

/**
 * WorkspaceFiles is the opened folder under its real `file:` addresses. The
 * folders above it are there, but hold only the way down to it.
 */
export class WorkspaceFiles extends AreaFiles {
  /** folder is absolute, empty when none is open. */
  constructor(
    bridge: Bridge,
    private readonly folder: string,
    caseSensitive: boolean,
    /** closed when another folder may be open, in which the same paths mean other files */
    private readonly gate: Gate,
  ) {
    super(bridge, 'workspace', folder ? folderPaths(folder) : noFolder, caseSensitive)
  }

  override stat(resource: URI): Promise<IStat> {
    if (this.wayDown(resource) === undefined) return super.stat(resource)
    return Promise.resolve({
      type: FileType.Directory,
      mtime: 0,
      ctime: 0,
      size: 0,
      permissions: FilePermission.Readonly,
    })
  }

  override readdir(resource: URI): Promise<[string, FileType][]> {
    const next = this.wayDown(resource)
    if (next === undefined) return super.readdir(resource)
    return Promise.resolve(next ? [[next, FileType.Directory]] : [])
  }

  override writeFile(resource: URI, content: Uint8Array, options: IFileWriteOptions): Promise<void> {
    return this.refusal(resource) ?? super.writeFile(resource, content, options)
  }

  override mkdir(resource: URI): Promise<void> {
    return this.refusal(resource) ?? super.mkdir(resource)
  }

  override delete(resource: URI, options: IFileDeleteOptions): Promise<void> {
    return this.refusal(resource) ?? super.delete(resource, options)
  }

  override rename(from: URI, to: URI, options: IFileOverwriteOptions): Promise<void> {
    return this.refusal(from) ?? this.refusal(to) ?? super.rename(from, to, options)
  }

  override copy(from: URI, to: URI, options: IFileOverwriteOptions): Promise<void> {
    return this.refusal(to) ?? super.copy(from, to, options)
  }

  /** Why nothing may be written at resource; undefined when it may. */
  private refusal(resource: URI): Promise<never> | undefined {
    const code = FileSystemProviderErrorCode.NoPermissions
    if (!this.folder)
      return refuse(
        code,
        'No folder is open, and Keel writes nothing outside one. Open a folder first; your text stays here.',
      )
    if (folderPaths(this.folder).toPath(resource) === undefined)
      return refuse(
        code,
        `${resource.path} lies outside the opened folder, where Keel writes nothing. Choose a place inside it.`,
      )
    if (this.gate.closed)
      return refuse(
        FileSystemProviderErrorCode.Unavailable,
        'Another folder is being opened; nothing was written here. Unsaved text is kept.',
      )
    return undefined
  }

  /** The next folder on the way from resource to the workspace; undefined when it is not above it. */
  private wayDown(resource: URI): string | undefined {
    if (!this.folder) return resource.path === '/' ? '' : undefined
    const rest = below(trimmed(resource.path), folderPaths(this.folder).toResource('.').path)
    return rest === undefined || rest === '.' ? undefined : rest.split('/')[0]
  }
}

function refuse(code: FileSystemProviderErrorCode, reason: string): Promise<never> {
  return Promise.reject(new FileError(code, reason))
}

function trimmed(path: string): string {
  return path === '/' ? '' : path
}

const changeTypes: Record<string, FileChangeType> = {
  added: FileChangeType.ADDED,
  deleted: FileChangeType.DELETED,
}

/** toChanges is what Go saw, as the workbench expects it. */
export function toChanges(changes: readonly FileChange[], paths: PathMap): IFileChange[] {
  return changes.map((change) => ({
    type: changeTypes[change.kind] ?? FileChangeType.UPDATED,
    resource: paths.toResource(change.path),
  }))
}

/**
 * followDisk tells files what other programs do to the folder. onLost is called
 * when changes may have been missed, and what is shown must be read again.
 */
export function followDisk(bridge: Bridge, folder: string, files: WorkspaceFiles, onLost: () => void): void {
  const paths = folderPaths(folder)
  const inOrder = new Sequence<{ overflow: boolean; changes: FileChange[] }>(
    ({ overflow, changes }) => {
      files.notify(toChanges(changes, paths))
      if (overflow) onLost()
    },
    { onGap: onLost },
  )
  bridge.on('files', (event) => {
    if (event.area === 'workspace') inOrder.push(event.seq, event)
  })
}
