import {
  IExtensionManifestPropertiesService,
  IExtensionService,
  type IEditorOverrideServices,
} from '@codingame/monaco-vscode-api'
import { SyncDescriptor } from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/descriptors'
import getExtensions from '@codingame/monaco-vscode-extensions-service-override'
import { ManifestProperties } from './manifests'
import { extensionService } from './service'

/**
 * hostServices are VS Code's services around extensions, which run apart from the
 * page and under Keel's rules; others are what else there is around extensions.
 */
export function hostServices(folder: string, others: IEditorOverrideServices): IEditorOverrideServices {
  return {
    ...getExtensions({ enableWorkerExtensionHost: true }),
    ...others,
    [IExtensionManifestPropertiesService.toString()]: new SyncDescriptor(ManifestProperties, [], true),
    [IExtensionService.toString()]: new SyncDescriptor(extensionService(folder), [true], false),
  }
}
