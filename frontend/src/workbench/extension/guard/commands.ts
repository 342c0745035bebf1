/** Why an extension may not run a command; undefined where it may. */
export function commandRefusal(id: string, args: readonly unknown[]): string | undefined {
  if (harmless.has(id)) return undefined
  if (id === 'setContext' || id === '_setContext') {
    const key = String(args[0])
    return /^(keel|isWorkspaceTrusted|workspaceTrust)/i.test(key) ? 'it says what only Keel knows' : undefined
  }
  const inside = commandsInside(id, args)
  if (inside)
    return inside.map(([each, given]) => commandRefusal(each, given)).find((why) => why !== undefined)
  const why = refused.find(([names]) => names.test(id))?.[1]
  return why ?? (id.startsWith('_') && !internal.test(id) ? 'only the workbench itself uses it' : undefined)
}

/**
 * Why a key may not run a command that an extension binds it to; undefined where
 * it may. A key is pressed by a person, so it may do what extensions may not by
 * themselves, as long as nothing is said with it: what the command then acts on
 * would be the extension's.
 */
export function keyRefusal(id: string, args: readonly unknown[]): string | undefined {
  if (id.startsWith('-'))
    return /^-_?keel/i.test(id)
      ? 'a key of Keel, which may be the one that ends what the agent does'
      : undefined
  const inside = commandsInside(id, args)
  if (inside) return inside.map(([each, given]) => keyRefusal(each, given)).find((why) => why !== undefined)
  const why = commandRefusal(id, args)
  return args.length === 0 && pressed.some((names) => names.test(id)) ? undefined : why
}

/** The commands that a command runs one after the other; undefined where it is only itself. */
export function commandsInside(
  id: string,
  [first]: readonly unknown[],
): (readonly [string, readonly unknown[]])[] | undefined {
  if (id !== 'runCommands') return undefined
  const listed: unknown = typeof first === 'object' && first !== null ? Reflect.get(first, 'commands') : []
  return (Array.isArray(listed) ? listed : []).map((each: unknown) => {
    if (typeof each !== 'object' || each === null) return [String(each), []] as const
    const given: unknown = Reflect.get(each, 'args')
    return [String(Reflect.get(each, 'command')), given === undefined ? [] : [given].flat()] as const
  })
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

/**
 * What keys of an extension may do and its code may not. Not here, and why: Keel's
 * own commands, answers to questions and trust, because a key that is pressed for
 * something else would decide; what runs a text or a file in a terminal; installing
 * and signing in; tasks, debugging, chat and remote machines, which Keel does not
 * have: the key does what it did before.
 */
const pressed: readonly RegExp[] = [
  // Open, show, split, scroll, find, clear, close: what hands do with a terminal.
  /^workbench\.action\.terminal\.(?!send|run|accept|chat|quickFix|showQuickFixes|triggerSuggest)/,
  /^workbench\.action\.createTerminalEditor/,
  // They ask which folder, and about what is not saved.
  /^workbench\.action\.(quit|closeWindow|files\.open|openWorkspace|closeFolder|addRootFolder|removeRootFolder|openRecent)/,
  /^list\.select/,
  // Looking through notifications and closing them is no answer.
  /^notifications?\.(?!accept)/,
  // The person sees what is selected, and is asked where something would be lost.
  /^workbench\.action\.(reloadWindow$|newWindow$|newEmptyEditorWindow$|files\.revert|revertAndClose|localHistory\.)/,
  /^workbench\.files\.action\.(accept|revert)LocalChanges$/,
  /^(deleteFile|moveFileToTrash|renameFile)$|^filesExplorer\.|^explorer\.(upload|download)$/,
  /^search\.action\.replace|^keybindings\.editor\.|^settings\.action\.|^quickInput\.toggleCheckbox$/,
]

/**
 * What begins with "_" is between parts of the workbench, and asks nobody: it
 * fetches addresses of the page, throws unsaved work away, removes extensions.
 * These are what VS Code's API is made of, and what moves a cursor.
 */
const internal =
  /^_(_vsc|setContext$|generateContextKeyInfo$|execute|provide|prepare|(last)?(cursor|line|word|column)|move|workbench\.(open(With|MultiDiffEditor|ScmMultiDiffEditor)?|diff|changes)$|snippet\.|open\.mergeEditor$|notebook\.)/i

const refused: readonly (readonly [RegExp, string])[] = [
  [/^_?keel/i, 'it approves, trusts, restores or signs in, which only a person does'],
  [/^workbench\.action\.terminal\./, 'it types into a terminal or starts one'],
  [/^workbench\.action\.createTerminalEditor|^terminal\./, 'it starts a terminal'],
  [/^workbench\.action\.(tasks|debug)\.|^(debug|tasks?)\.|^_?workbench\.debug/, 'it runs programs'],
  [/^workbench\.(action\.)?(manage)?trust/i, 'only a person trusts a folder'],
  [
    /^workbench\.action\.(files\.revert|revertAndClose|localHistory\.(restore|delete|rename))|^workbench\.files\.action\.(accept|revert)LocalChanges$/,
    'it throws away what a person has written',
  ],
  [
    /^(deleteFile|moveFileToTrash|renameFile)$|^filesExplorer\.(cut|copy|paste)|^explorer\.(upload|download)$|^search\.action\.replace/,
    'it changes whatever happens to be selected',
  ],
  [
    /^keybindings\.editor\.|^settings\.action\./,
    'keys and settings are changed by a person, or by their names',
  ],
  [
    /^refactorPreview\.|^quickInput\.(accept|toggleCheckbox)|^workbench\.action\.(acceptSelectedQuickOpenItem|quickPickManyToggle|alternativeAcceptSelectedQuickOpenItem)|^list\.select|^notifications?\.|^(hideNotification|accept(Selected)?Quick)/,
    'it answers a question in the place of a person',
  ],
  [
    /^_?workbench\.extensions\.|^_?extensions?\.(install|uninstall|bisect)|^workbench\.action\.(install|uninstall|disable|enable)/i,
    'only a person installs, removes or turns off extensions',
  ],
  [
    /^vscode\.(openFolder|newWindow|removeFromRecentlyOpened)$|^_files\.|^(add|set|remove)RootFolder$|^workbench\.action\.(quit|closeWindow|reloadWindow$|newWindow$|newEmptyEditorWindow$|duplicateWorkspace|saveWorkspaceAs|files\.open|openWorkspace|closeFolder|addRootFolder|removeRootFolder|openRecent)/,
    'it opens another folder or closes the window',
  ],
  [
    /^_(sign|manage)|^workbench\.actions?\.(signOut|manageAccount|accounts)/i,
    'only a person signs in and out',
  ],
  [
    /^(workbench\.action\.chat|_chat|mcp|workbench\.mcp|workbench\.action\.remote|remote)\b/i,
    'Keel does not have it',
  ],
  [/^_workbench\.(download|upload)/, 'it moves files out of the folder or into it'],
  [/^workbench\.experimental\./, 'Keel does not have it'],
]

/**
 * Whether a command may write into whichever editor has the keyboard, which may be
 * the settings. Of the workbench's own these do not; of new ones nobody knows.
 */
export function writesIntoEditor(id: string, args: readonly unknown[] = []): boolean {
  const inside = commandsInside(id, args)
  if (inside) return inside.some(([each, given]) => writesIntoEditor(each, given))
  return !looking.test(id)
}

const looking =
  /^(_?workbench\.(?!action\.(populateFile|localHistory|replace))|_?vscode\.|_?setContext$|_?generateContextKeyInfo$|getContextKeyInfo$|_(execute|provide|prepare)|noop$|cursor(?!.*(Undo|Redo))|_?(cursor|columnSelect|move|lastCursor|line|word)(Select|To|Move)|scroll|editorScroll|revealLine$|setSelection$|cancelSelection$|list\.|quickInput\.|breadcrumbs\.|notifications?\.|search\.action\.(?!replace)|revealInExplorer$|hide|close|leave|toggle|copy(Relative)?FilePath$|saveAll$)/
