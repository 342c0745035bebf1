import { InstallAction } from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/extensions/browser/extensionsActions'

interface InstallButton {
  enabled: boolean
  hidden: boolean
  label: string
  computeAndUpdateEnablement(): Promise<void>
  getLabel(primary?: boolean): string
}

/**
 * nameRefusals says in place of "Install" that an extension needs Node: a button
 * that is only grey says nothing. The whole sentence stands beside it.
 */
export function nameRefusals(): void {
  const button = InstallAction.prototype as unknown as InstallButton
  const { computeAndUpdateEnablement, getLabel } = button
  const refused = new WeakSet<InstallButton>()
  button.getLabel = function (primary) {
    return refused.has(this) ? 'Needs Node' : getLabel.call(this, primary)
  }
  button.computeAndUpdateEnablement = async function () {
    await computeAndUpdateEnablement.call(this)
    if (this.enabled || this.hidden) refused.delete(this)
    else refused.add(this)
    this.label = this.getLabel()
  }
}
