import { status } from '@codingame/monaco-vscode-api/vscode/vs/base/browser/ui/aria/aria'
import { DisposableStore } from '@codingame/monaco-vscode-api/vscode/vs/base/common/lifecycle'
import {
  MouseTargetType,
  type ICodeEditor,
} from '@codingame/monaco-vscode-api/vscode/vs/editor/browser/editorBrowser'
import { LayerBar } from './bar'
import type { Layer, Layers } from './layers'
import { OldLines } from './peek'
import { HunkToolbar } from './toolbar'
import type { Placed, TrackedHunks } from './tracked'

type MouseOver = Parameters<Parameters<ICodeEditor['onMouseMove']>[0]>[0]
type MouseDown = Parameters<Parameters<ICodeEditor['onMouseDown']>[0]>[0]

/**
 * EditorHunks is what one editor shows beside the marks that its text has: the
 * buttons at the hunk of the cursor or the mouse, and on demand its old lines.
 */
export class EditorHunks {
  private readonly store = new DisposableStore()
  private readonly toolbar: HunkToolbar
  private readonly old: OldLines
  private readonly bar: LayerBar
  /** of the hunk below the mouse */
  private hovered: string | undefined
  private told: string | undefined

  constructor(
    private readonly editor: ICodeEditor,
    private readonly layers: Layers,
  ) {
    this.toolbar = new HunkToolbar(editor, {
      accept: (key) => this.layer()?.acts.accept(key),
      reject: (key) => this.layer()?.acts.reject(key),
      toggleOld: (key) => this.toggleOld(key),
    })
    this.old = new OldLines(editor)
    this.bar = new LayerBar(editor)
    this.store.add(editor.onDidChangeModel(() => this.reset()))
    this.store.add(
      layers.onDidChange((key) => {
        if (editor.getModel()?.uri.toString() === key) this.drawnAnew()
      }),
    )
    this.store.add(editor.onDidChangeCursorPosition(() => this.update()))
    this.store.add(editor.onDidFocusEditorWidget(() => this.update()))
    this.store.add(editor.onDidBlurEditorWidget(() => this.update()))
    this.store.add(editor.onDidScrollChange(() => this.toolbar.place()))
    this.store.add(
      editor.onDidLayoutChange(() => {
        this.toolbar.place()
        this.bar.place()
      }),
    )
    this.store.add(editor.onDidChangeModelContent(() => this.update()))
    this.store.add(editor.onMouseMove((event) => this.moved(event)))
    this.store.add(editor.onMouseLeave(() => this.left()))
    this.store.add(editor.onMouseDown((event) => this.pressed(event)))
    this.drawnAnew()
  }

  dispose(): void {
    this.store.dispose()
  }

  /** The hunk at the cursor. */
  atCursor(): Placed | undefined {
    const line = this.editor.getPosition()?.lineNumber
    return line === undefined ? undefined : this.tracked()?.at(line)
  }

  /** Shows what stood where the cursor is, or hides it. */
  toggleOldAtCursor(): void {
    const placed = this.atCursor()
    if (placed && placed.hunk.old !== '') this.toggleOld(placed.hunk.key)
    else status('Nothing stood here before.')
  }

  /** Gives the keyboard to the buttons of the hunk at the cursor. */
  focusToolbar(): void {
    this.update()
    if (this.atCursor()) this.toolbar.focus()
    else if (this.layer()?.bar) this.bar.focus()
    else status('There is no change at the cursor.')
  }

  private layer(): Layer | undefined {
    const model = this.editor.getModel()
    return model ? this.layers.layerOf(model.uri.toString()) : undefined
  }

  private tracked(): TrackedHunks | undefined {
    const model = this.editor.getModel()
    return model ? this.layers.trackedOf(model.uri.toString()) : undefined
  }

  private reset(): void {
    this.hovered = undefined
    this.told = undefined
    this.old.hide()
    this.drawnAnew()
  }

  private drawnAnew(): void {
    this.bar.show(this.layer()?.bar)
    const key = this.old.key
    if (key !== undefined) {
      const placed = this.tracked()?.placeOf(key)
      if (placed) this.old.show(placed)
      else this.old.hide()
    }
    this.update()
  }

  private update(): void {
    const layer = this.layer()
    const tracked = this.tracked()
    const focused = this.editor.hasWidgetFocus() || this.toolbar.hasFocus()
    const cursor = layer && focused ? this.atCursor() : undefined
    const hovered = this.hovered === undefined ? undefined : tracked?.placeOf(this.hovered)
    const shown = this.toolbar.hasFocus() ? (cursor ?? hovered) : (hovered ?? cursor)
    if (layer && shown) this.toolbar.show(shown, layer.words, this.old.key === shown.hunk.key)
    else this.toolbar.hide()
    this.tell(cursor)
  }

  /** Says, to those who hear, that the cursor has come to a change. */
  private tell(cursor: Placed | undefined): void {
    const key = cursor?.hunk.key
    if (key === this.told) return
    this.told = key
    if (cursor) status(cursor.hunk.label)
  }

  private toggleOld(key: string): void {
    const placed = this.tracked()?.placeOf(key)
    if (this.old.key === key || !placed) this.old.hide()
    else this.old.show(placed)
    this.update()
  }

  private moved({ target }: MouseOver): void {
    if (isAt(target, MouseTargetType.OVERLAY_WIDGET)) return
    const line = target.position?.lineNumber
    const inText = line !== undefined && !isAt(target, MouseTargetType.CONTENT_EMPTY)
    const atLine = line !== undefined && (inText || this.covers(line))
    this.hover(atLine ? this.tracked()?.at(line)?.hunk.key : undefined)
  }

  /** Reports whether a line is there: below the last one is nothing to hover over. */
  private covers(line: number): boolean {
    return line < (this.editor.getModel()?.getLineCount() ?? 0)
  }

  private left(): void {
    this.hover(undefined)
  }

  private hover(key: string | undefined): void {
    if (key === this.hovered) return
    this.hovered = key
    this.update()
  }

  private pressed({ target, event }: MouseDown): void {
    if (!isAt(target, MouseTargetType.GUTTER_LINE_DECORATIONS) || !event.leftButton) return
    if (!target.element?.classList.contains('keel-hunk-bar') || !target.position) return
    const placed = this.tracked()?.at(target.position.lineNumber)
    if (!placed || !this.layer()?.words.old) return
    event.preventDefault()
    this.toggleOld(placed.hunk.key)
  }
}

/** The workbench declares these numbers twice, as two types. */
function isAt({ type }: MouseOver['target'], wanted: MouseTargetType): boolean {
  const is: number = type
  const sought: number = wanted
  return is === sought
}
