import getAccessibility from '@codingame/monaco-vscode-accessibility-service-override'
import {
  IStorageService,
  IWorkspacesService,
  type IEditorOverrideServices,
} from '@codingame/monaco-vscode-api'
import { SyncDescriptor } from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/descriptors'
import getAuthentication from '@codingame/monaco-vscode-authentication-service-override'
import getBulkEdit from '@codingame/monaco-vscode-bulk-edit-service-override'
import getConfiguration from '@codingame/monaco-vscode-configuration-service-override'
import getDialogs from '@codingame/monaco-vscode-dialogs-service-override'
import getEnvironment from '@codingame/monaco-vscode-environment-service-override'
import getExplorer from '@codingame/monaco-vscode-explorer-service-override'
import getKeybindings from '@codingame/monaco-vscode-keybindings-service-override'
import getLanguages from '@codingame/monaco-vscode-languages-service-override'
import getLifecycle from '@codingame/monaco-vscode-lifecycle-service-override'
import getLog from '@codingame/monaco-vscode-log-service-override'
import getMarkers from '@codingame/monaco-vscode-markers-service-override'
import getModel from '@codingame/monaco-vscode-model-service-override'
import getMultiDiff from '@codingame/monaco-vscode-multi-diff-editor-service-override'
import getNotifications from '@codingame/monaco-vscode-notifications-service-override'
import getOutline from '@codingame/monaco-vscode-outline-service-override'
import getOutput from '@codingame/monaco-vscode-output-service-override'
import getPreferences from '@codingame/monaco-vscode-preferences-service-override'
import getQuickAccess from '@codingame/monaco-vscode-quickaccess-service-override'
import getRemoteAgent from '@codingame/monaco-vscode-remote-agent-service-override'
import getSecrets from '@codingame/monaco-vscode-secret-storage-service-override'
import getSnippets from '@codingame/monaco-vscode-snippets-service-override'
import getStorage from '@codingame/monaco-vscode-storage-service-override'
import getTerminal from '@codingame/monaco-vscode-terminal-service-override'
import getTextmate from '@codingame/monaco-vscode-textmate-service-override'
import getTheme from '@codingame/monaco-vscode-theme-service-override'
import getTimeline from '@codingame/monaco-vscode-timeline-service-override'
import getBanner from '@codingame/monaco-vscode-view-banner-service-override'
import getStatusBar from '@codingame/monaco-vscode-view-status-bar-service-override'
import getTitleBar from '@codingame/monaco-vscode-view-title-bar-service-override'
import getWorkbench from '@codingame/monaco-vscode-workbench-service-override'
import getWorkingCopy from '@codingame/monaco-vscode-working-copy-service-override'
import getWorkspaceTrust from '@codingame/monaco-vscode-workspace-trust-service-override'
import type { Bridge, ExtensionsState, WindowState } from '../bridge'
import { extensionServices, type Following, type Plans } from './extension'
import { hostServices } from './extension/host'
import type { Gate } from './folders'
import { notificationServices } from './notifications'
import { RecentFolders } from './recent'
import { searchServices } from './search/service'
import { WorkbenchStorage } from './storage'
import type { TerminalBackend } from './terminal/backend'
import type { FolderTrust } from './trust'
import { trustServices } from './trustServices'
import { webviewServices } from './webview'

/** workbenchServices are the parts of VS Code that Keel has. */
export function workbenchServices(
  bridge: Bridge,
  state: WindowState,
  gate: Gate,
  terminals: TerminalBackend,
  trust: FolderTrust,
  plans: Plans,
  extensions: ExtensionsState,
  following: Following,
): IEditorOverrideServices {
  return {
    ...getLog(),
    ...hostServices(state.workspace.path, extensionServices(bridge, plans, extensions, following)),
    ...getModel(),
    ...getNotifications(),
    ...notificationServices(),
    ...getDialogs(),
    ...getConfiguration(),
    [IWorkspacesService.toString()]: new SyncDescriptor(
      RecentFolders,
      [bridge, state.recent, state.workspace.path],
      true,
    ),
    ...getKeybindings(),
    ...getTextmate(),
    ...getTheme(),
    ...getLanguages(),
    ...getPreferences(),
    ...getOutline(),
    ...getTimeline(),
    ...getBanner(),
    ...getStatusBar(),
    ...getTitleBar(),
    ...getSnippets(),
    ...getOutput(),
    ...getTerminal(terminals),
    ...searchServices(),
    ...getMarkers(),
    ...getAccessibility(),
    ...getStorage(),
    [IStorageService.toString()]: new SyncDescriptor(WorkbenchStorage, [bridge, gate], false),
    ...getRemoteAgent(),
    ...getLifecycle(),
    ...getEnvironment(),
    ...getWorkspaceTrust(),
    ...trustServices(trust),
    ...getWorkingCopy(),
    ...getExplorer(),
    ...getBulkEdit(),
    ...getAuthentication(),
    ...getSecrets(),
    ...getMultiDiff(),
    ...getWorkbench(),
    ...webviewServices(bridge),
    ...getQuickAccess({ isKeybindingConfigurationVisible: () => true, shouldUseGlobalPicker: () => true }),
  }
}
