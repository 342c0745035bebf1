import { Event } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import { Disposable, type IDisposable } from '@codingame/monaco-vscode-api/vscode/vs/base/common/lifecycle'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import {
  FileSystemProviderCapabilities as Can,
  FileSystemProviderErrorCode,
  FileType,
  type IFileSystemProviderWithFileReadWriteCapability,
  type IStat,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/files/common/files'
import type { Bridge } from '../../bridge'
import { FileError, guard } from './errors'

export const checkpointScheme = 'keel-checkpoint'

/** checkpointResource names a file as it was in a checkpoint. */
export function checkpointResource(checkpoint: string, path: string): URI {
  return URI.from({ scheme: checkpointScheme, path: `/${path}`, query: checkpoint })
}

/**
 * standingFor gives a checkpoint's file the address of another one, so that a diff
 * of the two does not call it renamed.
 */
export function standingFor(file: URI, other: URI): URI {
  return file.with({ path: other.path, fragment: file.path.slice(1) })
}

/** How many files stay in memory: the workbench asks for the size, then for the bytes. */
const kept = 32

/** CheckpointFiles are the files of all checkpoints; they never change and cannot be written. */
export class CheckpointFiles implements IFileSystemProviderWithFileReadWriteCapability {
  readonly capabilities = Can.FileReadWrite | Can.PathCaseSensitive | Can.Readonly
  readonly onDidChangeCapabilities = Event.None
  readonly onDidChangeFile = Event.None
  private readonly contents = new Map<string, Promise<Uint8Array>>()

  constructor(private readonly bridge: Bridge) {}

  watch(): IDisposable {
    return Disposable.None
  }

  async stat(resource: URI): Promise<IStat> {
    const content = await this.readFile(resource)
    return { type: FileType.File, mtime: 0, ctime: 0, size: content.byteLength }
  }

  readFile(resource: URI): Promise<Uint8Array> {
    const key = resource.toString()
    const known = this.contents.get(key)
    if (known) return known
    const path = resource.fragment || resource.path.slice(1)
    const content = guard(() => this.bridge.bytes.readCheckpoint(resource.query, path))
    this.contents.set(key, content)
    content.catch(() => this.contents.delete(key))
    if (this.contents.size > kept) {
      const [oldest] = this.contents.keys()
      if (oldest !== undefined) this.contents.delete(oldest)
    }
    return content
  }

  readdir(): Promise<[string, FileType][]> {
    return Promise.resolve([])
  }

  writeFile(): Promise<void> {
    return this.refuse()
  }

  mkdir(): Promise<void> {
    return this.refuse()
  }

  delete(): Promise<void> {
    return this.refuse()
  }

  rename(): Promise<void> {
    return this.refuse()
  }

  private refuse(): Promise<never> {
    return Promise.reject(
      new FileError(
        FileSystemProviderErrorCode.NoPermissions,
        'A checkpoint cannot be changed, only restored.',
      ),
    )
  }
}
