import type { IEditorOverrideServices } from '@codingame/monaco-vscode-api'
import { SyncDescriptor } from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/descriptors'
import { IPluginInstallService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/chat/common/plugins/pluginInstallService.service'
import {
  IExtensionManagementServerService,
  IWebExtensionsScannerService,
  IWorkbenchExtensionManagementService,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/extensionManagement/common/extensionManagement.service'
import { IExtensionGalleryService } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensionManagement/common/extensionManagement.service'
import { IExtensionRecommendationsService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/extensionRecommendations/common/extensionRecommendations.service'
import getGallery from '@codingame/monaco-vscode-extension-gallery-service-override'
import type { Bridge, ExtensionsState } from '../../bridge'
import type { Following } from './following'
import { galleryManifest } from './gallery'
import { plannedManagement } from './management'
import type { Plans } from './plans'
import { NoPlugins } from './plugins'
import { ReasonedGallery } from './reasons'
import { NoRecommendations } from './recommendations'
import { InstalledExtensions } from './scanner'
import { webServers } from './servers'

/**
 * extensionServices are the workbench's Extensions view, details and gallery, on
 * what Go asks the registry and has installed.
 */
export function extensionServices(
  bridge: Bridge,
  plans: Plans,
  { gallery }: Pick<ExtensionsState, 'gallery'>,
  following: Following,
): IEditorOverrideServices {
  return {
    ...getGallery({
      webOnly: true,
      transformExtensionGalleryManifest: (known) => galleryManifest(known, gallery),
    }),
    [IExtensionGalleryService.toString()]: new SyncDescriptor(ReasonedGallery, [], true),
    [IWebExtensionsScannerService.toString()]: new SyncDescriptor(InstalledExtensions, [bridge, plans], true),
    [IWorkbenchExtensionManagementService.toString()]: new SyncDescriptor(plannedManagement(plans), [], true),
    [IExtensionManagementServerService.toString()]: new SyncDescriptor(webServers(following), [], true),
    [IPluginInstallService.toString()]: new SyncDescriptor(NoPlugins, [], true),
    [IExtensionRecommendationsService.toString()]: new SyncDescriptor(NoRecommendations, [], true),
  }
}
