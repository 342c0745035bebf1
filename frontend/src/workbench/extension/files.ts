import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { FileSystemProviderErrorCode } from '@codingame/monaco-vscode-api/vscode/vs/platform/files/common/files'
import { FileError } from '../files/errors'
import { ReadOnlyFiles } from '../files/readOnly'
import { isExtensionFile } from './address'

/**
 * ExtensionFiles are the files of installed extensions, where the page's own
 * scheme is not one of the web's, for which the workbench has its own. Nothing
 * else of that scheme is a file.
 */
export class ExtensionFiles extends ReadOnlyFiles {
  constructor() {
    super('The files of an extension cannot be changed.')
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
}
