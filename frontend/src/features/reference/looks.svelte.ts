import {
  toFailure,
  type Bridge,
  type Disposable,
  type SessionContent,
  type SessionReference,
} from '../../bridge'
import { without } from '../../lib/without'

/** How long what a message points at must stay the same before it is looked at. */
const pause = 150

/** Looked is what is known of what a reference would hold. */
export type Looked =
  | { readonly state: 'looking' }
  | { readonly state: 'known'; readonly content: SessionContent }
  | { readonly state: 'failed'; readonly message: string }

/**
 * Looks keeps what the references of an unsent message would hold if it were sent
 * now, for the chips to say how much that is. It looks at nothing on the web by
 * itself: an address is fetched when its preview is opened.
 */
export class Looks implements Disposable {
  /** by the reference's id */
  known = $state.raw<Readonly<Record<string, Looked>>>({})

  /** what of each reference was looked at */
  private seen: Record<string, string> = {}
  /** the look at each reference that is under way */
  private open: Readonly<Record<string, { lookId: string; before: Looked | undefined }>> = {}
  private timer = 0

  constructor(private readonly bridge: Pick<Bridge, 'References'>) {}

  /** Looks at what is new among the references, and forgets what is gone. */
  follow(sessionId: string, references: readonly SessionReference[], prompt: () => string): void {
    for (const id of Object.keys({ ...this.seen, ...this.known }))
      if (!references.some((each) => each.id === id)) this.forget(id)
    clearTimeout(this.timer)
    const fresh = references.filter((each) => this.seen[each.id] !== version(each))
    if (fresh.length === 0) return
    this.timer = window.setTimeout(() => {
      for (const each of fresh) {
        // An address that is known stays so; others are read anew once something about them changed.
        if (each.kind !== 'url') this.look(sessionId, each, prompt()).catch(() => undefined) // the chip says it
      }
    }, pause)
  }

  /**
   * Looks at a reference now, an address too; `again` fetches it anew. What it finds is
   * what the chip says from then on.
   */
  async look(
    sessionId: string,
    reference: SessionReference,
    prompt: string,
    again = false,
  ): Promise<SessionContent> {
    const { id } = reference
    this.cancel(id)
    const lookId = crypto.randomUUID()
    this.open = { ...this.open, [id]: { lookId, before: this.known[id] } }
    this.seen[id] = version(reference)
    this.set(id, { state: 'looking' })
    try {
      const looked = await this.bridge.References.Look({ id: lookId, sessionId, prompt, reference, again })
      if (!looked.content) throw new Error('Keel could not look at it. You can send it all the same.')
      this.end(id, lookId, { state: 'known', content: looked.content })
      return looked.content
    } catch (cause) {
      const failure = toFailure(cause)
      this.end(id, lookId, { state: 'failed', message: failure.message })
      throw failure
    }
  }

  /** Ends the look at a reference, of which is known then what was known before. */
  cancel(id: string): void {
    const open = this.open[id]
    if (!open) return
    this.open = without(this.open, id)
    this.set(id, open.before)
    this.bridge.References.StopLooking(open.lookId).catch(() => undefined)
  }

  dispose(): void {
    clearTimeout(this.timer)
    for (const id of Object.keys(this.open)) this.cancel(id)
  }

  private forget(id: string): void {
    this.cancel(id)
    this.seen = without(this.seen, id)
    this.set(id, undefined)
  }

  /** Takes what a look has found, unless that was ended or another one has begun. */
  private end(id: string, lookId: string, looked: Looked): void {
    if (this.open[id]?.lookId !== lookId) return
    this.open = without(this.open, id)
    this.set(id, looked)
  }

  private set(id: string, looked: Looked | undefined): void {
    this.known = looked ? { ...this.known, [id]: looked } : without(this.known, id)
  }
}

/** What decides what a reference holds. */
function version(reference: SessionReference): string {
  return `${reference.agreed === true} ${reference.given ?? ''}`
}
