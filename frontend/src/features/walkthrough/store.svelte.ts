import type { Disposable } from '../../bridge'
import { noSteps, type Look, type Step, type Walkthrough, type WalkthroughSource } from './source'

/** WalkthroughStore is the walkthrough that is shown, and how far the person is in it. */
export class WalkthroughStore {
  /** undefined while it is looked for, null when it is not there */
  walkthrough = $state.raw<Walkthrough | null | undefined>(undefined)
  /** how many walkthroughs there are */
  count = $state(0)
  done = $state.raw(noSteps)
  look = $state<Look>('dark')
  /** the step that is open */
  selected = $state<string>()
  private wanted = ''
  private readonly following: Disposable
  private ended = false

  constructor(readonly source: WalkthroughSource) {
    this.following = source.onChange(() => void this.refresh())
    void this.refresh()
  }

  /** Opens a step, or closes it. */
  select(step: Step | undefined): void {
    const { walkthrough } = this
    this.selected = step?.id
    if (walkthrough && step) this.source.happened(walkthrough, { kind: 'selected', step: step.id })
  }

  mark(step: Step, done: boolean): void {
    if (this.walkthrough) this.source.mark(this.walkthrough.id, step.id, done)
  }

  refusal(command: string, args: readonly unknown[]): string | undefined {
    return this.walkthrough ? this.source.refusal(this.walkthrough, command, args) : undefined
  }

  async run(command: string, args: readonly unknown[]): Promise<void> {
    if (this.walkthrough) await this.source.run(this.walkthrough, command, args)
  }

  async open(address: string): Promise<void> {
    if (this.walkthrough) this.source.happened(this.walkthrough, { kind: 'link', address })
    await this.source.openAddress(address)
  }

  dispose(): void {
    this.ended = true
    this.following.dispose()
  }

  private async refresh(): Promise<void> {
    const all = await this.source.list()
    if (this.ended) return
    const wanted = this.source.wanted()
    const found = wanted && all.find(({ id }) => id === wanted.id)
    this.count = all.length
    this.look = this.source.look()
    this.walkthrough = found ?? null
    if (!found) return
    this.done = this.source.done(found.id)
    const key = `${wanted.id}#${wanted.step ?? ''}`
    const isNew = key !== this.wanted
    this.wanted = key
    if (!isNew && (this.selected === undefined || found.steps.some(({ id }) => id === this.selected))) return
    if (isNew) this.source.opened(found)
    const asked = found.steps.find(({ id }) => id === wanted.step)
    const first = asked ?? found.steps.find(({ id }) => !this.done.has(id)) ?? found.steps[0]
    // What only comes back was not chosen, and completes nothing.
    if (wanted.restored) this.selected = first?.id
    else this.select(first)
  }
}
