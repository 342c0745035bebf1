import {
  toFailure,
  type Disposable,
  type Failure,
  type ReviewDecision,
  type ReviewResult,
  type ReviewSide,
  type UnsavedText,
} from '../../bridge'
import { count } from '../../lib/format'
import { bringBack, reload, type CheckpointHost } from '../checkpoint'
import { currentSet, sum } from './entries'
import type { RevertScope } from './preferences.svelte'
import type { ReviewStore } from './store.svelte'
import { resultText } from './wording'

/** Done is the last thing that was done in a session, for as long as it is news. */
export interface Done {
  sessionId: string
  text: string
  /** paths that were left as they are */
  conflicts: number
}

/** What is decided about; what is left out means all. */
export type Decided = Partial<Pick<ReviewDecision, 'turnId' | 'path' | 'hunks'>>

interface Act {
  /** what is said while it goes on */
  working: string
  /** a toast says what came of it; else only when something was left out */
  tell: boolean
  /** with the way back; what undoes has none */
  undoable: boolean
  run(sessionId: string, unsaved: UnsavedText[]): Promise<ReviewResult>
}

/** More files than this are taken back only after one more question. */
const many = 500

/**
 * ReviewActs is what can be done with changes. One thing at a time: while
 * something is being done, other acts do nothing, as a second click of a double
 * click should.
 */
export class ReviewActs implements Disposable {
  /** what is being done; empty for nothing */
  working = $state('')
  /** percent of a long act; undefined while that is not known */
  share = $state<number | undefined>(undefined)
  done = $state.raw<Done | undefined>(undefined)
  /** why the last act failed */
  failure = $state.raw<Failure | undefined>(undefined)

  private readonly events: Disposable

  constructor(
    private readonly host: CheckpointHost,
    private readonly store: ReviewStore,
  ) {
    this.events = host.bridge.on('checkpoints', ({ works }) => {
      const restoring = works.find((each) => each.work === 'restoring')
      this.share =
        this.working && restoring && restoring.total > 0
          ? Math.min(100, Math.floor((100 * restoring.done) / restoring.total))
          : undefined
    })
  }

  dispose(): void {
    this.events.dispose()
  }

  /** Keeps changes as they are. */
  keep(what: Decided): Promise<boolean> {
    // That one change was kept shows where it stands; a toast for each would only be in the way.
    return this.decide('accepted', what, 'Keeping…', what.path === undefined)
  }

  /** Takes changes back, beside what was changed since. */
  takeBack(what: Decided): Promise<boolean> {
    return this.decide('rejected', what, 'Reverting…', true)
  }

  /** Takes back what the agent changed in the last turn or in the session. */
  async revertAll(scope: RevertScope): Promise<boolean> {
    const { state } = this.store
    const set = currentSet(state) ?? state?.sets.at(-1)
    if (!state || !set) return false
    const files = scope === 'turn' ? set.files.length : sum(state.sets, (each) => each.files.length)
    if (files > many && !(await this.agreesToMany(files))) return false
    return this.takeBack(scope === 'turn' ? { turnId: set.turnId } : {})
  }

  /** Says what becomes of a path that was left as it is. */
  resolve(turnId: string, path: string, side: ReviewSide): Promise<boolean> {
    return this.act({
      working: side === 'mine' ? 'Keeping yours…' : 'Restoring…',
      tell: true,
      undoable: true,
      run: (sessionId, unsaved) =>
        this.host.bridge.Review.Resolve({ sessionId, turnId, path, side, unsaved }),
    })
  }

  /** Takes the last act back, with the unsaved text that it took from editors. */
  undo(): Promise<boolean> {
    return this.act({
      working: 'Undoing…',
      tell: true,
      undoable: false,
      run: (sessionId, unsaved) => this.host.bridge.Review.Undo(sessionId, unsaved),
    })
  }

  redo(): Promise<boolean> {
    return this.act({
      working: 'Doing it again…',
      tell: true,
      undoable: true,
      run: (sessionId, unsaved) => this.host.bridge.Review.Redo(sessionId, unsaved),
    })
  }

  dismiss(): void {
    this.done = undefined
    this.failure = undefined
  }

  private decide(
    decision: 'accepted' | 'rejected',
    { turnId = '', path = '', hunks = [] }: Decided,
    working: string,
    tell: boolean,
  ): Promise<boolean> {
    return this.act({
      working,
      tell,
      undoable: true,
      run: (sessionId, unsaved) =>
        this.host.bridge.Review.Decide({ sessionId, turnId, path, hunks, decision, unsaved }),
    })
  }

  private async act(act: Act): Promise<boolean> {
    const sessionId = this.store.session?.id
    if (sessionId === undefined || this.working) return false
    this.working = act.working
    this.failure = undefined
    try {
      const unsaved = await this.host.editors.collect()
      const result = await act.run(sessionId, unsaved)
      this.tell(act, sessionId, result)
      await reload(this.host, result.files, unsaved)
      if (result.texts?.length) await bringBack(this.host, result.texts)
      return true
    } catch (cause) {
      this.fail(toFailure(cause))
      return false
    } finally {
      // Also after a failure: what was shown may have been out of date.
      await this.store.refresh()
      this.working = ''
      this.share = undefined
    }
  }

  private tell({ tell, undoable }: Act, sessionId: string, result: ReviewResult): void {
    const text = resultText(result)
    const conflicts = result.files.conflicts.length
    this.done = tell && undoable ? { sessionId, text, conflicts } : undefined
    const actions = undoable ? [{ label: 'Undo', run: () => this.undoIn(sessionId) }] : []
    if (conflicts > 0) this.host.notify.warn(text, actions)
    else if (tell && text) this.host.notify.info(text, actions)
  }

  /** A toast may outlive the session that it is about. */
  private async undoIn(sessionId: string): Promise<void> {
    if (this.store.session?.id === sessionId) await this.undo()
    else this.host.notify.info('Show that session again to undo this: its changes are undone from there.')
  }

  private fail(failure: Failure): void {
    if (failure.code === 'cancelled') return
    this.failure = failure
    this.host.notify.error([failure.message, failure.hint].filter(Boolean).join(' '))
  }

  private agreesToMany(files: number): Promise<boolean> {
    return this.host.confirm({
      message: `This is a lot: ${count(files, 'file')}. Go on?`,
      detail: 'What you changed since stays. You can undo this.',
      primary: `Revert ${count(files, 'file')}`,
    })
  }
}
