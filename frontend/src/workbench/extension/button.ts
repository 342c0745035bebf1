import { InstallAction } from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/extensions/browser/extensionsActions'

interface InstallButton {
  enabled: boolean
  hidden: boolean
  label: string
  computeAndUpdateEnablement(): Promise<void>
}

/**
 * nameRefusals says in place of "Install" that an extension needs Node: a button
 * that is only grey says nothing. The whole sentence stands beside it.
 */
export function nameRefusals(): void {
  const button = InstallAction.prototype as unknown as InstallButton
  const stock = button.computeAndUpdateEnablement
  button.computeAndUpdateEnablement = async function () {
    await stock.call(this)
    if (!this.enabled && !this.hidden) this.label = 'Needs Node'
  }
}
