import { Event } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import { Disposable, type IDisposable } from '@codingame/monaco-vscode-api/vscode/vs/base/common/lifecycle'
import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import {
  FileSystemProviderCapabilities as Can,
  FileSystemProviderErrorCode,
  FileType,
  type IFileSystemProviderWithFileReadWriteCapability,
  type IStat,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/files/common/files'
import { FileError } from './errors'

/** ReadOnlyFiles are files that are known by their names alone: they never change, and are neither listed nor written. */
export abstract class ReadOnlyFiles implements IFileSystemProviderWithFileReadWriteCapability {
  readonly capabilities = Can.FileReadWrite | Can.PathCaseSensitive | Can.Readonly
  readonly onDidChangeCapabilities = Event.None
  readonly onDidChangeFile = Event.None

  /** @param refusal says to a person why such a file cannot be changed. */
  constructor(private readonly refusal: string) {}

  abstract readFile(resource: URI): Promise<Uint8Array>

  watch(): IDisposable {
    return Disposable.None
  }

  async stat(resource: URI): Promise<IStat> {
    const content = await this.readFile(resource)
    return { type: FileType.File, mtime: 0, ctime: 0, size: content.byteLength }
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
    return Promise.reject(new FileError(FileSystemProviderErrorCode.NoPermissions, this.refusal))
  }
}
