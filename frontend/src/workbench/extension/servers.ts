import { CancellationToken } from '@codingame/monaco-vscode-api/vscode/vs/base/common/cancellation'
import type { IGalleryExtension } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensionManagement/common/extensionManagement'
import {
  IExtensionGalleryService,
  type IExtensionManagementService,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/extensionManagement/common/extensionManagement.service'
import type { IExtensionManifest } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensions/common/extensions'
import { ExtensionManagementServerService } from '@codingame/monaco-vscode-extension-gallery-service-override/vscode/vs/workbench/services/extensionManagement/common/extensionManagementServerService'
import type { Following, Management } from './following'
import { needsNode, refusal } from './refusal'

type Manifests = Pick<IExtensionGalleryService, 'getManifest'>

/**
 * webServers has one place to install to, says why what needs Node cannot be, and
 * hears of what is installed elsewhere.
 */
export function webServers(following: Following): typeof ExtensionManagementServerService {
  return class extends ExtensionManagementServerService {
    constructor(...services: ConstructorParameters<typeof ExtensionManagementServerService>) {
      super(...services)
      const gallery: Manifests = {
        getManifest: (extension, token) =>
          services[2]
            .invokeFunction((all) => all.get(IExtensionGalleryService))
            .getManifest(extension, token),
      }
      const server = this.webExtensionManagementServer
      if (!server) return
      explainRefusals(server.extensionManagementService, gallery)
      following.attach(server.extensionManagementService as unknown as Management)
    }
  }
}

/** What Go marks an extension with of which nobody has said that it works without Node. */
const unsure = '__keel_unsure'

/**
 * explainRefusals asks the manifest about each extension that the registry has
 * not marked as one for the web. Open VSX takes the mark from what the package
 * was made with, and many have none: such a theme is as good as any.
 */
function explainRefusals(
  management: Pick<IExtensionManagementService, 'canInstall'>,
  gallery: Manifests,
): void {
  const known = new Map<string, Promise<IExtensionManifest | null>>()
  const manifestOf = (extension: IGalleryExtension) => {
    const key = `${extension.identifier.id}@${extension.version}`
    const manifest = known.get(key) ?? gallery.getManifest(extension, CancellationToken.None)
    known.set(key, manifest)
    manifest.catch(() => known.delete(key))
    return manifest.catch(() => null)
  }
  const stock = management.canInstall.bind(management)
  management.canInstall = async (extension) => {
    const answer = await stock(extension)
    if (answer === true && !extension.tags.includes(unsure)) return true
    const manifest = await manifestOf(extension)
    // What the registry does not tell now, Go finds out when it is to be installed.
    if (manifest && needsNode(manifest)) return { value: refusal(extension.identifier.id, manifest) }
    return answer
  }
}
