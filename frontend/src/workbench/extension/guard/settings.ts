/**
 * Settings that decide what may run, what is trusted and where things go. An
 * extension changes none of them, nor an object that holds one.
 */
const kept = [
  'keel',
  'keelAgent',
  'keelExtensions',
  'keelUpdate',
  'security',
  'terminal.integrated',
  'terminal.external',
  'extensions',
  'http',
  'remote',
  'task',
  'tasks',
  'launch',
  'debug',
  'chat',
  'mcp',
  'update',
  'telemetry',
  'workbench.trust',
  'workbench.externalBrowser',
  'workbench.trustedDomains',
  'workbench.settings',
  'window.confirmBeforeClose',
  'explorer.confirmDelete',
  'explorer.confirmDragAndDrop',
  'files.confirmUndo',
  // How long saving waits for extensions.
  'files.participants',
  // What a person sees of a change, and what is hidden in it.
  'diffEditor',
  'editor.unicodeHighlight',
  'editor.renderControlCharacters',
  'accounts',
]

/** Whether a setting is one that an extension cannot change. */
export function keptSetting(key: unknown): boolean {
  if (typeof key !== 'string' || key === '') return true
  const name = key.toLowerCase()
  return kept.some((each) => {
    const other = each.toLowerCase()
    return name === other || name.startsWith(`${other}.`) || other.startsWith(`${name}.`)
  })
}
