import {
  getService,
  IEditorService,
  ILanguageService,
  IModelService,
  ITextModelService,
} from '@codingame/monaco-vscode-api'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { SideBySideEditor } from '@codingame/monaco-vscode-api/vscode/vs/workbench/common/editor'
import { splitPath } from '../../lib/format'
import { plainVisible } from '../../lib/visible'
import type { Layers } from '../review'

/** What the sides of a preview that are no files are addressed by. */
const scheme = 'keel-apply'

/** Shown is a document beside what would become of it. */
export interface Shown {
  /** Shows another result, which the person has to look at. */
  update(result: string, note: string): void
  /** The person's answer; false also when they close the diff. One answer each time it is asked for. */
  answer(): Promise<boolean>
  close(): Promise<void>
}

/** Previews shows what code would change, in the workbench's diff: left the document now, right the result. */
export class Previews {
  private readonly texts = new Map<string, string>()
  private registered = false
  private next = 1

  constructor(private readonly layers: Layers) {}

  /** `before` is the document; undefined when there is none yet. `path` names it. */
  async show(before: URI | undefined, path: string, result: string): Promise<Shown> {
    await this.register()
    const [editors, models] = await Promise.all([getService(IEditorService), getService(IModelService)])
    const id = `${this.next++}`
    const original = before ?? this.side(path, id, 'before', '')
    const modified = this.side(path, id, 'after', result)
    const name = plainVisible(splitPath(path).name)
    await editors.openEditor({
      label: `${name} (Code from the Chat)`,
      original: { resource: original },
      modified: { resource: modified },
      options: { pinned: true },
    })
    let settle: ((agreed: boolean) => void) | undefined
    const answered = (agreed: boolean): void => {
      settle?.(agreed)
      settle = undefined
    }
    const isOpen = (): boolean =>
      editors.findEditors(modified, { supportSideBySide: SideBySideEditor.PRIMARY }).length > 0
    const closing = editors.onDidCloseEditor(() => {
      if (!isOpen()) answered(false)
    })
    const draw = (text: string): void =>
      this.layers.draw(modified, {
        hunks: [],
        acts: { accept: () => undefined, reject: () => undefined },
        words: { accept: '', reject: '', old: false },
        bar: {
          label: `Code from the chat for ${name}`,
          text,
          actions: [
            { label: 'Apply', primary: true, run: () => answered(true) },
            { label: 'Cancel', primary: false, run: () => answered(false) },
          ],
        },
      })
    draw(before ? 'Nothing is changed yet' : 'A new file; nothing is written yet')
    this.layers.activeEditor()?.focusToolbar()
    return {
      update: (text, note) => {
        this.texts.set(modified.toString(), text)
        models.getModel(modified)?.setValue(text)
        draw(note)
      },
      answer: () =>
        new Promise((resolve) => {
          settle = resolve
          if (!isOpen()) answered(false)
        }),
      close: async () => {
        closing.dispose()
        this.layers.draw(modified, undefined)
        await editors.closeEditors(
          editors.findEditors(modified, { supportSideBySide: SideBySideEditor.PRIMARY }),
        )
        for (const each of [original, modified]) this.texts.delete(each.toString())
      },
    }
  }

  private side(path: string, id: string, side: 'before' | 'after', text: string): URI {
    const uri = URI.from({ scheme, path: `/${path}`, query: `${id}-${side}` })
    this.texts.set(uri.toString(), text)
    return uri
  }

  private async register(): Promise<void> {
    if (this.registered) return
    this.registered = true
    const [service, models, languages] = await Promise.all([
      getService(ITextModelService),
      getService(IModelService),
      getService(ILanguageService),
    ])
    service.registerTextModelContentProvider(scheme, {
      provideTextContent: async (uri) => {
        const text = this.texts.get(uri.toString())
        if (text === undefined) return null
        return (
          models.getModel(uri) ?? models.createModel(text, languages.createByFilepathOrFirstLine(uri), uri)
        )
      },
    })
  }
}
