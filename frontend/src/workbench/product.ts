import type { IWorkbenchConstructionOptions } from '@codingame/monaco-vscode-api'

/** The product that the workbench says it is. No address in it: the window fetches nothing from anywhere. */
export const product: IWorkbenchConstructionOptions['productConfiguration'] = {
  nameShort: 'Keel',
  nameLong: 'Keel',
  applicationName: 'keel',
  dataFolderName: '.keel',
  urlProtocol: 'keel',
  enableTelemetry: false,
  // The workbench asks of none, because links.ts asks of each and shows it whole.
  linkProtectionTrustedDomains: ['*'],
}

/** The first values of settings, where Keel's differ from the workbench's. */
export function settingDefaults(platform: string): Record<string, unknown> {
  return {
    'workbench.colorTheme': 'Dark Modern',
    'workbench.preferredLightColorTheme': 'Light Modern',
    'workbench.preferredDarkColorTheme': 'Dark Modern',
    'workbench.iconTheme': 'vs-seti',
    'workbench.startupEditor': 'none',
    'workbench.editor.dragToOpenWindow': false,
    'workbench.editor.useModal': 'off',
    'workbench.secondarySideBar.defaultVisibility': 'visible',
    'workbench.layoutControl.enabled': true,
    // At the right they would lie on the chat's input and its Stop.
    'workbench.notifications.position': 'bottom-left',
    'workbench.enableExperiments': false,
    'workbench.settings.enableNaturalLanguageSearch': false,
    'workbench.settings.showAISearchToggle': false,
    'workbench.trustedDomains.promptInTrustedWorkspace': true,
    'window.title': '${dirty}${activeEditorShort}${separator}${rootName}${separator}${appName}',
    'window.commandCenter': true,
    // Also where the window fills the screen, which the workbench takes for full screen.
    'window.menuBarVisibility': 'visible',
    'telemetry.telemetryLevel': 'off',
    'chat.disableAIFeatures': true,
    'chat.commandCenter.enabled': false,
    'security.workspace.trust.startupPrompt': 'once',
    // In a web page the workbench shows it always or never.
    'security.workspace.trust.banner': 'always',
    // That there are updates is shown; to install one is the person's to say.
    'extensions.autoUpdate': 'off',
    'extensions.ignoreRecommendations': true,
    'extensions.showRecommendationsOnlyOnDemand': true,
    // Nothing is fetched for a file that is opened: neither what a schema's address leads to, nor types.
    'json.schemaDownload.enable': false,
    'js/ts.tsserver.automaticTypeAcquisition.enabled': false,
    'js/ts.tsserver.web.typeAcquisition.enabled': false,
    'files.autoSave': 'off',
    'files.hotExit': 'onExitAndWindowClose',
    'search.quickAccess.preserveInput': false,
    'terminal.integrated.gpuAcceleration': platform === 'linux' ? 'off' : 'auto',
    'terminal.integrated.enablePersistentSessions': true,
    'terminal.integrated.initialHint': false,
    'terminal.integrated.suggest.enabled': false,
    'terminal.integrated.shellIntegration.enabled': false,
  }
}
