/**
 * What the workbench says about a trusted folder, in words that hold for Keel:
 * there are no tasks, no debugger and no marketplace here, but an agent that
 * runs commands. The number is the workbench's own for the text, which stands
 * beside it so that a test can tell when another version counts anew.
 */
export const words: Record<number, { theirs: string; ours: string }> = {
  17091: {
    theirs:
      'A feature you are trying to use may be a security risk if you do not trust the source of the files or folders you currently have open.',
    ours: 'What you are about to do can run what the files of this folder say.',
  },
  17096: {
    theirs:
      "If you don't trust the authors of these files, we do not recommend continuing as the files may be malicious. See [our docs](https://aka.ms/vscode-workspace-trust) to learn more.",
    ours: 'If you do not know who wrote these files, do not go on: reading and editing them works without.',
  },
  17102: {
    theirs: '{0} provides features that may automatically execute files in this folder.',
    ours: 'In a folder that you trust, commands on your list of trusted commands run without asking, and the folder’s own settings are applied.',
  },
  17103: {
    theirs:
      "If you don't trust the authors of these files, we recommend to continue in restricted mode as the files may be malicious. See [our docs](https://aka.ms/vscode-workspace-trust) to learn more.",
    ours: 'If you do not know who wrote these files, open it in restricted mode. You can read, edit and work with the agent, but every command asks first, and nothing in the folder runs or is obeyed by itself.',
  },
  17105: {
    theirs: 'Trust folder and enable all features',
    ours: 'Trusted commands run without asking',
  },
  17108: {
    theirs: 'Open folder in restricted mode',
    ours: 'Restricted mode: every command asks',
  },
  17113: {
    theirs:
      'Restricted Mode is intended for safe code browsing. Trust this folder to enable all features. Use navigation keys to access banner actions.',
    ours: 'This folder is not trusted: every command asks first, and nothing in it runs or is obeyed by itself. Use the arrow keys to reach the actions.',
  },
  17116: {
    theirs: 'Restricted Mode is intended for safe code browsing. Trust this folder to enable all features.',
    ours: 'This folder is not trusted: every command asks first, and nothing in it runs or is obeyed by itself.',
  },
  17120: {
    theirs: 'Restricted Mode: Some features are disabled because this folder is not trusted.',
    ours: 'Restricted Mode: every command asks first, because this folder is not trusted.',
  },
  17121: {
    theirs:
      'Running in Restricted Mode\\n\\nSome [features are disabled]({0}) because this [folder is not trusted]({1}).',
    ours: 'Restricted mode\n\nEvery command asks first, because this [folder is not trusted]({1}).',
  },
  17177: {
    theirs: 'You trust the authors of the files in the current folder. All features are enabled:',
    ours: 'You trust the authors of the files in this folder:',
  },
  17178: {
    theirs:
      'You do not trust the authors of the files in the current folder. The following features are disabled:',
    ours: 'You do not trust the authors of the files in this folder:',
  },
  17182: {
    theirs: 'All features are enabled because trust has been granted to the workspace.',
    ours: 'Commands on your list of trusted commands run here without asking.',
  },
  17183: {
    theirs: '{0} is in a restricted mode intended for safe code browsing.',
    ours: 'Every command asks first, and nothing in this folder runs or is obeyed by itself. Reading, editing and the agent work.',
  },
  17184: {
    theirs: '[Configure your settings]({0}) or [learn more](https://aka.ms/vscode-workspace-trust).',
    ours: '[When Keel asks about a folder]({0}) is a setting.',
  },
  17186: { theirs: 'Tasks are allowed to run', ours: 'Trusted commands run without asking' },
  17187: { theirs: 'Debugging is enabled', ours: 'Terminals open without asking' },
  17190: { theirs: 'Tasks are not allowed to run', ours: 'Trusted commands ask as well' },
  17191: { theirs: 'Debugging is disabled', ours: 'A terminal asks before it opens' },
}

/** useWords makes the workbench speak them, and more; it looks each text up when it shows it. */
export function useWords(more: Readonly<Record<string, string>>): void {
  const own = Object.fromEntries(Object.entries(words).map(([number, { ours }]) => [number, ours]))
  const messages = { ...own, ...more }
  Object.assign(globalThis, { _VSCODE_NLS_MESSAGES: messages })
}
