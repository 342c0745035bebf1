import { getService, IEditorService, type IEditorGroup } from '@codingame/monaco-vscode-api'
import type { Dimension } from '@codingame/monaco-vscode-api/vscode/vs/base/browser/dom'
import type { CancellationToken } from '@codingame/monaco-vscode-api/vscode/vs/base/common/cancellation'
import { ThemeIcon } from '@codingame/monaco-vscode-api/vscode/vs/base/common/themables'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type { IEditorOptions } from '@codingame/monaco-vscode-api/vscode/vs/platform/editor/common/editor'
import {
  EditorsOrder,
  type IEditorOpenContext,
  type IEditorSerializer,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/common/editor'
import type { EditorInput } from '@codingame/monaco-vscode-api/vscode/vs/workbench/common/editor/editorInput'
import {
  EditorInputCapabilities,
  EditorPane,
  registerEditorPane,
  registerEditorSerializer,
  SimpleEditorInput,
} from '@codingame/monaco-vscode-workbench-service-override'
import type { Disposable } from '../bridge'
import '../ui/theme.css'
import type { HostPage } from '../ui/host'
import './pages.css'

const registered = new Map<string, () => EditorInput>()

/**
 * registerPage adds a page of our own among the editors, as the settings are
 * one: at most one tab of it, which is there again after a restart.
 */
export function registerPage(page: HostPage): Disposable {
  class Input extends PageInput {
    constructor() {
      super(page)
    }
  }
  class Pane extends PagePane {
    constructor(group: IEditorGroup) {
      super(page.id, group)
    }
  }
  class Serializer implements IEditorSerializer {
    canSerialize(): boolean {
      return true
    }

    serialize(): string {
      return page.id
    }

    deserialize(): EditorInput {
      return make()
    }
  }

  // Its type of closeHandler is not as exact as ours are.
  const make = (): EditorInput => new Input() as unknown as EditorInput
  const parts = [
    registerEditorPane(page.id, page.title, Pane, [Input as unknown as new () => EditorInput]),
    registerEditorSerializer(page.id, Serializer),
  ]
  registered.set(page.id, make)
  return {
    dispose() {
      registered.delete(page.id)
      for (const part of parts) part.dispose()
    },
  }
}

/** openPage shows a page and gives it the keyboard; what is said differently differs. */
export async function openPage(id: string, options: IEditorOptions = {}): Promise<void> {
  const make = registered.get(id)
  if (!make) throw new Error(`there is no page ${id}`)
  const editors = await getService(IEditorService)
  await editors.openEditor(make(), { pinned: true, ...options })
}

/** closePage closes a page wherever it is open, whatever else is in front. */
export async function closePage(id: string): Promise<void> {
  const editors = await getService(IEditorService)
  const shown = editors.getEditors(EditorsOrder.SEQUENTIAL)
  await editors.closeEditors(shown.filter(({ editor }) => editor.editorId === id))
}

/**
 * PageInput is the tab of a page. It owns what is drawn, from when it is first
 * shown until the tab is closed: another tab in front loses nothing of it.
 */
abstract class PageInput extends SimpleEditorInput {
  private readonly element = document.createElement('div')
  private readonly page: HostPage
  private drawn: Disposable | undefined
  /** what had the keyboard last */
  private focused: HTMLElement | undefined
  private top = 0

  constructor(page: HostPage) {
    super(URI.from({ scheme: 'keel-page', path: `/${page.id}` }))
    this.page = page
    this.setName(page.title)
    this.addCapability(EditorInputCapabilities.Singleton)
    this.element.className = 'keel-page keel-theme'
    this.element.tabIndex = -1
    this.element.setAttribute('role', 'region')
    this.element.setAttribute('aria-label', page.title)
    this.element.addEventListener('focusin', ({ target }) => {
      if (target instanceof HTMLElement) this.focused = target
    })
  }

  get typeId(): string {
    return this.page.id
  }

  override get editorId(): string {
    return this.page.id
  }

  override getIcon(): ThemeIcon {
    return ThemeIcon.fromId(this.page.icon)
  }

  override matches(other: unknown): boolean {
    return other instanceof PageInput && other.page.id === this.page.id
  }

  /** No other editor could open its address. */
  override toUntyped(): undefined {
    return undefined
  }

  showIn(scroller: HTMLElement): void {
    scroller.replaceChildren(this.element)
    this.drawn ??= this.page.render(this.element)
    scroller.scrollTop = this.top
  }

  scrolled(top: number): void {
    this.top = top
  }

  focus(): void {
    const before = this.focused?.isConnected ? this.focused : undefined
    const wanted = this.element.querySelector<HTMLElement>('[data-autofocus]')
    const first = wanted ?? this.element.querySelector<HTMLElement>('input, textarea, button')
    const target = before ?? first ?? this.element
    target.focus({ preventScroll: target === before })
  }

  override dispose(): void {
    this.drawn?.dispose()
    this.element.remove()
    super.dispose()
  }
}

/** PagePane is where an editor group shows pages. The browser scrolls it, by keys and wheel alike. */
abstract class PagePane extends EditorPane {
  private readonly scroller = document.createElement('div')

  protected createEditor(parent: HTMLElement): void {
    this.scroller.className = 'keel-pages'
    this.scroller.addEventListener('scroll', () => this.shown?.scrolled(this.scroller.scrollTop), {
      passive: true,
    })
    parent.append(this.scroller)
  }

  private get shown(): PageInput | undefined {
    return this.input instanceof PageInput ? this.input : undefined
  }

  override async setInput(
    input: EditorInput,
    options: IEditorOptions | undefined,
    context: IEditorOpenContext,
    token: CancellationToken,
  ): Promise<void> {
    await super.setInput(input, options, context, token)
    if (!token.isCancellationRequested) this.shown?.showIn(this.scroller)
  }

  /** What is drawn is the input's, which may be shown in another group by now. */
  override clearInput(): void {
    super.clearInput()
    this.scroller.replaceChildren()
  }

  layout(dimension: Dimension): void {
    this.scroller.style.width = `${dimension.width}px`
    this.scroller.style.height = `${dimension.height}px`
  }

  override focus(): void {
    super.focus()
    this.shown?.focus()
  }
}
