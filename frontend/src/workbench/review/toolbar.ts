import type {
  ICodeEditor,
  IOverlayWidget,
} from '@codingame/monaco-vscode-api/vscode/vs/editor/browser/editorBrowser'
import { EditorOption } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/config/editorOptions'
import type { Words } from './layers'
import type { Placed } from './tracked'

export interface ToolbarActs {
  accept(key: string): void
  reject(key: string): void
  /** Shows the lines that stood there, or hides them. */
  toggleOld(key: string): void
}

/** HunkToolbar is the buttons at one hunk, at the right edge of its first line in view. */
export class HunkToolbar implements IOverlayWidget {
  readonly allowEditorOverflow = false
  private readonly element = document.createElement('div')
  private readonly accept = button()
  private readonly reject = button()
  private readonly old = button()
  private placed: Placed | undefined
  private added = false

  constructor(
    private readonly editor: ICodeEditor,
    acts: ToolbarActs,
  ) {
    this.element.className = 'keel-hunk-toolbar'
    this.element.setAttribute('role', 'toolbar')
    this.element.append(this.accept, this.reject, this.old)
    const press = (each: HTMLButtonElement, act: (key: string) => void) =>
      each.addEventListener('click', () => {
        if (!this.placed) return
        const hadFocus = this.element.contains(document.activeElement)
        act(this.placed.hunk.key)
        if (hadFocus) this.editor.focus()
      })
    press(this.accept, acts.accept)
    press(this.reject, acts.reject)
    press(this.old, acts.toggleOld)
    this.old.classList.add('codicon', 'codicon-history', 'keel-hunk-icon')
    this.element.addEventListener('keydown', (event) => this.onKey(event))
    // A click at a button is not one into the text.
    this.element.addEventListener('mousedown', (event) => event.stopPropagation())
  }

  getId(): string {
    return 'keel.hunk.toolbar'
  }

  getDomNode(): HTMLElement {
    return this.element
  }

  /** It places itself. */
  getPosition(): null {
    return null
  }

  hasFocus(): boolean {
    return this.added && this.element.contains(document.activeElement)
  }

  focus(): void {
    this.accept.focus()
  }

  show(placed: Placed, words: Words, oldShown: boolean): void {
    this.placed = placed
    const { hunk } = placed
    this.element.setAttribute('aria-label', hunk.label)
    const stale = hunk.status === 'stale'
    name(this.accept, words.accept, hunk.label)
    name(this.reject, words.reject, hunk.label)
    this.reject.hidden = stale
    pressed(this.accept, hunk.status, 'accepted', words.old)
    pressed(this.reject, hunk.status, 'rejected', words.old)
    this.old.hidden = !words.old || hunk.old === ''
    const tip = oldShown ? 'Hide what was there before' : 'Show what was there before'
    this.old.title = tip
    this.old.setAttribute('aria-label', tip)
    this.old.setAttribute('aria-expanded', String(oldShown))
    if (!this.added) {
      this.editor.addOverlayWidget(this)
      this.added = true
    }
    this.place()
  }

  /** Puts it where its hunk is now; out of sight while that is. */
  place(): void {
    if (!this.placed || !this.added) return
    const { editor, element, placed } = this
    const line = editor.getOption(EditorOption.lineHeight)
    const { height, minimap, verticalScrollbarWidth } = editor.getLayoutInfo()
    const scroll = editor.getScrollTop()
    const first = editor.getTopForLineNumber(placed.from) - scroll
    const end = editor.getBottomForLineNumber(placed.to) - scroll
    const top = Math.min(Math.max(first, 0), end - line)
    element.style.right = `${minimap.minimapWidth + verticalScrollbarWidth + 4}px`
    element.style.top = `${Math.round(top)}px`
    element.style.height = `${line}px`
    element.style.visibility = end <= 0 || first >= height ? 'hidden' : 'visible'
  }

  hide(): void {
    this.placed = undefined
    if (!this.added) return
    if (this.hasFocus()) this.editor.focus()
    this.added = false
    this.editor.removeOverlayWidget(this)
  }

  private onKey(event: KeyboardEvent): void {
    const buttons = [this.accept, this.reject, this.old].filter((each) => !each.hidden)
    const at = buttons.findIndex((each) => each === document.activeElement)
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step !== undefined) buttons[(at + step + buttons.length) % buttons.length]?.focus()
    else if (event.key === 'Escape') this.editor.focus()
    // The editor's keys are not for its buttons; those of the workbench are.
    else if (event.key !== 'Enter' && event.key !== ' ') return
    event.stopPropagation()
    if (event.key !== 'Enter' && event.key !== ' ') event.preventDefault()
  }
}

function button(): HTMLButtonElement {
  const made = document.createElement('button')
  made.type = 'button'
  return made
}

function name(element: HTMLButtonElement, word: string, label: string): void {
  element.textContent = word
  element.title = word
  element.setAttribute('aria-label', `${word}: ${label}`)
}

/** Shows what was decided, where decisions are shown at all. */
function pressed(element: HTMLButtonElement, status: string, mine: string, undoes: boolean): void {
  if (undoes) element.removeAttribute('aria-pressed')
  else element.setAttribute('aria-pressed', String(status === mine))
}
