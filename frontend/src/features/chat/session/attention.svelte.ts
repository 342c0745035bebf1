import type { Disposable } from '../../../bridge'
import { count } from '../../../lib/format'
import { plainVisible } from '../../../lib/visible'
import { asks, waitsFor } from '../approval/waiting'
import type { ChatHost, ToastAction } from '../host'
import type { ChatStore } from '../store.svelte'

/** Work that ended sooner than this was waited for. */
const longWork = 30_000

/** inFront reports whether the person has the window before them. */
const inFront = (): boolean => !document.hidden && document.hasFocus()

/** Screen is what of the window a person sees. */
export interface Screen {
  /** the chat, where the window is in front */
  visible(): boolean
  show(): Promise<void>
}

/**
 * callAttention asks for a notification of the system when something begins to
 * wait for an answer, or long work ends, while the window is not in front; and
 * takes it back when nothing waits any more or the window is in front again. In a
 * window that is in front without the chat, a toast says it of the shown session.
 */
export function callAttention(host: AttentionHost, store: ChatStore, screen: Screen): Disposable {
  const attention = new Attention(host, screen)
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

type AttentionHost = Pick<ChatHost, 'bridge' | 'notify'>

interface Named {
  key: string
  /** of the shown session: of the others a toast tells by itself */
  here: boolean
  text: string
}

/** What waits: each question of the shown session, and each other session as one. */
function waitingNow(store: ChatStore): Named[] {
  const shown = store.session
  const here = waitsFor(store.turn).map((each) => ({
    key: `${shown?.id} ${each.id}`,
    here: true,
    text: asks(each),
  }))
  const elsewhere = store.sessions.filter((each) => each.waiting && each.id !== shown?.id)
  return [...here, ...elsewhere.map(({ id, title }) => ({ key: id, here: false, text: named(title) }))]
}

const named = (title: string): string => `“${plainVisible(title || 'New session')}”`

/** Attention is the one notification there is, and what it told of. */
class Attention {
  private known: readonly string[] = []
  private readonly begun = new Map<string, number>()
  private out: 'question' | 'end' | undefined
  /** so that they reach Go one after the other */
  private sent: Promise<void> = Promise.resolve()

  constructor(
    private readonly host: AttentionHost,
    private readonly screen: Screen,
  ) {}

  waits(waiting: readonly Named[]): void {
    const fresh = waiting.filter((each) => !this.known.includes(each.key))
    this.known = waiting.map((each) => each.key)
    const [first] = fresh
    if (first && !inFront()) {
      const many = waiting.length > 1 ? `${count(waiting.length, 'question')} wait. ` : ''
      this.show('question', 'Keel waits for your answer', many + first.text)
    } else if (first?.here && !this.screen.visible()) {
      this.host.notify.warn(`Keel waits for your answer: ${first.text}`, [this.showing()])
    } else if (waiting.length === 0 && this.out === 'question') this.withdraw()
  }

  works(working: readonly { id: string }[], store: ChatStore): void {
    const ids = working.map((each) => each.id)
    for (const id of ids) if (!this.begun.has(id)) this.begun.set(id, Date.now())
    for (const [id, at] of this.begun) {
      if (ids.includes(id)) continue
      this.begun.delete(id)
      const session = store.sessions.find((each) => each.id === id)
      if (!session) continue
      if (!inFront()) {
        if (Date.now() - at >= longWork) this.show('end', 'Keel has ended its work', named(session.title))
      } else if (id === store.session?.id && !this.screen.visible()) {
        this.host.notify.info(`Keel has ended its work in ${named(session.title)}.`, [this.showing()])
      }
    }
  }

  withdraw(): void {
    if (this.out) this.send('', '')
    this.out = undefined
  }

  private showing(): ToastAction {
    return { label: 'Show', run: () => this.screen.show() }
  }

  private show(what: 'question' | 'end', title: string, body: string): void {
    this.out = what
    this.send(title, body)
  }

  private send(title: string, body: string): void {
    // Where the system has no notifications the chat tells it all the same.
    this.sent = this.sent.then(() => this.host.bridge.Window.Notify({ title, body })).catch(() => undefined)
  }
}
