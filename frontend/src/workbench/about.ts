import { getService, IProductService } from '@codingame/monaco-vscode-api'
import { CommandsRegistry } from '@codingame/monaco-vscode-api/vscode/vs/platform/commands/common/commands'
import { showAbout } from '../features/about'
import type { WindowHost } from '../ui/host'
import { notify } from './notify'
import { ShownTexts } from './shownTexts'

/** provideAbout puts Keel's own About in the place of the workbench's. */
export function provideAbout(host: WindowHost): void {
  const texts = new ShownTexts('keel-about')
  CommandsRegistry.registerCommand('workbench.action.showAboutDialog', async () => {
    try {
      const { version } = await getService(IProductService)
      await showAbout(host, version, (name, text) => texts.open(name, text))
    } catch (cause) {
      notify.failure(cause)
    }
  })
}
