import {
  toFailure,
  type AuditPage,
  type AuditRecord,
  type AuditSession,
  type Bridge,
  type Disposable,
  type Failure,
} from '../../bridge'
import { everything, type Filter } from './filter'
import { joined, newsOf } from './news'

/** Entries that are asked for at a time. */
const pageSize = 200

/** Milliseconds that typing rests before its text is looked for. */
const rest = 200

/** Milliseconds in which news are gathered: a busy agent adds many entries a second. */
const gathering = 250

/**
 * AuditStore is the page's copy of a part of the audit log: the newest entries
 * that a filter chooses, and as many older ones as were asked for.
 *
 * New entries are held back while someone reads: nothing moves under their eyes.
 * What becomes of an entry that shows is changed in its place.
 */
export class AuditStore implements Disposable {
  filter = $state.raw<Filter>(everything)
  records = $state.raw<readonly AuditRecord[]>([])
  /** new entries that do not show yet, newest first */
  held = $state.raw<readonly AuditRecord[]>([])
  /** there are more new entries than those */
  heldMore = $state(false)
  sessions = $state.raw<readonly AuditSession[]>([])
  file = $state('')
  damaged = $state(0)
  /** there are older entries */
  more = $state(false)
  /** the numbers of the entries whose details show */
  opened = $state.raw<readonly number[]>([])

  /** entries that the filter chooses are on their way */
  busy = $state(true)
  /** why they did not come */
  failure = $state.raw<Failure | undefined>(undefined)
  /** older entries are on their way */
  extending = $state(false)
  olderFailure = $state.raw<Failure | undefined>(undefined)

  /** how far the list was scrolled when it was last looked at, in pixels */
  scrolled = 0

  /** the number of the last change that was heard of, and of the last that a page held */
  private heard = 0
  private seq = 0
  /** counts the filters: an answer for an earlier one is of no use */
  private asked = 0
  private typing: ReturnType<typeof setTimeout> | undefined
  private gatherer: ReturnType<typeof setTimeout> | undefined
  private events: Disposable | undefined
  private isRead = (): boolean => false

  constructor(private readonly bridge: Bridge) {}

  /** Follows the log for as long as it is looked at; `isRead` says whether nothing may move. */
  follow(isRead: () => boolean): void {
    this.isRead = isRead
    this.events ??= this.bridge.on('audit', ({ seq }) => {
      this.heard = Math.max(this.heard, seq)
      if (seq > this.seq) this.gather()
    })
    if (this.asked === 0 || this.failure) void this.load()
    else void this.lookForNews()
  }

  /** Ends what follow began. */
  dispose(): void {
    this.events?.dispose()
    this.events = undefined
    clearTimeout(this.gatherer)
    this.gatherer = undefined
    clearTimeout(this.typing)
  }

  /** Chooses other entries. Text is looked for once typing rests. */
  choose(change: Partial<Filter>): void {
    this.filter = { ...this.filter, ...change }
    this.busy = true
    this.asked++
    clearTimeout(this.typing)
    if ('text' in change && change.text !== '') this.typing = setTimeout(() => void this.load(), rest)
    else void this.load()
  }

  /** Reads the newest entries anew. */
  async load(): Promise<void> {
    const number = ++this.asked
    this.busy = true
    this.extending = false
    try {
      const page = await this.list(0)
      if (number !== this.asked) return
      this.failure = undefined
      this.olderFailure = undefined
      this.records = page.entries
      this.more = page.more
      this.held = []
      this.heldMore = false
      this.opened = this.opened.filter((seq) => page.entries.some((record) => record.seq === seq))
      this.scrolled = 0
      this.takeAround(page)
    } catch (cause) {
      if (number !== this.asked) return
      this.failure = toFailure(cause)
    }
    this.busy = false
  }

  /** Reads the entries before the last one that shows. */
  async extend(): Promise<void> {
    const last = this.records.at(-1)
    if (!last || !this.more || this.extending) return
    const number = this.asked
    this.extending = true
    this.olderFailure = undefined
    try {
      const page = await this.list(last.seq)
      if (number !== this.asked) return
      this.records = [...this.records, ...page.entries.filter(({ seq }) => seq < last.seq)]
      this.more = page.more
      this.takeAround(page)
    } catch (cause) {
      if (number !== this.asked) return
      this.olderFailure = toFailure(cause)
    }
    this.extending = false
  }

  /** Puts the new entries that were held back above the others. */
  showNews(): void {
    // Entries between the new ones and the old ones are missing: begin with the new ones.
    if (this.heldMore) void this.load()
    else this.records = joined(this.held, this.records)
    this.held = []
    this.heldMore = false
  }

  toggle(seq: number): void {
    const others = this.opened.filter((each) => each !== seq)
    this.opened = others.length < this.opened.length ? others : [...others, seq]
  }

  private gather(): void {
    this.gatherer ??= setTimeout(() => void this.gathered(), gathering)
  }

  private async gathered(): Promise<void> {
    const { heard, busy } = this
    await this.lookForNews()
    this.gatherer = undefined
    if (this.events && (busy || this.heard > heard)) this.gather()
  }

  private async lookForNews(): Promise<void> {
    if (this.busy) return
    const number = this.asked
    try {
      const page = await this.list(0)
      if (number !== this.asked) return
      this.failure = undefined
      this.takeNews(page)
      this.takeAround(page)
    } catch (cause) {
      if (number === this.asked) this.failure = toFailure(cause)
    }
  }

  private takeNews(page: AuditPage): void {
    const { records, added, gap } = newsOf(this.records, page)
    if (this.records.length === 0) this.more = page.more
    this.records = records
    this.held = added
    this.heldMore = gap
    if (this.held.length > 0 && !this.isRead()) this.showNews()
  }

  private takeAround(page: AuditPage): void {
    this.seq = Math.max(this.seq, page.seq)
    this.sessions = page.sessions
    this.file = page.file
    this.damaged = page.damaged
  }

  private list(before: number): Promise<AuditPage> {
    return this.bridge.Audit.List({ ...this.filter, text: this.filter.text.trim(), before, limit: pageSize })
  }
}
