import { getService, ICodeEditorService, IModelService } from '@codingame/monaco-vscode-api'
import { Emitter } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type { ICodeEditor } from '@codingame/monaco-vscode-api/vscode/vs/editor/browser/editorBrowser'
import type { ITextModel } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/model'
import type { DrawnHunk, HunkActs } from '../../features/review'
import type { Bar } from './bar'
import { EditorHunks } from './editorHunks'
import { TrackedHunks } from './tracked'

/** Layer is what is drawn into all editors of one text. */
export interface Layer {
  hunks: readonly DrawnHunk[]
  acts: HunkActs
  words: Words
  bar?: Bar
}

/** Words are what stands on the buttons. */
export interface Words {
  accept: string
  reject: string
  /** the old lines can be shown: they stand nowhere beside */
  old: boolean
}

interface Entry {
  layer: Layer
  tracked: TrackedHunks | undefined
}

/**
 * Layers draws hunks into the editors of texts, whether these are open already
 * or opened later.
 */
export class Layers {
  private readonly entries = new Map<string, Entry>()
  private readonly editors = new Map<ICodeEditor, EditorHunks>()
  private readonly changed = new Emitter<string>()
  /** Fires with the address of a text whose hunks were drawn anew. */
  readonly onDidChange = this.changed.event
  private models: IModelService | undefined
  private codeEditors: ICodeEditorService | undefined

  async start(): Promise<void> {
    const [models, codeEditors] = await Promise.all([
      getService(IModelService),
      getService(ICodeEditorService),
    ])
    this.models = models
    this.codeEditors = codeEditors
    models.onModelAdded((model) => this.attach(model))
    models.onModelRemoved((model) => {
      const entry = this.entries.get(model.uri.toString())
      if (entry) entry.tracked = undefined
    })
    for (const model of models.getModels()) this.attach(model)
    codeEditors.onCodeEditorAdd((editor) => this.follow(editor))
    codeEditors.onCodeEditorRemove((editor) => {
      this.editors.get(editor)?.dispose()
      this.editors.delete(editor)
    })
    for (const editor of codeEditors.listCodeEditors()) this.follow(editor)
  }

  /** Draws a layer into the editors of a text in the place of the one before; undefined takes it away. */
  draw(resource: URI, layer: Layer | undefined): void {
    const key = resource.toString()
    const before = this.entries.get(key)
    if (layer && (layer.hunks.length > 0 || layer.bar)) {
      const entry: Entry = { layer, tracked: before?.tracked }
      this.entries.set(key, entry)
      const model = this.models?.getModel(resource)
      if (model) this.attach(model)
    } else {
      before?.tracked?.draw([])
      this.entries.delete(key)
    }
    this.changed.fire(key)
  }

  layerOf(address: string): Layer | undefined {
    return this.entries.get(address)?.layer
  }

  trackedOf(address: string): TrackedHunks | undefined {
    return this.entries.get(address)?.tracked
  }

  /** What is drawn into the editor that has the keyboard, or is in front. */
  activeEditor(): EditorHunks | undefined {
    const editor = this.codeEditors?.getFocusedCodeEditor() ?? this.codeEditors?.getActiveCodeEditor()
    return editor ? this.editors.get(editor) : undefined
  }

  private attach(model: ITextModel): void {
    const entry = this.entries.get(model.uri.toString())
    if (!entry) return
    entry.tracked ??= new TrackedHunks(model)
    entry.tracked.draw(entry.layer.hunks)
    this.changed.fire(model.uri.toString())
  }

  private follow(editor: ICodeEditor): void {
    if (this.editors.has(editor)) return
    this.editors.set(editor, new EditorHunks(editor, this))
  }
}
