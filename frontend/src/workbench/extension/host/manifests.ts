import type {
  ExtensionUntrustedWorkspaceSupportType,
  IExtensionManifest,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/extensions/common/extensions'
import { ExtensionManifestPropertiesService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/extensions/common/extensionManifestPropertiesService'

/**
 * ManifestProperties reads what an extension says of itself as VS Code does, but
 * takes code for a browser for code: to the stock one an extension without code
 * for Node has none, and runs in folders that nobody trusts without saying that
 * it may.
 */
export class ManifestProperties extends ExtensionManifestPropertiesService {
  override getExtensionUntrustedWorkspaceSupportType(
    manifest: IExtensionManifest,
  ): ExtensionUntrustedWorkspaceSupportType {
    const main = manifest.main ?? manifest.browser
    return super.getExtensionUntrustedWorkspaceSupportType(
      main === undefined ? manifest : { ...manifest, main },
    )
  }
}
