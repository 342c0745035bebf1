import type { FileReview, ReviewHunk } from '../../bridge'
import { plainVisible } from '../../lib/visible'
import { complain, type CheckpointHost } from '../checkpoint'
import { pendingPaths, sessionEntries } from './entries'
import { decided, isPending, type EditorHunks } from './hunks'
import type { HunkEditors } from './host'
import { viewFile } from './looking'
import type { Parts } from './parts'

/** Stepping is what going through changes, or deciding at the cursor, needs. */
export interface Stepping extends Parts {
  readonly host: CheckpointHost
  readonly editors: HunkEditors
  readonly hunks: EditorHunks
  /** the file that was gone to last: it may not be in front yet when the key is pressed again */
  last?: string
}

const nothing = 'There is nothing left to review.'

/**
 * Goes to the next or previous change to review, on into other files and around
 * at the end, which it says.
 */
export async function step(stepping: Stepping, direction: 1 | -1): Promise<void> {
  const { host, editors, hunks, store } = stepping
  try {
    const paths = pendingPaths(store.state)
    if (paths.length === 0) {
      host.notify.info(nothing)
      return
    }
    const at = editors.active()
    const from = at?.path ?? stepping.last
    const here = from === undefined ? -1 : paths.indexOf(from)
    if (at && here >= 0) {
      const found = beside(await hunks.review(at.path), at.line, direction)
      if (found) {
        await editors.reveal(at.path, lineOf(found))
        return
      }
    }
    for (let offset = 1; offset <= paths.length; offset++) {
      const index = next(paths, from, here, direction, offset)
      const path = paths[index % paths.length]
      if (path === undefined) continue
      stepping.last = path
      if (await show(stepping, path, direction)) {
        if (wraps(paths, from, here, direction, offset)) tellWrap(host, direction, path)
        return
      }
    }
    host.notify.info(nothing)
  } catch (cause) {
    complain(host, cause)
  }
}

/** The index of the file that is `offset` files on; from a file that is none of them, those around it. */
function next(
  paths: readonly string[],
  from: string | undefined,
  here: number,
  direction: 1 | -1,
  offset: number,
): number {
  const start = startOf(paths, from, here, direction)
  return (((start + direction * offset) % paths.length) + paths.length) % paths.length
}

function startOf(
  paths: readonly string[],
  from: string | undefined,
  here: number,
  direction: 1 | -1,
): number {
  if (here >= 0) return here
  if (from === undefined) return direction === 1 ? -1 : paths.length
  const after = paths.findIndex((path) => path > from)
  const place = after < 0 ? paths.length : after
  return direction === 1 ? place - 1 : place
}

function wraps(
  paths: readonly string[],
  from: string | undefined,
  here: number,
  direction: 1 | -1,
  offset: number,
): boolean {
  if (from === undefined) return false
  const reached = startOf(paths, from, here, direction) + direction * offset
  return reached < 0 || reached >= paths.length
}

function tellWrap(host: CheckpointHost, direction: 1 | -1, path: string): void {
  const end = direction === 1 ? 'first' : 'last'
  host.notify.info(`That was all in this direction; went on at the ${end} change, in ${plainVisible(path)}.`)
}

/** Shows a file's first or last change to review; false when it has none after all. */
async function show(
  { host, editors, hunks, store }: Stepping,
  path: string,
  direction: 1 | -1,
): Promise<boolean> {
  const review = await hunks.review(path)
  const pending = pendingHunks(review)
  const hunk = direction === 1 ? pending[0] : pending.at(-1)
  if (hunk) {
    await editors.reveal(path, lineOf(hunk))
    return true
  }
  if (!review?.whole.some(isPending)) return false
  const entry = sessionEntries(store.state?.sets ?? []).find((each) => each.path === path)
  // Of what is all or nothing there are no lines to go to: both sides say what it is.
  if (entry) await viewFile(host, entry)
  return true
}

function beside(review: FileReview | undefined, line: number, direction: 1 | -1): ReviewHunk | undefined {
  const pending = pendingHunks(review)
  return direction === 1
    ? pending.find((hunk) => lineOf(hunk) > line)
    : pending.findLast((hunk) => Math.max(lineOf(hunk), hunk.start + hunk.lines - 1) < line)
}

function pendingHunks(review: FileReview | undefined): ReviewHunk[] {
  return (review?.hunks ?? []).filter(isPending)
}

/** The line to show: of a hunk without lines the one before it. */
function lineOf({ start }: ReviewHunk): number {
  return Math.max(1, start)
}

/** Decides about the change at the cursor: its lines, or the whole file where it is all or nothing. */
export async function decideAtCursor(stepping: Stepping, decision: 'keep' | 'takeBack'): Promise<void> {
  const { host, editors, hunks, acts } = stepping
  const at = editors.active()
  if (!at) {
    host.notify.info('Open a file that the agent has changed, and go to the change.')
    return
  }
  try {
    const review = await hunks.review(at.path)
    const pending = pendingHunks(review)
    const hunk = pending.find((each) => contains(each, at.line))
    const whole = review?.whole.find(isPending)
    if (hunk) await acts[decision](decided(at.path, hunk))
    else if (pending.length === 0 && whole) await acts[decision]({ turnId: whole.turnId, path: at.path })
    else if (pending.length === 0) host.notify.info('There is nothing left to review in this file.')
    else
      host.notify.info('There is no change to review at the cursor. Go to one first: Next Unreviewed Change.')
  } catch (cause) {
    complain(host, cause)
  }
}

function contains(hunk: ReviewHunk, line: number): boolean {
  if (hunk.lines === 0) return line === Math.max(1, hunk.start) || line === hunk.start + 1
  return line >= hunk.start && line < hunk.start + hunk.lines
}
