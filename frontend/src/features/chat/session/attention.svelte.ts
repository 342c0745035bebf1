import type { Bridge, Disposable } from '../../../bridge'
import { count } from '../../../lib/format'
import { plainVisible } from '../../../lib/visible'
import { asks, waitsFor } from '../approval/waiting'
import type { ChatStore } from '../store.svelte'

/** Work that ended sooner than this was waited for. */
const longWork = 30_000

/** inFront reports whether the person has the window before them. */
const inFront = (): boolean => !document.hidden && document.hasFocus()

/**
 * callAttention asks for a notification of the system when something begins to
 * wait for an answer, or long work ends, while the window is not in front; and
 * takes it back when nothing waits any more or the window is in front again.
 */
export function callAttention(bridge: Bridge, store: ChatStore): Disposable {
  const attention = new Attention(bridge)
  const dispose = $effect.root(() => {
    $effect(() => attention.waits(waitingNow(store)))
    $effect(() =>
      attention.works(
        store.sessions.filter((each) => each.running || each.waiting),
        store,
      ),
    )
  })
  const look = (): void => {
    if (inFront()) attention.withdraw()
  }
  window.addEventListener('focus', look)
  document.addEventListener('visibilitychange', look)
  return {
    dispose() {
      dispose()
      window.removeEventListener('focus', look)
      document.removeEventListener('visibilitychange', look)
      attention.withdraw()
    },
  }
}

interface Named {
  key: string
  text: string
}

/** What waits: each question of the shown session, and each other session as one. */
function waitingNow(store: ChatStore): Named[] {
  const shown = store.session
  const here = waitsFor(store.turn).map((each) => ({ key: `${shown?.id} ${each.id}`, text: asks(each) }))
  const elsewhere = store.sessions.filter((each) => each.waiting && each.id !== shown?.id)
  return [...here, ...elsewhere.map(({ id, title }) => ({ key: id, text: named(title) }))]
}

const named = (title: string): string => `“${plainVisible(title || 'New session')}”`

/** Attention is the one notification there is, and what it told of. */
class Attention {
  private known: readonly string[] = []
  private readonly begun = new Map<string, number>()
  private out: 'question' | 'end' | undefined
  /** so that they reach Go one after the other */
  private sent: Promise<void> = Promise.resolve()

  constructor(private readonly bridge: Bridge) {}

  waits(waiting: readonly Named[]): void {
    const fresh = waiting.filter((each) => !this.known.includes(each.key))
    this.known = waiting.map((each) => each.key)
    const [first] = fresh
    if (first && !inFront()) {
      const many = waiting.length > 1 ? `${count(waiting.length, 'question')} wait. ` : ''
      this.show('question', 'Keel waits for your answer', many + first.text)
    } else if (waiting.length === 0 && this.out === 'question') this.withdraw()
  }

  works(working: readonly { id: string }[], store: ChatStore): void {
    const ids = working.map((each) => each.id)
    for (const id of ids) if (!this.begun.has(id)) this.begun.set(id, Date.now())
    for (const [id, at] of this.begun) {
      if (ids.includes(id)) continue
      this.begun.delete(id)
      const session = store.sessions.find((each) => each.id === id)
      if (session && Date.now() - at >= longWork && !inFront())
        this.show('end', 'Keel has ended its work', named(session.title))
    }
  }

  withdraw(): void {
    if (this.out) this.send('', '')
    this.out = undefined
  }

  private show(what: 'question' | 'end', title: string, body: string): void {
    this.out = what
    this.send(title, body)
  }

  private send(title: string, body: string): void {
    // Where the system has no notifications the chat tells it all the same.
    this.sent = this.sent.then(() => this.bridge.Window.Notify({ title, body })).catch(() => undefined)
  }
}
