import {
  toFailure,
  type Bridge,
  type Disposable,
  type Failure,
  type Session,
  type SessionEvent,
} from '../../bridge'
import { Sequence } from '../../lib/sequence'
import { applyEvent } from './reducer'

export interface FeedTarget {
  /** The session's present state; at most once a frame. */
  show(session: Session): void
  /** The session could not be read again after a gap. */
  fail(failure: Failure): void
}

/**
 * SessionFeed follows one session: its state from Go, and from there on every
 * event in order. Events that come while the state is on its way are kept; a gap
 * that does not close makes it ask for the state again.
 */
export class SessionFeed implements Disposable {
  private session: Session | undefined
  private sequence: Sequence<SessionEvent> | undefined
  private opening: { id: string; events: SessionEvent[] } | undefined
  private frame = 0
  private hiddenTimer = 0
  private readonly subscription: Disposable

  constructor(
    private readonly bridge: Bridge,
    private readonly target: FeedTarget,
  ) {
    this.subscription = bridge.on('session', (event) => this.receive(event))
  }

  /** Follows another session. Rejects with a Failure; a later call makes an earlier one resolve to undefined. */
  async open(id: string): Promise<Session | undefined> {
    const opening = { id, events: [] }
    this.opening = opening
    try {
      const session = await this.bridge.Sessions.Open(id)
      return this.opening === opening ? this.begin(session) : undefined
    } catch (cause) {
      if (this.opening !== opening) return undefined
      this.opening = undefined
      // A gap in the session that is still shown may have waited for this.
      if (this.session && this.session.id !== id && !this.sequence) void this.reopen()
      throw toFailure(cause)
    }
  }

  /** Follows a session whose state is already known, as from Sessions.Create. */
  begin(session: Session): Session {
    const waiting = this.opening?.id === session.id ? this.opening.events : []
    this.opening = undefined
    this.session = session
    this.sequence?.dispose()
    this.sequence = new Sequence((event) => this.apply(event), {
      first: session.seq + 1,
      onGap: () => void this.reopen(),
    })
    for (const event of waiting) this.receive(event)
    this.drawNow()
    return this.session
  }

  dispose(): void {
    this.subscription.dispose()
    this.sequence?.dispose()
    this.cancelDraw()
  }

  private receive(event: SessionEvent): void {
    if (this.opening?.id === event.sessionId) this.opening.events.push(event)
    if (event.sessionId !== this.session?.id) return
    if (event.seq > this.session.seq) this.sequence?.push(event.seq, event)
  }

  private apply(event: SessionEvent): void {
    if (!this.session) return
    this.session = applyEvent(this.session, event)
    this.drawSoon()
  }

  private async reopen(): Promise<void> {
    this.sequence?.dispose()
    this.sequence = undefined // what comes until the state is here again, `opening` keeps
    const id = this.session?.id
    if (!id || this.opening) return
    try {
      await this.open(id)
    } catch (cause) {
      this.target.fail(toFailure(cause))
    }
  }

  /** Many events in one frame are drawn once; in a hidden window, where frames stop, now and then. */
  private drawSoon(): void {
    if (this.frame || this.hiddenTimer) return
    if (document.hidden) this.hiddenTimer = window.setTimeout(() => this.drawNow(), 200)
    else this.frame = requestAnimationFrame(() => this.drawNow())
  }

  private drawNow(): void {
    this.cancelDraw()
    if (this.session) this.target.show(this.session)
  }

  private cancelDraw(): void {
    cancelAnimationFrame(this.frame)
    clearTimeout(this.hiddenTimer)
    this.frame = 0
    this.hiddenTimer = 0
  }
}
