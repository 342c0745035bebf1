import { getService, ICodeEditorService, IEditorService } from '@codingame/monaco-vscode-api'
import { DisposableStore } from '@codingame/monaco-vscode-api/vscode/vs/base/common/lifecycle'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import {
  isCodeEditor,
  isDiffEditor,
  type ICodeEditor,
} from '@codingame/monaco-vscode-api/vscode/vs/editor/browser/editorBrowser'
import { ScrollType } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/editorCommon'
import { TextEditorSelectionRevealType } from '@codingame/monaco-vscode-api/vscode/vs/platform/editor/common/editor'
import type { Disposable } from '../../bridge'
import type { DrawnHunk, HunkActs, HunkEditors } from '../../features/review'
import type { PathMap } from '../files/paths'
import type { Layers, Words } from './layers'

const words: Words = { accept: 'Keep', reject: 'Undo', old: true }

/** FolderHunks draws what the agent changed into the editors of the folder's files. */
export class FolderHunks implements HunkEditors {
  private readonly listeners = new Set<(path: string) => void>()
  private codeEditors: ICodeEditorService | undefined
  private editors: IEditorService | undefined
  /** of each editor, its file; empty for none of the folder's */
  private readonly shown = new Map<ICodeEditor, { path: string; store: DisposableStore }>()

  constructor(
    private readonly layers: Layers,
    private readonly paths: PathMap,
  ) {}

  async start(): Promise<void> {
    const [codeEditors, editors] = await Promise.all([
      getService(ICodeEditorService),
      getService(IEditorService),
    ])
    this.codeEditors = codeEditors
    this.editors = editors
    codeEditors.onCodeEditorAdd((editor) => this.follow(editor))
    codeEditors.onCodeEditorRemove((editor) => this.forget(editor))
    for (const editor of codeEditors.listCodeEditors()) this.follow(editor)
  }

  active(): { path: string; line: number } | undefined {
    const editor = this.activeEditor()
    const path = editor && this.pathOf(editor)
    const line = editor?.getPosition()?.lineNumber
    return path && line !== undefined ? { path, line } : undefined
  }

  open(): readonly string[] {
    const originals = this.originals()
    const open = [...this.shown].filter(([editor, { path }]) => path !== '' && !originals.has(editor))
    return [...new Set(open.map(([, { path }]) => path))]
  }

  onDidChange(listener: (path: string) => void): Disposable {
    this.listeners.add(listener)
    return { dispose: () => void this.listeners.delete(listener) }
  }

  draw(path: string, hunks: readonly DrawnHunk[], acts: HunkActs): void {
    const open = hunks.filter(({ status }) => status !== 'accepted' && status !== 'rejected')
    this.layers.draw(this.paths.toResource(path), { hunks: open, acts, words })
  }

  async reveal(path: string, line: number): Promise<void> {
    const active = this.activeEditor()
    if (active && this.pathOf(active) === path) {
      const at = Math.min(Math.max(1, line), active.getModel()?.getLineCount() ?? 1)
      active.setPosition({ lineNumber: at, column: 1 })
      active.revealLineInCenterIfOutsideViewport(at, ScrollType.Immediate)
      active.focus()
      return
    }
    const editors = await getService(IEditorService)
    await editors.openEditor({
      resource: this.paths.toResource(path),
      options: {
        selection: { startLineNumber: Math.max(1, line), startColumn: 1 },
        selectionRevealType: TextEditorSelectionRevealType.CenterIfOutsideViewport,
      },
    })
  }

  /** The editor in front; of a diff, the side that can be looked at as a file. */
  private activeEditor(): ICodeEditor | undefined {
    const control = this.editors?.activeTextEditorControl
    if (isCodeEditor(control)) return control
    if (isDiffEditor(control)) return control.getModifiedEditor()
    // Several diffs in one editor: the one of them that has the keyboard, or had it last.
    const last = this.editors?.activeEditorPane?.getControl()
    if (isDiffEditor(last)) return last.getModifiedEditor()
    return undefined
  }

  private pathOf(editor: ICodeEditor): string {
    const model = editor.getModel()
    const path = model ? this.paths.toPath(URI.from(model.uri)) : undefined
    return path === undefined || path === '.' ? '' : path
  }

  private originals(): ReadonlySet<ICodeEditor> {
    const diffs = this.codeEditors?.listDiffEditors() ?? []
    return new Set(diffs.map((each) => each.getOriginalEditor()))
  }

  private follow(editor: ICodeEditor): void {
    if (this.shown.has(editor)) return
    const store = new DisposableStore()
    const entry = { path: this.pathOf(editor), store }
    this.shown.set(editor, entry)
    store.add(
      editor.onDidChangeModel(() => {
        const before = entry.path
        entry.path = this.pathOf(editor)
        this.tell(before)
        if (entry.path !== before) this.tell(entry.path)
      }),
    )
    store.add(editor.onDidChangeModelContent(() => this.tell(entry.path)))
    this.tell(entry.path)
  }

  private forget(editor: ICodeEditor): void {
    const entry = this.shown.get(editor)
    if (!entry) return
    entry.store.dispose()
    this.shown.delete(editor)
    this.tell(entry.path)
  }

  private tell(path: string): void {
    if (path === '') return
    for (const listener of [...this.listeners]) listener(path)
  }
}
