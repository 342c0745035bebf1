import { SvelteMap } from 'svelte/reactivity'
import { toFailure, type ExtensionPlan, type Failure, type ImportDone, type ImportEditor } from '../../bridge'
import { count } from '../../lib/format'
import { chosenAtFirst, none, nothing, requestOf, toggled, type Chosen } from './choice'
import type { ImportHost } from './host'
import { lookUp, type Found } from './lookup'
import { installQuestion, saidOf } from './wording'

/** ImportStore holds what the other editors have, and what is to come of it. */
export class ImportStore {
  editors = $state.raw<readonly ImportEditor[] | undefined>(undefined)
  /** the id of the one that is shown */
  shown = $state('')
  chosen = $state.raw<Chosen>(nothing)
  /** ids of extensions */
  wanted = $state.raw<ReadonlySet<string>>(none)
  failure = $state.raw<Failure | undefined>(undefined)
  /** why the last act did not come about */
  trouble = $state.raw<Failure | undefined>(undefined)
  last = $state.raw<ImportDone | undefined>(undefined)
  /** what an undo left, and what an import did, for a screen reader too */
  said = $state('')
  busy = $state(false)
  looking = $state(false)
  readonly found = new SvelteMap<string, Found>()

  readonly editor = $derived(this.editors?.find(({ id }) => id === this.shown))
  readonly ready = $derived(
    (this.editor?.extensions ?? [])
      .filter(({ id }) => this.found.get(id)?.kind === 'ready')
      .map(({ id }) => id),
  )
  readonly plans = $derived(
    this.ready.flatMap((id): ExtensionPlan[] => {
      const found = this.found.get(id)
      return found?.kind === 'ready' && this.wanted.has(id) ? [found.plan] : []
    }),
  )
  readonly total = $derived(
    this.chosen.settings.size + this.chosen.bindings.size + this.chosen.snippets.size + this.plans.length,
  )

  constructor(private readonly host: ImportHost) {}

  /** Reads the editors again. What was chosen is forgotten: it may not be there any more. */
  async load(): Promise<void> {
    this.failure = undefined
    try {
      const [editors, last] = await Promise.all([
        this.host.bridge.Imports.Find(),
        this.host.bridge.Imports.Last(),
      ])
      this.editors = editors
      this.last = last.at > 0 ? last : undefined
      this.show(editors.some(({ id }) => id === this.shown) ? this.shown : (editors[0]?.id ?? ''))
    } catch (cause) {
      this.failure = toFailure(cause)
    }
  }

  show(id: string): void {
    this.shown = id
    const editor = this.editors?.find((each) => each.id === id)
    this.chosen = editor ? chosenAtFirst(editor) : nothing
  }

  /** Asks the registry which of the extensions it has. */
  async look(): Promise<void> {
    const extensions = this.editor?.extensions ?? []
    this.looking = true
    this.trouble = undefined
    try {
      await lookUp(this.host.bridge, extensions, (id, found) => {
        this.found.set(id, found)
        if (found.kind === 'ready') this.wanted = toggled(this.wanted, id, true)
      })
    } catch (cause) {
      this.trouble = toFailure(cause)
    } finally {
      this.looking = false
    }
  }

  /** Takes over what is chosen; extensions are asked about first, all at once. */
  async take(): Promise<void> {
    const { editor, chosen, plans } = this
    if (!editor || this.busy) return
    this.busy = true
    this.trouble = undefined
    this.said = ''
    try {
      if (plans.length > 0 && !(await this.host.confirm(installQuestion(plans)))) return
      if (chosen.settings.size + chosen.bindings.size + chosen.snippets.size > 0) {
        this.said = saidOf(await this.host.bridge.Imports.Import(requestOf(editor, chosen)))
      }
      await this.install(plans)
    } catch (cause) {
      this.trouble = toFailure(cause)
    } finally {
      this.busy = false
      await this.load()
    }
  }

  /** One that fails keeps none of the others from coming. */
  private async install(plans: readonly ExtensionPlan[]): Promise<void> {
    let installed = 0
    for (const plan of plans) {
      const id = plan.items.find(({ why }) => why === 'asked')?.id.toLowerCase() ?? ''
      this.found.set(id, { kind: 'installing' })
      try {
        await this.host.installExtensions(plan)
        this.found.set(id, { kind: 'installed' })
        installed++
      } catch (cause) {
        this.found.set(id, { kind: 'failed', failure: toFailure(cause) })
      }
    }
    if (plans.length > 0) {
      this.said = `${this.said} Installed ${installed} of ${count(plans.length, 'extension')}.`.trim()
    }
  }

  async undo(): Promise<void> {
    if (this.busy) return
    this.busy = true
    this.trouble = undefined
    try {
      const { kept } = await this.host.bridge.Imports.Undo()
      this.said = ['The import is taken back.', ...kept].join(' ')
    } catch (cause) {
      this.trouble = toFailure(cause)
    } finally {
      this.busy = false
      await this.load()
    }
  }
}
