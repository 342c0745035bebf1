import { toFailure, type Bridge, type Failure, type SessionImage, type SessionReference } from '../../bridge'
import { without } from '../../lib/without'
import type { LeftParts } from './left'
import { joined, unread, type Pointed } from '../reference'

/** How long what goes with a draft must stay the same before it is saved. */
const pause = 400

const none: LeftParts = { references: [], images: [] }

/**
 * DraftParts keeps what goes with the text of a draft, references and pictures of
 * each session, and saves them in Go. What is here is the truth while the page
 * lives. Nothing is saved over what Go holds before that was read: what was added
 * meanwhile stands behind it.
 */
export class DraftParts {
  all = $state.raw<Readonly<Record<string, LeftParts>>>({})

  private loaded: Readonly<Record<string, Promise<boolean>>> = {}
  private unsaved: readonly string[] = []
  /** of which Go's were read */
  private whole: readonly string[] = []
  /** on their way to Go */
  private saving: readonly string[] = []
  private timer = 0
  private seq = 0

  constructor(
    private readonly bridge: Pick<Bridge, 'Sessions'>,
    private readonly onFailure: (failure: Failure) => void,
    private readonly now: () => number = () => Date.now(),
    /** what the page before did not bring to Go any more, by session */
    private left: Readonly<Record<string, LeftParts>> = {},
  ) {}

  of(sessionId: string | undefined): LeftParts {
    return (sessionId === undefined ? undefined : this.all[sessionId]) ?? none
  }

  /** Reads what Go has saved, once; false when that failed, to be tried again with the next call. */
  restore(sessionId: string): Promise<boolean> {
    const known = this.loaded[sessionId]
    if (known) return known
    const loading = this.load(sessionId)
    this.loaded = { ...this.loaded, [sessionId]: loading }
    return loading
  }

  /** Adds references; what is pointed at already stays once. */
  point(sessionId: string, more: readonly Pointed[]): void {
    this.setReferences(sessionId, joined(this.of(sessionId).references, more))
  }

  setReferences(sessionId: string, references: readonly SessionReference[]): void {
    this.set(sessionId, { ...this.of(sessionId), references })
  }

  setImages(sessionId: string, images: readonly SessionImage[]): void {
    this.set(sessionId, { ...this.of(sessionId), images })
  }

  /** What Go is not known to hold. */
  leaves(): Record<string, LeftParts> {
    const open = [...this.unsaved, ...this.saving]
      .filter((id) => this.whole.includes(id))
      .map((id) => [id, { references: unread(this.of(id).references), images: this.of(id).images }] as const)
    return { ...this.left, ...Object.fromEntries(open) }
  }

  /** Saves at once what is not saved yet. */
  async flush(): Promise<void> {
    clearTimeout(this.timer)
    const sessions = this.unsaved
    this.unsaved = []
    await Promise.all(sessions.map((id) => this.save(id)))
  }

  forget(sessionId: string): void {
    this.all = without(this.all, sessionId)
    this.loaded = without(this.loaded, sessionId)
    this.left = without(this.left, sessionId)
    this.whole = this.whole.filter((id) => id !== sessionId)
    this.unsaved = this.unsaved.filter((id) => id !== sessionId)
  }

  private set(sessionId: string, parts: LeftParts): void {
    this.all = { ...this.all, [sessionId]: parts }
    this.notSaved(sessionId)
    clearTimeout(this.timer)
    this.timer = window.setTimeout(() => void this.flush(), pause)
  }

  private notSaved(sessionId: string): void {
    if (!this.unsaved.includes(sessionId)) this.unsaved = [...this.unsaved, sessionId]
  }

  private async load(sessionId: string): Promise<boolean> {
    try {
      const left = this.left[sessionId]
      const saved = left ?? (await this.bridge.Sessions.DraftParts(sessionId))
      const { references, images } = this.of(sessionId)
      const parts = { references: joined(saved.references, references), images: [...saved.images, ...images] }
      this.whole = [...this.whole, sessionId]
      if (!left) {
        this.all = { ...this.all, [sessionId]: parts }
        return true
      }
      this.left = without(this.left, sessionId)
      this.set(sessionId, parts)
      return true
    } catch (cause) {
      this.loaded = without(this.loaded, sessionId)
      this.onFailure(toFailure(cause))
      return false
    }
  }

  private async save(sessionId: string): Promise<void> {
    if (!(await this.restore(sessionId))) {
      this.notSaved(sessionId)
      return
    }
    // Go drops a call that was overtaken by a later one. The clock makes the
    // number grow over a reload of the page as well.
    this.seq = Math.max(this.seq + 1, this.now())
    const { references, images } = this.of(sessionId)
    this.saving = [...this.saving, sessionId]
    try {
      await this.bridge.Sessions.SaveDraftParts(sessionId, this.seq, {
        references: unread(references),
        images: [...images],
      })
    } catch (cause) {
      this.notSaved(sessionId)
      this.onFailure(toFailure(cause))
    } finally {
      const at = this.saving.indexOf(sessionId)
      this.saving = this.saving.filter((_, i) => i !== at)
    }
  }
}
