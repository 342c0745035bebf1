import {
  getService,
  IEditorService,
  IInstantiationService,
  IModelService,
  ITextModelService,
} from '@codingame/monaco-vscode-api'
import { StringSHA1 } from '@codingame/monaco-vscode-api/vscode/vs/base/common/hash'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type { ITextModel } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/model'
import type { IEditorSerializer } from '@codingame/monaco-vscode-api/vscode/vs/workbench/common/editor'
import type { EditorInput } from '@codingame/monaco-vscode-api/vscode/vs/workbench/common/editor/editorInput'
import { MultiDiffEditorInput } from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/multiDiffEditor/browser/multiDiffEditorInput'
import { IMultiDiffSourceResolverService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/multiDiffEditor/browser/multiDiffSourceResolverService.service'
import type {
  IInstantiationService as Instantiation,
  ServicesAccessor,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/instantiation'
import { registerEditorSerializer } from '@codingame/monaco-vscode-workbench-service-override'
import type { Bridge } from '../../bridge'
import type { DiffTarget } from '../../features/checkpoint'
import { count } from '../../lib/format'
import { notify } from '../notify'
import type { PathMap } from '../files/paths'
import { ChangesSource, unshownScheme } from './changesSource'

const changesScheme = 'keel-changes'
const typeId = 'keel.changes'

/** More files than these are not shown again after a restart: their names alone are a large text. */
const mostKept = 2000

/** ChangesEditor shows the changes of many files in one editor, one below the other. */
export class ChangesEditor {
  private readonly sources = new Map<string, { source: ChangesSource; tabs: number }>()
  private provided = false

  constructor(
    private readonly bridge: Bridge,
    private readonly paths: PathMap,
  ) {
    const restore = (title: string, targets: readonly DiffTarget[], instantiation: Instantiation) =>
      this.input(title, targets, instantiation)
    class Serializer implements IEditorSerializer {
      canSerialize(editor: EditorInput): boolean {
        return editor instanceof ChangesInput && editor.targets.length <= mostKept
      }

      serialize(editor: EditorInput): string | undefined {
        if (!(editor instanceof ChangesInput)) return undefined
        return JSON.stringify({ title: editor.title, targets: editor.targets })
      }

      deserialize(instantiation: Instantiation, text: string): EditorInput | undefined {
        const { title, targets } = JSON.parse(text) as { title: string; targets: DiffTarget[] }
        return restore(title, targets, instantiation)
      }
    }
    registerEditorSerializer(typeId, Serializer)
  }

  async open(title: string, targets: readonly DiffTarget[]): Promise<void> {
    const [editors, instantiation] = await Promise.all([
      getService(IEditorService),
      getService(IInstantiationService),
    ])
    await editors.openEditor(this.input(title, targets, instantiation), { pinned: true })
  }

  /** Lets the workbench find the files of a tab: before the first is made, which may be one of an earlier start. */
  private provide({ get }: ServicesAccessor): void {
    if (this.provided) return
    this.provided = true
    get(IMultiDiffSourceResolverService).registerResolver({
      canHandleUri: (uri) => uri.scheme === changesScheme,
      resolveDiffSource: async (uri) => {
        const source = this.sources.get(uri.toString())?.source
        if (!source) throw new Error(`there are no changes ${uri.toString()}`)
        await source.first()
        return source
      },
    })
    get(ITextModelService).registerTextModelContentProvider(unshownScheme, {
      provideTextContent: unshownModel,
    })
  }

  private input(title: string, targets: readonly DiffTarget[], instantiation: Instantiation): EditorInput {
    const name = new StringSHA1()
    name.update(JSON.stringify(targets))
    const uri = URI.from({ scheme: changesScheme, path: `/${title}`, query: name.digest() })
    instantiation.invokeFunction((accessor) => this.provide(accessor))
    const input = instantiation.createInstance(ChangesInput, uri, title, undefined, true)
    input.targets = targets
    input.title = title
    const source = this.borrow(uri, targets)
    input.onWillDispose(() => this.giveBack(uri))
    input.whenShown = () => {
      source
        .rest(() => drawn(input))
        .catch((cause: unknown) => {
          if (!input.isDisposed()) notify.failure(cause)
        })
    }
    return input
  }

  /** The files of an address, which two tabs may show. */
  private borrow(uri: URI, targets: readonly DiffTarget[]): ChangesSource {
    const known = this.sources.get(uri.toString())
    const source = known?.source ?? new ChangesSource(targets, this.bridge, this.paths)
    this.sources.set(uri.toString(), { source, tabs: (known?.tabs ?? 0) + 1 })
    return source
  }

  private giveBack(uri: URI): void {
    const known = this.sources.get(uri.toString())
    if (!known || --known.tabs > 0) return
    known.source.end()
    this.sources.delete(uri.toString())
  }
}

/** unshownModel is the text of a side whose lines cannot be shown. */
async function unshownModel(resource: URI): Promise<ITextModel> {
  const models = await getService(IModelService)
  const known = models.getModel(resource)
  if (known) return known
  const said = resource.query.slice(resource.query.indexOf('\n') + 1)
  return models.createModel(said, null, resource)
}

/** Resolves when the files that an input has so far are compared. */
async function drawn(input: ChangesInput): Promise<void> {
  await (await input.getViewModel()).waitForDiffOr1s()
}

/** ChangesInput is the tab: the workbench's, which counts all files and not only those read so far. */
class ChangesInput extends MultiDiffEditorInput {
  title = ''
  targets: readonly DiffTarget[] = []
  whenShown: (() => void) | undefined

  override get typeId(): string {
    return typeId
  }

  override getName(): string {
    return `${this.title} (${count(this.targets.length, 'file')})`
  }

  override async getViewModel(): ReturnType<MultiDiffEditorInput['getViewModel']> {
    const model = await super.getViewModel()
    const go = this.whenShown
    this.whenShown = undefined
    go?.()
    return model
  }
}
