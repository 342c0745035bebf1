import { toFailure, type Bridge, type Failure } from '../../bridge'

/** How long typing must pause before a draft is saved. */
const pause = 200

/**
 * Drafts keeps what is typed but not sent, a text for each session, and saves it
 * in Go. The texts here are the truth while the page lives: a failed save loses
 * nothing and is tried again with the next one.
 */
export class Drafts {
  private readonly texts = new Map<string, string>()
  private readonly unsaved = new Set<string>()
  /** what Go is known to hold */
  private readonly saved = new Map<string, string>()
  private timer = 0
  private seq = 0

  constructor(
    private readonly bridge: Pick<Bridge, 'Sessions'>,
    private readonly onFailure: (failure: Failure) => void,
    private readonly now: () => number = () => Date.now(),
    /** what the page before did not bring to Go any more, by session */
    private readonly left: Readonly<Record<string, string>> = {},
  ) {}

  /** Takes over what Go has saved, unless something newer was typed here, or on the page before. */
  restore(sessionId: string, saved: string): string {
    const known = this.texts.get(sessionId)
    if (known !== undefined) return known
    this.texts.set(sessionId, saved)
    this.saved.set(sessionId, saved)
    const left = this.left[sessionId]
    if (left === undefined) return saved
    this.set(sessionId, left)
    return left
  }

  get(sessionId: string): string {
    return this.texts.get(sessionId) ?? ''
  }

  set(sessionId: string, text: string): void {
    if (this.texts.get(sessionId) === text) return
    this.texts.set(sessionId, text)
    this.unsaved.add(sessionId)
    clearTimeout(this.timer)
    this.timer = window.setTimeout(() => void this.flush(), pause)
  }

  /** What Go is not known to hold. */
  leaves(): Record<string, string> {
    const open = [...this.texts].filter(([id, text]) => text !== this.saved.get(id))
    const unopened = Object.entries(this.left).filter(([id]) => !this.texts.has(id))
    return Object.fromEntries([...unopened, ...open])
  }

  /** Saves at once what is not saved yet: when the input loses the keyboard or the page goes away. */
  async flush(): Promise<void> {
    clearTimeout(this.timer)
    const sessions = [...this.unsaved]
    this.unsaved.clear()
    await Promise.all(sessions.map((id) => this.save(id)))
  }

  forget(sessionId: string): void {
    this.texts.delete(sessionId)
    this.unsaved.delete(sessionId)
    this.saved.delete(sessionId)
  }

  private async save(sessionId: string): Promise<void> {
    // Go drops a call that was overtaken by a later one. The clock makes the
    // number grow over a reload of the page as well.
    this.seq = Math.max(this.seq + 1, this.now())
    const text = this.get(sessionId)
    try {
      await this.bridge.Sessions.SaveDraft(sessionId, this.seq, text)
      this.saved.set(sessionId, text)
    } catch (cause) {
      this.unsaved.add(sessionId)
      this.onFailure(toFailure(cause))
    }
  }
}
