import type { IEditorOverrideServices } from '@codingame/monaco-vscode-api'
import { SyncDescriptor } from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/descriptors'
import { IWebviewService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/webview/browser/webview.service'
import type { Bridge } from '../../bridge'
import { Webviews } from './service'

/** webviewServices draw what extensions draw, in frames that reach nothing of the window. */
export function webviewServices(bridge: Bridge): IEditorOverrideServices {
  return { [IWebviewService.toString()]: new SyncDescriptor(Webviews, [bridge], false) }
}
