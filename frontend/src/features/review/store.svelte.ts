import {
  toFailure,
  type Bridge,
  type ChangeSet,
  type Disposable,
  type Failure,
  type FilesChanged,
  type ReviewState,
  type Session,
  type SessionChange,
} from '../../bridge'
import { touched } from './entries'

/** Milliseconds in which news of changes are gathered: a turn brings many at once. */
const gathering = 150

/**
 * ReviewStore is the page's copy of what the shown session has changed. Go works
 * it out anew whenever it is asked; so it is asked when something has happened
 * that it depends on, and never twice at a time.
 */
export class ReviewStore implements Disposable {
  session = $state.raw<Session | undefined>(undefined)
  state = $state.raw<ReviewState | undefined>(undefined)
  /** why the state is not known, or not as it is now */
  failure = $state.raw<Failure | undefined>(undefined)

  readonly running = $derived.by(() => {
    const turn = this.session?.turns.at(-1)
    return turn !== undefined && turn.status !== 'done'
  })

  private underWay: Promise<void> | undefined
  private again = false
  private disposed = false
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly subscriptions: Disposable[]

  constructor(private readonly bridge: Bridge) {
    this.subscriptions = [
      bridge.on('session', (event) => {
        if (event.sessionId === this.session?.id && event.changes.some(matters)) this.refreshSoon()
      }),
      bridge.on('files', (changed) => {
        if (this.touches(changed)) this.refreshSoon()
      }),
    ]
  }

  /** Shows another session, or the same one as it is now. */
  follow(session: Session | undefined): void {
    const other = session?.id !== this.session?.id
    this.session = session
    if (!other) return
    this.state = undefined
    this.failure = undefined
    void this.refresh()
  }

  /** What a turn has changed; undefined where that is not known. */
  set(turnId: string): ChangeSet | undefined {
    return this.state?.sets.find((set) => set.turnId === turnId)
  }

  /** Asks again; resolves when what was asked for from here on has come. */
  refresh(): Promise<void> {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.underWay) {
      this.again = true
      return this.underWay
    }
    this.underWay = this.load().finally(() => (this.underWay = undefined))
    return this.underWay
  }

  dispose(): void {
    this.disposed = true
    clearTimeout(this.timer)
    for (const subscription of this.subscriptions) subscription.dispose()
  }

  private refreshSoon(): void {
    this.timer ??= setTimeout(() => void this.refresh(), gathering)
  }

  private async load(): Promise<void> {
    do {
      this.again = false
      const id = this.session?.id
      if (id === undefined) return
      try {
        const state = await this.bridge.Review.State(id)
        if (id === this.session?.id) {
          this.state = state
          this.failure = undefined
        } else this.again = true // another session was shown meanwhile
      } catch (cause) {
        const failure = toFailure(cause)
        if (id !== this.session?.id) this.again = true
        else if (failure.code !== 'cancelled' && failure.code !== 'no_workspace') this.failure = failure
      }
    } while (this.again && !this.disposed)
  }

  private touches({ area, overflow, changes }: FilesChanged): boolean {
    const sets = this.state?.sets ?? []
    if (area !== 'workspace' || sets.length === 0) return false
    if (overflow) return true
    return touched(sets, changes)
  }
}

/** Calls that go on, or wait, have not changed anything for good yet. */
const unfinished = new Set(['pending', 'in_progress', 'waiting'])

/** Reports whether a change of a session can change what there is to review. */
function matters({ kind, item }: SessionChange): boolean {
  if (kind === 'item') return item?.tool !== undefined && !unfinished.has(item.tool.status)
  return kind === 'turn' || kind === 'session' || kind === 'rewound' || kind === 'removed'
}
