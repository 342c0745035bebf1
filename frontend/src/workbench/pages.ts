import { getService, IEditorService, type IEditorGroup } from '@codingame/monaco-vscode-api'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { ThemeIcon } from '@codingame/monaco-vscode-api/vscode/vs/base/common/themables'
import {
  EditorInputCapabilities,
  registerEditorPane,
  registerEditorSerializer,
  SimpleEditorInput,
  SimpleEditorPane,
} from '@codingame/monaco-vscode-workbench-service-override'
import type { EditorInput } from '@codingame/monaco-vscode-api/vscode/vs/workbench/common/editor/editorInput'
import type { IEditorSerializer } from '@codingame/monaco-vscode-api/vscode/vs/workbench/common/editor'
import type { Disposable } from '../bridge'
import type { HostPage } from '../ui/host'

const opened = new Map<string, () => EditorInput>()

/**
 * registerPage adds a page of our own among the editors, as the settings are
 * one: at most one tab of it, which is there again after a restart.
 */
export function registerPage(page: HostPage): Disposable {
  class PageInput extends SimpleEditorInput {
    constructor() {
      super(URI.from({ scheme: 'keel-page', path: `/${page.id}` }))
      this.setName(page.title)
      this.addCapability(EditorInputCapabilities.Singleton)
      this.addCapability(EditorInputCapabilities.Readonly)
    }

    get typeId(): string {
      return page.id
    }

    override get editorId(): string {
      return page.id
    }

    override getIcon(): ThemeIcon {
      return ThemeIcon.fromId(page.icon)
    }

    override matches(other: unknown): boolean {
      return other instanceof PageInput
    }
  }

  class PagePane extends SimpleEditorPane {
    private readonly filled = document.createElement('div')

    constructor(group: IEditorGroup) {
      super(page.id, group)
    }

    initialize(): HTMLElement {
      this.filled.className = 'keel-page'
      return this.filled
    }

    async renderInput(): Promise<Disposable> {
      return page.render(this.filled)
    }

    override focus(): void {
      super.focus()
      this.filled.querySelector<HTMLElement>('[data-autofocus], input, button, [tabindex]')?.focus()
    }
  }

  class PageSerializer implements IEditorSerializer {
    canSerialize(): boolean {
      return true
    }

    serialize(): string {
      return page.id
    }

    deserialize(): EditorInput {
      return input()
    }
  }

  // Its type of closeHandler is not as exact as ours are.
  const Input = PageInput as unknown as new () => EditorInput
  const input = (): EditorInput => new Input()
  const parts = [
    registerEditorPane(page.id, page.title, PagePane, [Input]),
    registerEditorSerializer(page.id, PageSerializer),
  ]
  opened.set(page.id, input)
  return {
    dispose() {
      opened.delete(page.id)
      for (const part of parts) part.dispose()
    },
  }
}

/** openPage shows a page and gives it the keyboard. */
export async function openPage(id: string): Promise<void> {
  const make = opened.get(id)
  if (!make) throw new Error(`there is no page ${id}`)
  const editors = await getService(IEditorService)
  await editors.openEditor(make(), { pinned: true })
}
