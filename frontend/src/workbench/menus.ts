import {
  isIMenuItem,
  MenuRegistry,
  type IMenuItem,
  type ISubmenuItem,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/actions/common/actions'

/**
 * What the workbench brings but Keel does not have: one folder in two windows, workspace
 * files, its maker's services and its own chat. They would do nothing.
 */
const hiddenIds: readonly RegExp[] = [
  /^workbench\.action\.(duplicateWorkspaceInNewWindow|openWorkspace|openWorkspaceInNewWindow|saveWorkspaceAs|closeWindow|addRootFolder|removeRootFolder)$/,
  /^workbench\.action\.files\.(openFile|openFileFolder|openLocalFile|openLocalFolder|openFolderViaWorkspace|newFileInNewWindow)$/,
  /^(addRootFolder|removeRootFolder)$/,
  /^workbench\.action\.(open|show).*(Documentation|Video|Tips|Newsletter|YouTube|Twitter|RequestFeature|License|Privacy|IssueReporter|Url)/,
  /^workbench\.action\.(keybindingsReference|askVScode|syncAccountPolicy|showPolicyDiagnostics|manageAccounts|toggleConfirmBeforeClose|url\.openUrl|tryNewDefaultThemes)$/i,
  /(chat|copilot|languageModel|mcp|agentHost|agentSession|inlineChat|dictation|Voice)/i,
  /^workbench\.(userDataSync|userDataProfiles?|profiles|action\.(telemetry|remote|switchProfile|.*profile))/i,
  // Of extensions: what others recommend, what is synchronised, what a registry of its maker knows, and what Go does by itself.
  /^workbench\.extensions\..*(recommend|sync|unsigned|download|featured|AccountPreferences|AllProfiles|signIn|FromLocation|TrustedPublishers|showLanguageExtensions|WorkspaceUnsupported|WebExtensionsResource)/i,
  /^workbench\.extensions\.(action\.installVSIX|command\.installFromVSIX)$/,
  /^(extension\.bisect|editor\.action\.measureExtHostLatency|merge\.dev)/,
]

/**
 * Keel's New Window is the workbench's own command; what moves an editor or a terminal "into
 * New Window" is not there: that would be a part of this one.
 */
const hiddenTitles =
  /(?<!^)New Window|(Editor|Terminal) Window|Marketplace|Dynamic Authentication|Account|Metered Connection|Extension Bisect|^Connection: |Pty Host|Reload Webviews|(Attach to|Detach) Session|Snooze Inline/

/** Keel's own commands, whatever they are called. */
const own = /^keel[.A-Z]/

export interface MenuCommand {
  id: string
  title: string | { value: string }
}

/** isHidden says whether a command has no place in Keel's menus and palette. */
export function isHidden({ id, title }: MenuCommand): boolean {
  if (own.test(id)) return false
  return (
    hiddenIds.some((rule) => rule.test(id)) ||
    hiddenTitles.test(typeof title === 'string' ? title : title.value)
  )
}

/** trimMenus takes what does nothing in Keel out of every menu and the palette. */
export function trimMenus(): void {
  const all = MenuRegistry.getMenuItems.bind(MenuRegistry)
  const shown = (item: IMenuItem | ISubmenuItem) =>
    !isHidden(isIMenuItem(item) ? item.command : { id: item.submenu.id, title: item.title })
  MenuRegistry.getMenuItems = (menu) => all(menu).filter(shown)
}
