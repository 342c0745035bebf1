import {
  getService,
  IEditorService,
  ILanguageService,
  IModelService,
  IProductService,
} from '@codingame/monaco-vscode-api'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { CommandsRegistry } from '@codingame/monaco-vscode-api/vscode/vs/platform/commands/common/commands'
import { ITextModelService } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/services/resolverService.service'
import { openWhatIsSent, showAbout, showWhatIsSent } from '../features/about'
import type { WindowHost } from '../ui/host'
import { notify } from './notify'

/** Texts of this scheme are in the window only, and cannot be changed. */
const scheme = 'keel-about'

/** provideAbout puts Keel's own About in the place of the workbench's. */
export function provideAbout(host: WindowHost): void {
  const texts = new Map<string, string>()
  let registered = false
  const open = async (name: string, text: string): Promise<void> => {
    const resource = URI.from({ scheme, path: `/${name}` })
    texts.set(resource.toString(), text)
    const [editors, models, languages, resolver] = await Promise.all([
      getService(IEditorService),
      getService(IModelService),
      getService(ILanguageService),
      getService(ITextModelService),
    ])
    if (!registered) {
      registered = true
      resolver.registerTextModelContentProvider(scheme, {
        provideTextContent: async (uri) => {
          const known = texts.get(uri.toString())
          if (known === undefined) return null
          return (
            models.getModel(uri) ?? models.createModel(known, languages.createByFilepathOrFirstLine(uri), uri)
          )
        },
      })
    }
    await editors.openEditor({ resource, options: { pinned: true } })
  }
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
