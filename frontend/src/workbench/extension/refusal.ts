import type { IExtensionManifest } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensions/common/extensions'

type Known = Pick<IExtensionManifest, 'main' | 'browser' | 'activationEvents'>

/** needsNode says whether an extension has code, and none that runs without Node. */
export function needsNode({ main, browser }: Known): boolean {
  return main !== undefined && browser === undefined
}

/** refusal says why an extension cannot be installed; Go has the last word. */
export function refusal(id: string, manifest: Known): string {
  const why = 'This extension needs the Node extension host, which is not available yet.'
  return isRemote(id, manifest) ? `${why} Keel’s own way to work on other machines over SSH is coming.` : why
}

function isRemote(id: string, manifest: Known): boolean {
  const resolves = manifest.activationEvents?.some((event) => event.startsWith('onResolveRemoteAuthority'))
  return (resolves ?? false) || /\.(?:open-)?remote-(?:ssh|wsl|containers|tunnels|oss)\b/i.test(id)
}
