import {
  getService,
  IEditorService,
  ILanguageService,
  IModelService,
  ITextModelService,
} from '@codingame/monaco-vscode-api'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'

/** ShownTexts opens texts that are in the window only, and cannot be changed. */
export class ShownTexts {
  private readonly texts = new Map<string, string>()
  private registered = false

  /** scheme is theirs alone. */
  constructor(private readonly scheme: string) {}

  /** Opens a text; the last part of its path is the title. */
  async open(path: string, text: string): Promise<void> {
    const resource = this.resource(path)
    this.texts.set(resource.toString(), text)
    const [editors, models, languages, resolver] = await Promise.all([
      getService(IEditorService),
      getService(IModelService),
      getService(ILanguageService),
      getService(ITextModelService),
    ])
    if (!this.registered) {
      this.registered = true
      // It stays for as long as the page does: an editor asks again when it is moved.
      resolver.registerTextModelContentProvider(this.scheme, {
        provideTextContent: (uri) => {
          const known = this.texts.get(uri.toString()) ?? ''
          const language = languages.createByFilepathOrFirstLine(uri)
          return Promise.resolve(models.getModel(uri) ?? models.createModel(known, language, uri))
        },
      })
    }
    await editors.openEditor({ resource, options: { pinned: true } })
  }

  /** Closes a text wherever it is open. */
  async close(path: string): Promise<void> {
    const resource = this.resource(path)
    this.texts.delete(resource.toString())
    const editors = await getService(IEditorService)
    await editors.closeEditors(editors.findEditors(resource))
  }

  private resource(path: string): URI {
    return URI.from({ scheme: this.scheme, path: `/${path}` })
  }
}
