import { toFailure, type Bridge, type Failure, type Prompt, type Session } from '../../bridge'

const scope = 'workspace'
const key = 'keel.chat.unfinished'

/** How long typing must pause before it is kept. */
const pause = 200

/** Of more than so many things begun, the oldest are forgotten. */
const most = 100

/** So long a text may be kept; pictures stay behind where it is longer. */
const longest = 4_000_000

/** Begun is what was being typed elsewhere than in the input. */
export interface Begun {
  /** messages that are edited to be sent anew, by their session and turn */
  readonly edits: Readonly<Record<string, Prompt>>
  /** answers, reasons, changed commands and queued messages, by what they belong to */
  readonly typed: Readonly<Record<string, string>>
}

/**
 * Unfinished is what is being typed elsewhere than in the input. It is kept in Go
 * shortly after each key, so that it outlives the page and the program.
 */
export class Unfinished {
  private edits = new Map<string, Prompt>()
  private texts = new Map<string, string>()
  private timer = 0
  private saving: Promise<void> = Promise.resolve()

  constructor(
    private readonly bridge: Pick<Bridge, 'Storage'>,
    private readonly fail: (failure: Failure) => void,
    /** what the page before had, where it could say so */
    private readonly left?: Begun,
  ) {
    if (left) this.take(left)
  }

  /** Takes over what Go has kept, unless the page before knew better. */
  async load(): Promise<void> {
    if (this.left) return
    try {
      const stored = (await this.bridge.Storage.Load(scope))[key]
      if (stored !== undefined) this.take(JSON.parse(stored) as Partial<Begun>)
    } catch {
      // What was kept cannot be read; everything else works.
    }
  }

  typed(id: string): string {
    return this.texts.get(id) ?? ''
  }

  type(id: string, text: string): void {
    if (this.typed(id) === text) return
    put(this.texts, id, text === '' ? undefined : text)
    this.later()
  }

  edit(sessionId: string, turnId: string): Prompt | undefined {
    return this.edits.get(place(sessionId, turnId))
  }

  /** Keeps how an earlier message is being edited; undefined when it no longer is. */
  setEdit(sessionId: string, turnId: string, prompt: Prompt | undefined): void {
    const id = place(sessionId, turnId)
    if (this.edits.get(id) === prompt) return
    put(this.edits, id, prompt)
    this.later()
  }

  /** Takes out the edits of messages that are no longer in their session. */
  takeGone(session: Pick<Session, 'id' | 'turns'>): Prompt[] {
    const there = new Set(session.turns.map((turn) => place(session.id, turn.id)))
    const gone = [...this.edits].filter(([id]) => id.startsWith(place(session.id, '')) && !there.has(id))
    for (const [id] of gone) this.edits.delete(id)
    if (gone.length > 0) this.later()
    return gone.map(([, prompt]) => prompt)
  }

  /** All of it. */
  begun(): Begun {
    return { edits: Object.fromEntries(this.edits), typed: Object.fromEntries(this.texts) }
  }

  /** Keeps at once what is not kept yet. */
  flush(): Promise<void> {
    clearTimeout(this.timer)
    if (this.timer === 0) return this.saving
    this.timer = 0
    this.saving = this.saving
      .then(() => this.bridge.Storage.Update({ scope, set: { [key]: this.text() }, delete: [] }))
      .catch((cause: unknown) => this.fail(toFailure(cause)))
    return this.saving
  }

  private text(): string {
    const text = JSON.stringify(this.begun())
    if (text.length <= longest) return text
    const edits = [...this.edits].map(([id, prompt]) => [id, { ...prompt, images: [] }] as const)
    return JSON.stringify({ ...this.begun(), edits: Object.fromEntries(edits) })
  }

  private take({ edits = {}, typed = {} }: Partial<Begun>): void {
    this.edits = new Map(Object.entries(edits))
    this.texts = new Map(Object.entries(typed))
  }

  private later(): void {
    clearTimeout(this.timer)
    this.timer = window.setTimeout(() => void this.flush(), pause)
  }
}

const place = (sessionId: string, turnId: string): string => `${sessionId} ${turnId}`

/** The last one that was put in is the last to be forgotten. */
function put<T>(all: Map<string, T>, id: string, value: T | undefined): void {
  all.delete(id)
  if (value === undefined) return
  all.set(id, value)
  const oldest = all.keys().next()
  if (all.size > most && !oldest.done) all.delete(oldest.value)
}
