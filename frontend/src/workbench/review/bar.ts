import type {
  ICodeEditor,
  IOverlayWidget,
} from '@codingame/monaco-vscode-api/vscode/vs/editor/browser/editorBrowser'

/** Bar is what stands at the lower edge of an editor, about all of its hunks. */
export interface Bar {
  /** read out */
  label: string
  text: string
  actions: readonly BarAction[]
}

export interface BarAction {
  label: string
  primary: boolean
  run(): void
}

/** Its height, as the style sheet has it, in pixels. */
const barHeight = 32

/** LayerBar shows a bar in an editor. */
export class LayerBar implements IOverlayWidget {
  readonly allowEditorOverflow = false
  private readonly element = document.createElement('div')
  private readonly text = document.createElement('span')
  private readonly buttons: HTMLButtonElement[] = []
  private bar: Bar | undefined

  constructor(private readonly editor: ICodeEditor) {
    this.element.className = 'keel-hunk-toolbar keel-layer-bar'
    this.element.setAttribute('role', 'toolbar')
    this.text.setAttribute('role', 'status')
    this.element.append(this.text)
    this.element.addEventListener('mousedown', (event) => event.stopPropagation())
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.editor.focus()
      if (['Escape', 'Enter', ' '].includes(event.key)) event.stopPropagation()
    })
  }

  getId(): string {
    return 'keel.layer.bar'
  }

  getDomNode(): HTMLElement {
    return this.element
  }

  /** It places itself. */
  getPosition(): null {
    return null
  }

  focus(): void {
    this.buttons[0]?.focus()
  }

  show(bar: Bar | undefined): void {
    const before = this.bar
    this.bar = bar
    if (!bar) {
      if (before) this.editor.removeOverlayWidget(this)
      return
    }
    this.element.setAttribute('aria-label', bar.label)
    if (this.text.textContent !== bar.text) this.text.textContent = bar.text
    bar.actions.forEach((action, i) => {
      const button = (this.buttons[i] ??= this.button(i))
      button.textContent = action.label
      button.classList.toggle('primary', action.primary)
    })
    for (const button of this.buttons.splice(bar.actions.length)) button.remove()
    if (!before) this.editor.addOverlayWidget(this)
    this.place()
  }

  /** Puts it at the lower edge, which moves with the editor's size. */
  place(): void {
    if (!this.bar) return
    const { height, horizontalScrollbarHeight, contentLeft, contentWidth } = this.editor.getLayoutInfo()
    this.element.style.top = `${Math.max(0, height - horizontalScrollbarHeight - barHeight - 12)}px`
    this.element.style.left = `${contentLeft + contentWidth / 2}px`
  }

  private button(index: number): HTMLButtonElement {
    const made = document.createElement('button')
    made.type = 'button'
    made.addEventListener('click', () => this.bar?.actions[index]?.run())
    this.element.append(made)
    return made
  }
}
