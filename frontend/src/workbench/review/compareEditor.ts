import { getService, IEditorService, type IEditorGroup } from '@codingame/monaco-vscode-api'
import type { Dimension } from '@codingame/monaco-vscode-api/vscode/vs/base/browser/dom'
import type { CancellationToken } from '@codingame/monaco-vscode-api/vscode/vs/base/common/cancellation'
import { ThemeIcon } from '@codingame/monaco-vscode-api/vscode/vs/base/common/themables'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type { IEditorOptions } from '@codingame/monaco-vscode-api/vscode/vs/platform/editor/common/editor'
import type {
  IEditorOpenContext,
  IEditorSerializer,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/common/editor'
import type { EditorInput } from '@codingame/monaco-vscode-api/vscode/vs/workbench/common/editor/editorInput'
import {
  EditorInputCapabilities,
  EditorPane,
  registerEditor,
  registerEditorPane,
  RegisteredEditorPriority,
  registerEditorSerializer,
  SimpleEditorInput,
} from '@codingame/monaco-vscode-workbench-service-override'
import { mount, unmount } from 'svelte'
import type { Bridge } from '../../bridge'
import type { DiffTarget } from '../../features/checkpoint'
import { splitPath } from '../../lib/format'
import { plainVisible } from '../../lib/visible'
import '../../ui/theme.css'
import type { PathMap } from '../files/paths'
import { sidesOf } from '../sides'
import '../pages.css'
import { compareResource, compareScheme, compareTarget } from './compareResource'
import CompareView from './CompareView.svelte'

const typeId = 'keel.compare'

/**
 * registerCompare adds the editor that compares files as a whole: pictures, what
 * is not text, what is too large for a diff of its lines. asText shows the diff
 * after all.
 */
export function registerCompare(
  bridge: Bridge,
  paths: PathMap,
  asText: (title: string, target: DiffTarget) => Promise<void>,
): void {
  class Pane extends ComparePane {
    constructor(group: IEditorGroup) {
      super(typeId, group)
    }

    protected override draw(container: HTMLElement, target: DiffTarget): () => void {
      const view = mount(CompareView, {
        target: container,
        props: {
          target,
          bridge,
          openSides: () => openSides(target, paths),
          openText: () => asText(nameOf(target), target),
        },
      })
      return () => void unmount(view)
    }
  }
  class Serializer implements IEditorSerializer {
    canSerialize(): boolean {
      return true
    }

    serialize(input: EditorInput): string {
      return input.resource?.toString() ?? ''
    }

    deserialize(_: unknown, text: string): EditorInput {
      return make(URI.parse(text))
    }
  }
  const only = RegisteredEditorPriority.exclusive
  // Its type of closeHandler is not as exact as ours are.
  const make = (resource: URI): EditorInput => new CompareInput(resource) as unknown as EditorInput
  registerEditorPane(typeId, 'Comparison', Pane, [CompareInput as unknown as new () => EditorInput])
  registerEditorSerializer(typeId, Serializer)
  registerEditor(
    `${compareScheme}:/**`,
    { id: typeId, label: 'Comparison', priority: { editor: only, diff: only, merge: only } },
    { singlePerResource: true, canSupportResource: (resource) => resource.scheme === compareScheme },
    {
      createEditorInput: ({ resource, options }) => ({
        editor: make(resource),
        ...(options ? { options } : {}),
      }),
    },
  )
}

/** openCompare shows the two sides of a change as a whole. */
export async function openCompare(target: DiffTarget): Promise<void> {
  const editors = await getService(IEditorService)
  await editors.openEditor({ resource: compareResource(target), options: { pinned: true } })
}

/** Opens both sides, each in an editor of its own. */
async function openSides(target: DiffTarget, paths: PathMap): Promise<void> {
  const editors = await getService(IEditorService)
  const { original, modified } = sidesOf(target, paths)
  for (const resource of [original, modified])
    if (resource) await editors.openEditor({ resource, options: { pinned: true } })
}

function nameOf({ path }: DiffTarget): string {
  return plainVisible(splitPath(path).name)
}

/** CompareInput is the tab of a comparison. */
class CompareInput extends SimpleEditorInput {
  readonly target: DiffTarget

  constructor(resource: URI) {
    super(resource)
    this.target = compareTarget(resource)
    this.setName(`${nameOf(this.target)} (compared)`)
    this.addCapability(EditorInputCapabilities.Readonly)
  }

  get typeId(): string {
    return typeId
  }

  override get editorId(): string {
    return typeId
  }

  override getIcon(): ThemeIcon {
    return ThemeIcon.fromId('diff')
  }

  override matches(other: unknown): boolean {
    return other instanceof CompareInput && other.resource?.toString() === this.resource?.toString()
  }
}

abstract class ComparePane extends EditorPane {
  private readonly scroller = document.createElement('div')
  private end: (() => void) | undefined

  protected abstract draw(container: HTMLElement, target: DiffTarget): () => void

  protected createEditor(parent: HTMLElement): void {
    this.scroller.className = 'keel-pages keel-page keel-theme'
    this.scroller.tabIndex = -1
    this.scroller.setAttribute('role', 'region')
    parent.append(this.scroller)
  }

  override async setInput(
    input: EditorInput,
    options: IEditorOptions | undefined,
    context: IEditorOpenContext,
    token: CancellationToken,
  ): Promise<void> {
    await super.setInput(input, options, context, token)
    if (token.isCancellationRequested || !(input instanceof CompareInput)) return
    this.end?.()
    const { target } = input
    this.scroller.setAttribute('aria-label', `Comparison of ${plainVisible(target.path)}`)
    this.end = this.draw(this.scroller, target)
  }

  override clearInput(): void {
    super.clearInput()
    this.end?.()
    this.end = undefined
  }

  layout(dimension: Dimension): void {
    this.scroller.style.width = `${dimension.width}px`
    this.scroller.style.height = `${dimension.height}px`
  }

  override focus(): void {
    super.focus()
    const first = this.scroller.querySelector<HTMLElement>('button, input')
    ;(first ?? this.scroller).focus({ preventScroll: true })
  }
}
