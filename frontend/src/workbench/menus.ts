import {
  isIMenuItem,
  MenuRegistry,
  type IMenuItem,
  type ISubmenuItem,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/actions/common/actions'

/**
 * What the workbench brings but Keel does not have: other windows, workspace
 * files, its maker's services and its own chat. They would do nothing.
 */
const hidden: readonly (string | RegExp)[] = [
  'workbench.action.newWindow',
  'workbench.action.files.openFile',
  'workbench.action.files.openFileFolder',
  'workbench.action.files.openLocalFile',
  'workbench.action.files.openLocalFolder',
  'workbench.action.openWorkspace',
  'workbench.action.openWorkspaceInNewWindow',
  'workbench.action.duplicateWorkspaceInNewWindow',
  'workbench.action.saveWorkspaceAs',
  'workbench.action.closeWindow',
  'workbench.action.addRootFolder',
  'workbench.action.removeRootFolder',
  'addRootFolder',
  /^workbench\.action\.(open|show)(Documentation|Video|Tips|Newsletter|YouTube|Twitter|RequestFeature|License|Privacy|IntroductoryVideos)/,
  /^workbench\.action\.(openIssueReporter|openYouTubeUrl|openTwitterUrl|openRequestFeatureUrl|openLicenseUrl|openPrivacyStatementUrl|keybindingsReference)/,
  /^workbench\.(action\.)?(chat|quickchat|inlineChat|mcp|agents?|aiCustomization|openChat|openQuickChat)\b/i,
  /^(workbench\.action\.)?(inlineChat|github\.copilot|agentHost|agentSession)/i,
  /(chat|copilot|languageModel|mcpServer)/i,
  /^workbench\.(userDataSync|userDataProfiles?|profiles|action\.(switchProfile|.*[pP]rofile))/,
  /^workbench\.action\.(telemetry|remote)/,
  /^workbench\.extensions\./,
  'workbench.view.extensions',
  'workbench.action.manageTrustedDomain',
]

/** Of ours: these match a pattern above but are Keel's. */
const kept = /^keel\./

/** isHidden says whether a command has no place in Keel's menus and palette. */
export function isHidden(command: string): boolean {
  if (kept.test(command)) return false
  return hidden.some((rule) => (typeof rule === 'string' ? rule === command : rule.test(command)))
}

/** trimMenus takes what does nothing in Keel out of every menu and the palette. */
export function trimMenus(): void {
  const all = MenuRegistry.getMenuItems.bind(MenuRegistry)
  const shown = (item: IMenuItem | ISubmenuItem) =>
    isIMenuItem(item) ? !isHidden(item.command.id) : !isHidden(item.submenu.id)
  MenuRegistry.getMenuItems = (menu) => all(menu).filter(shown)
}
