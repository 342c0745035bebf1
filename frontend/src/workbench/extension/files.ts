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
import { FileError } from '../files/errors'
import { isExtensionFile } from './address'

/**
 * ExtensionFiles are the files of installed extensions, where the page's own
 * scheme is not one of the web's, for which the workbench has its own. They can
 * be read by name, not listed or written; nothing else of that scheme is a file.
 */
export class ExtensionFiles implements IFileSystemProviderWithFileReadWriteCapability {
  readonly capabilities = Can.FileReadWrite | Can.PathCaseSensitive | Can.Readonly
  readonly onDidChangeCapabilities = Event.None
  readonly onDidChangeFile = Event.None

  watch(): IDisposable {
    return Disposable.None
  }

  async stat(resource: URI): Promise<IStat> {
    const content = await this.readFile(resource)
    return { type: FileType.File, mtime: 0, ctime: 0, size: content.byteLength }
  }

  async readFile(resource: URI): Promise<Uint8Array> {
    const response = isExtensionFile(resource)
      ? await fetch(resource.toString(true)).catch(() => undefined)
      : undefined
    if (!response?.ok) {
      throw new FileError(
        FileSystemProviderErrorCode.FileNotFound,
        `There is no such file in an extension: ${resource.path}`,
      )
    }
    return new Uint8Array(await response.arrayBuffer())
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
        'The files of an extension cannot be changed.',
      ),
    )
  }
}
