/**
 * What the workbench says of extensions, in words that hold for Keel: its
 * registry is no marketplace and has a name, and what cannot run here needs Node.
 * The number is the workbench's own for the text, as in ../words.ts.
 */
export const extensionTexts: Record<number, { theirs: string; ours: string }> = {
  10277: { theirs: 'Marketplace', ours: 'REGISTRY' },
  10290: { theirs: 'Marketplace', ours: 'REGISTRY' },
  10597: {
    theirs: 'This extension is no longer available on the Extension Marketplace.',
    ours: 'REGISTRY does not have this extension any more.',
  },
  10611: {
    theirs: 'This extension is disabled because it is not supported in {0} for the Web.',
    ours: 'This extension is disabled because it needs the Node extension host, which {0} does not have yet.',
  },
  10686: { theirs: 'Marketplace', ours: 'REGISTRY' },
  10713: { theirs: 'Search Extensions in Marketplace', ours: 'Search Extensions in REGISTRY' },
  10736: {
    theirs: 'Unable to search the Marketplace when offline, please check your network connection.',
    ours: 'REGISTRY cannot be reached: this machine is offline. What is installed keeps working.',
  },
  10737: {
    theirs: 'Error while fetching extensions. {0}',
    // Go says which registry, why, what is safe and what to do: see reasons.ts.
    ours: '{0}',
  },
}

/** extensionWords are these texts for a registry. */
export function extensionWords(registry: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(extensionTexts).map(([number, { ours }]) => [
      number,
      ours.replaceAll('REGISTRY', registry),
    ]),
  )
}
