/** Why an extension may not run a command; undefined where it may. */
export function commandRefusal(id: string, args: readonly unknown[]): string | undefined {
  if (harmless.has(id)) return undefined
  if (id === 'setContext' || id === '_setContext') {
    const key = String(args[0])
    return /^(keel|isWorkspaceTrusted|workspaceTrust)/i.test(key) ? 'it says what only Keel knows' : undefined
  }
  return refused.find(([names]) => names.test(id))?.[1]
}

const harmless = new Set([
  'workbench.action.terminal.focus',
  'workbench.action.terminal.toggleTerminal',
  'workbench.action.terminal.focusNext',
  'workbench.action.terminal.focusPrevious',
  'workbench.action.terminal.clear',
  'workbench.extensions.search',
  'workbench.extensions.action.showReleasedVersion',
])

const refused: readonly (readonly [RegExp, string])[] = [
  [/^_?keel/i, 'it approves, trusts, restores or signs in, which only a person does'],
  [/^workbench\.action\.terminal\./, 'it types into a terminal or starts one'],
  [/^workbench\.action\.createTerminalEditor|^terminal\./, 'it starts a terminal'],
  [/^workbench\.action\.(tasks|debug)\.|^(debug|tasks?)\.|^_?workbench\.debug/, 'it runs programs'],
  [/^workbench\.(action\.)?(manage)?trust/i, 'only a person trusts a folder'],
  [
    /^quickInput\.accept|^workbench\.action\.(acceptSelectedQuickOpenItem|quickPickManyToggle|alternativeAcceptSelectedQuickOpenItem)|^list\.select|^notifications?\.|^(hideNotification|accept(Selected)?Quick)/,
    'it answers a question in the place of a person',
  ],
  [
    /^_?workbench\.extensions\.|^_?extensions?\.(install|uninstall)|^workbench\.action\.(install|uninstall|disable|enable)/i,
    'only a person installs, removes or turns off extensions',
  ],
  [
    /^vscode\.(openFolder|newWindow|removeFromRecentlyOpened)$|^_files\.|^workbench\.action\.(quit|closeWindow|files\.open|openWorkspace|closeFolder|addRootFolder|removeRootFolder|openRecent)/,
    'it opens another folder or closes the window',
  ],
  [/^_(sign|manage)|^workbench\.action\.(signOut|manageAccount)/i, 'only a person signs in and out'],
  [
    /^(workbench\.action\.chat|_chat|mcp|workbench\.mcp|workbench\.action\.remote|remote)\b/i,
    'Keel does not have it',
  ],
  [/^_workbench\.(download|upload)/, 'it moves files out of the folder or into it'],
]

/** Commands that write into whichever editor has the keyboard, which may be the settings. */
export function writesIntoEditor(id: string): boolean {
  return (
    /^(default:)?(type|paste|cut|replacePreviousChar|compositionType)$|^(undo|redo|tab|outdent|lineBreakInsert|deleteLeft|deleteRight|deleteAll)/.test(
      id,
    ) || /^editor\.action\.|^delete(Word|All|Inside)|^cursor.*(Undo|Redo)/.test(id)
  )
}
