import { toFailure, type Bridge, type Checkpoint, type CheckpointUsage, type Failure } from '../../../bridge'
import { chosen, everything, narrows, type Filter } from './filter'
import { rowsOf, type Heading, type Row } from './rows'

/**
 * Milliseconds in which several changes of the list count as one: a turn makes
 * many. A long list takes its time; reading it is not to be most of what goes on.
 */
const pause = 250
const share = 4

/** TimelineStore holds the checkpoints as Go listed them last, and how they are looked at. */
export class TimelineStore {
  all = $state.raw<readonly Checkpoint[]>([])
  usage = $state.raw<CheckpointUsage | undefined>(undefined)
  failure = $state.raw<Failure | undefined>(undefined)
  /** it has not been listed yet */
  fresh = $state(true)
  filter = $state.raw<Filter>(everything)
  /** the ids of what is to be compared: at most two */
  marked = $state.raw<readonly string[]>([])
  /** the headings that are not as they are at first */
  private turned = $state.raw<readonly string[]>([])
  private now = $state(Date.now())

  readonly found = $derived(chosen(this.all, this.filter))
  readonly narrowed = $derived(narrows(this.filter))
  readonly rows: readonly Row[] = $derived(
    rowsOf(this.found, this.now, (kind, key) => this.isOpen(kind, key)),
  )

  private readonly events
  private listed: number | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private loading: Promise<void> | undefined
  private stale = false
  private took = 0
  private hidden = false
  /** the list is another one than the one read last, which nobody sees */
  private waiting = false
  private ended = false

  constructor(private readonly bridge: Bridge) {
    this.events = bridge.on('checkpoints', ({ listed }) => {
      if (listed === this.listed) return
      this.listed = listed
      this.loadSoon()
    })
  }

  dispose(): void {
    this.ended = true
    clearTimeout(this.timer)
    this.events.dispose()
  }

  /** Lists once more. While that is under way, one further time is enough for all that ask. */
  load(): Promise<void> {
    if (this.loading) {
      this.stale = true
      return this.loading
    }
    this.loading = this.list().finally(() => (this.loading = undefined))
    return this.loading
  }

  /** Says whether anybody sees the list: it is not read for nobody. */
  show(visible: boolean): void {
    this.hidden = !visible
    if (!visible || !this.waiting) return
    this.waiting = false
    this.loadSoon()
  }

  choose(change: Partial<Filter>): void {
    this.filter = { ...this.filter, ...change }
    this.turned = []
  }

  /** Days are open at first; messages only while something is searched. */
  isOpen(kind: Heading['kind'], key: string): boolean {
    return (kind === 'day' || this.narrowed) !== this.turned.includes(key)
  }

  setOpen(heading: Heading, open: boolean): void {
    if (heading.open === open) return
    const { key } = heading
    this.turned = this.turned.includes(key)
      ? this.turned.filter((each) => each !== key)
      : [...this.turned, key]
  }

  /** Marks one more to compare, or takes the mark away. Of three the one marked first is no longer. */
  mark(id: string): void {
    this.marked = this.marked.includes(id)
      ? this.marked.filter((each) => each !== id)
      : [...this.marked, id].slice(-2)
  }

  markOnly(...ids: string[]): void {
    this.marked = ids
  }

  /** The marked ones, the newest first. */
  readonly pair: readonly Checkpoint[] = $derived(this.all.filter(({ id }) => this.marked.includes(id)))

  /** The one taken before, whatever is filtered. */
  previous(id: string): Checkpoint | undefined {
    return this.all[this.all.findIndex((each) => each.id === id) + 1]
  }

  /** Takes in what Go returned of one. */
  replace(checkpoint: Checkpoint): void {
    this.all = this.all.map((each) => (each.id === checkpoint.id ? checkpoint : each))
  }

  private loadSoon(): void {
    if (this.hidden) {
      this.waiting = true
      return
    }
    this.timer ??= setTimeout(
      () => {
        this.timer = undefined
        void this.load()
      },
      Math.max(pause, share * this.took),
    )
  }

  private async list(): Promise<void> {
    do {
      this.stale = false
      try {
        const start = Date.now()
        const all = await this.bridge.Checkpoints.List()
        this.took = Date.now() - start
        if (this.ended) return
        this.all = all
        this.now = Date.now()
        this.failure = undefined
        this.marked = this.marked.filter((id) => all.some((each) => each.id === id))
      } catch (cause) {
        this.failure = toFailure(cause)
      }
      this.fresh = false
    } while (this.again())
    if (!this.failure) await this.measure()
  }

  /** A method of its own: what awaits meanwhile may have asked once more. */
  private again(): boolean {
    return this.stale && !this.ended
  }

  private async measure(): Promise<void> {
    try {
      this.usage = await this.bridge.Checkpoints.Usage()
    } catch {
      this.usage = undefined // a figure that is missing is no trouble worth telling
    }
  }
}
