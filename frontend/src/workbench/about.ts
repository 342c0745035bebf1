import { getService, IProductService } from '@codingame/monaco-vscode-api'
import { CommandsRegistry } from '@codingame/monaco-vscode-api/vscode/vs/platform/commands/common/commands'
import { openWhatIsSent, showAbout, showWhatIsSent } from '../features/about'
import type { WindowHost } from '../ui/host'
import { notify } from './notify'
import { ShownTexts } from './shownTexts'

/** provideAbout puts Keel's own About in the place of the workbench's. */
export function provideAbout(host: WindowHost): void {
  const texts = new ShownTexts('keel-about')
  const open = (name: string, text: string): Promise<void> => texts.open(name, text)
  host.registerCommand({
    id: showWhatIsSent,
    title: 'Keel: Show What Keel Sends',
    run: () => openWhatIsSent(open),
  })
  CommandsRegistry.registerCommand('workbench.action.showAboutDialog', async () => {
    try {
      const { version } = await getService(IProductService)
      await showAbout(host, version, open)
    } catch (cause) {
      notify.failure(cause)
    }
  })
}
