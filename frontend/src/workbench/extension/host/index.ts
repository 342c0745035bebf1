import { IExtensionService, type IEditorOverrideServices } from '@codingame/monaco-vscode-api'
import { SyncDescriptor } from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/descriptors'
import getExtensions from '@codingame/monaco-vscode-extensions-service-override'
import { ExtensionService } from './service'

/** hostServices are VS Code's services around extensions, which run apart from the page. */
export function hostServices(): IEditorOverrideServices {
  return {
    ...getExtensions({ enableWorkerExtensionHost: true }),
    [IExtensionService.toString()]: new SyncDescriptor(ExtensionService, [true], false),
  }
}
