import { toFailure, type Disposable, type FileReview, type ReviewHunk, type ReviewWhole } from '../../bridge'
import type { ReviewActs } from './acts.svelte'
import type { DrawnHunk, HunkActs, HunkEditors } from './host'
import type { CheckpointHost } from '../checkpoint'
import { following } from './following.svelte'
import type { ReviewStore } from './store.svelte'
import { hunkLabel } from './wording'

/** Milliseconds without typing after which a file's changes are asked for again. */
const patience = 250

/**
 * EditorHunks draws what is still to be reviewed into the open files. One file is
 * asked for at a time; what editors hold unsaved counts as what the file is.
 */
export class EditorHunks implements Disposable {
  private readonly waiting = new Map<string, ReturnType<typeof setTimeout>>()
  private readonly queue = new Set<string>()
  private readonly drawn = new Set<string>()
  private asking = false
  private disposed = false
  private readonly stops: (() => void)[]

  constructor(
    private readonly host: CheckpointHost,
    private readonly editors: HunkEditors,
    private readonly store: ReviewStore,
    private readonly acts: ReviewActs,
  ) {
    const changed = editors.onDidChange((path) => this.askSoon(path))
    const stop = following(
      () => store.state,
      () => this.askAll(),
    )
    this.stops = [() => changed.dispose(), stop]
  }

  /** What the agent changed in a file, with the lines as they are now. */
  async review(path: string): Promise<FileReview | undefined> {
    const sessionId = this.store.session?.id
    if (sessionId === undefined) return undefined
    const unsaved = (await this.host.editors.collect()).filter((text) => text.path === path)
    return this.host.bridge.Review.File({ sessionId, path, unsaved })
  }

  dispose(): void {
    this.disposed = true
    for (const timer of this.waiting.values()) clearTimeout(timer)
    for (const stop of this.stops) stop()
    for (const path of this.drawn) this.draw(path, [])
  }

  /** The state has changed: every open file may have other changes now. */
  private askAll(): void {
    const open = new Set(this.editors.open())
    for (const path of this.drawn) if (!open.has(path) || !this.has(path)) this.draw(path, [])
    for (const path of open) if (this.has(path)) this.ask(path)
  }

  private askSoon(path: string): void {
    if (!this.has(path)) return
    clearTimeout(this.waiting.get(path))
    this.waiting.set(
      path,
      setTimeout(() => this.ask(path), patience),
    )
  }

  private ask(path: string): void {
    clearTimeout(this.waiting.get(path))
    this.waiting.delete(path)
    this.queue.add(path)
    if (!this.asking) void this.work()
  }

  private async work(): Promise<void> {
    this.asking = true
    for (const path of this.queue) {
      this.queue.delete(path)
      const { session, state } = this.store
      try {
        const review = await this.review(path)
        if (this.disposed) return
        // What is about another session, or older than what is known now, is asked for again by then.
        if (session?.id === this.store.session?.id && state !== undefined)
          this.draw(path, review?.hunks ?? [])
      } catch (cause) {
        // The state of the session tells what is wrong; lines that may be elsewhere must not stay marked.
        if (toFailure(cause).code !== 'cancelled') this.draw(path, [])
      }
    }
    this.asking = false
  }

  /** Reports whether the agent has changed a file, with something left to decide. */
  private has(path: string): boolean {
    return (this.store.state?.sets ?? []).some((set) =>
      set.files.some((file) => file.path === path && file.agent && file.pending > 0),
    )
  }

  private draw(path: string, hunks: readonly ReviewHunk[]): void {
    const pending = hunks.filter(isPending)
    if (pending.length === 0 && !this.drawn.has(path)) return
    if (pending.length > 0) this.drawn.add(path)
    else this.drawn.delete(path)
    this.editors.draw(path, pending.map(drawnHunk), this.actsFor(path, pending))
  }

  private actsFor(path: string, hunks: readonly ReviewHunk[]): HunkActs {
    const find = (key: string): ReviewHunk | undefined => hunks.find((hunk) => keyOf(hunk) === key)
    return {
      accept: (key) => {
        const hunk = find(key)
        if (hunk) void this.acts.keep(decided(path, hunk))
      },
      reject: (key) => {
        const hunk = find(key)
        if (hunk) void this.acts.takeBack(decided(path, hunk))
      },
    }
  }
}

/** What a decision about one hunk names. */
export function decided(path: string, { turnId, id }: ReviewHunk) {
  return { turnId, path, hunks: [id] }
}

export function isPending({ status }: ReviewHunk | ReviewWhole): boolean {
  return status === 'pending'
}

function keyOf({ turnId, id }: ReviewHunk): string {
  return `${turnId}:${id}`
}

function drawnHunk(hunk: ReviewHunk): DrawnHunk {
  const { status, start, lines, old } = hunk
  return { key: keyOf(hunk), status, start, lines, old, label: hunkLabel(hunk) }
}
