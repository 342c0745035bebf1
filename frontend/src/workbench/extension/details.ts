import { getService, IOpenerService } from '@codingame/monaco-vscode-api'
import type { CancellationToken } from '@codingame/monaco-vscode-api/vscode/vs/base/common/cancellation'
import type { IDisposable } from '@codingame/monaco-vscode-api/vscode/vs/base/common/lifecycle'
import { ExtensionEditor } from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/extensions/browser/extensionEditor'
import { drawReadme } from '../../features/extension'

interface Loading extends IDisposable {
  promise: Promise<string>
}

/** The part of the details page that draws a text, which is the page's own business. */
interface DetailsPage {
  loadContents(task: () => Loading, container: HTMLElement): Promise<string>
  openMarkdown(
    extension: unknown,
    text: Loading,
    none: string,
    container: HTMLElement,
    index: number,
    title: string,
    token: CancellationToken,
  ): Promise<{ focus(): void } | null>
}

/**
 * drawDetailsNatively makes the details page of an extension draw README and
 * changelog as this page's own elements: such a text needs no page of its own,
 * in which its HTML would be HTML.
 */
export function drawDetailsNatively(): void {
  const page = ExtensionEditor.prototype as unknown as DetailsPage
  page.openMarkdown = async function (_, text, none, container, __, title, token) {
    const content = await this.loadContents(() => text, container).catch(() => '')
    if (token.isCancellationRequested) return null
    if (!content.trim()) {
      const nothing = document.createElement('p')
      nothing.className = 'nocontent'
      nothing.textContent = none
      container.append(nothing)
      return { focus: () => container.focus() }
    }
    const readme = drawReadme(content, (address) => void open(address))
    readme.setAttribute('role', 'document')
    readme.setAttribute('aria-label', title)
    container.append(readme)
    return readme
  }
}

async function open(address: string): Promise<void> {
  const opener = await getService(IOpenerService)
  await opener.open(address, { openExternal: true })
}
