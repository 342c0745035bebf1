import { toFailure, type Bridge, type Failure, type SessionImage, type SessionReference } from '../../bridge'
import { without } from '../../lib/without'
import { joined, unread, type Pointed } from '../reference'

/** How long what goes with a draft must stay the same before it is saved. */
const pause = 400

interface Parts {
  readonly references: readonly SessionReference[]
  readonly images: readonly SessionImage[]
}

const none: Parts = { references: [], images: [] }

/**
 * DraftParts keeps what goes with the text of a draft, references and pictures of
 * each session, and saves them in Go. What is here is the truth while the page
 * lives. Nothing is saved over what Go holds before that was read: what was added
 * meanwhile stands behind it.
 */
export class DraftParts {
  all = $state.raw<Readonly<Record<string, Parts>>>({})

  private loaded: Readonly<Record<string, Promise<boolean>>> = {}
  private unsaved: readonly string[] = []
  private timer = 0
  private seq = 0

  constructor(
    private readonly bridge: Pick<Bridge, 'Sessions'>,
    private readonly onFailure: (failure: Failure) => void,
    private readonly now: () => number = () => Date.now(),
  ) {}

  of(sessionId: string | undefined): Parts {
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
    this.unsaved = this.unsaved.filter((id) => id !== sessionId)
  }

  private set(sessionId: string, parts: Parts): void {
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
      const saved = await this.bridge.Sessions.DraftParts(sessionId)
      const { references, images } = this.of(sessionId)
      const parts = { references: joined(saved.references, references), images: [...saved.images, ...images] }
      this.all = { ...this.all, [sessionId]: parts }
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
    try {
      await this.bridge.Sessions.SaveDraftParts(sessionId, this.seq, {
        references: unread(references),
        images: [...images],
      })
    } catch (cause) {
      this.notSaved(sessionId)
      this.onFailure(toFailure(cause))
    }
  }
}
