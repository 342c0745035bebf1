import type { ChangeSet, DiffKind, FileChange, ReviewFile, ReviewState, ReviewStatus } from '../../bridge'
import type { DiffTarget } from '../checkpoint'

/** Entry is one file that was changed: by one turn, or by all of a session together. */
export interface Entry {
  path: string
  /** the old path of a renamed file; else empty */
  from: string
  kind: DiffKind
  /** empty for all turns together */
  turnId: string
  before: string
  /** empty for the file on the disk */
  after: string
  status: ReviewStatus
  /** parts that nothing was decided about */
  pending: number
  added: number
  removed: number
  /** only what the agent did is reviewed */
  agent: boolean
  /** the last change, as it was recorded */
  file: ReviewFile
}

/** What one turn did to its files. */
export function entriesOf(set: ChangeSet): Entry[] {
  return set.files.map((file) => ({
    path: file.path,
    from: file.from,
    kind: file.kind,
    turnId: set.turnId,
    before: set.before,
    after: set.after,
    status: file.status,
    pending: file.pending,
    added: file.added,
    removed: file.removed,
    agent: file.agent,
    file,
  }))
}

/** What all turns together did to their files, in the order of paths. */
export function sessionEntries(sets: readonly ChangeSet[]): Entry[] {
  const byPath = new Map<string, Entry[]>()
  for (const entry of sets.flatMap(entriesOf)) {
    // A file that is renamed goes on under its new name.
    const earlier = entry.from && entry.kind === 'renamed' ? (byPath.get(entry.from) ?? []) : []
    if (earlier.length > 0) byPath.delete(entry.from)
    byPath.set(entry.path, [...(byPath.get(entry.path) ?? []), ...earlier, entry])
  }
  return [...byPath.values()].flatMap((all) => together(all) ?? []).sort(byPlace)
}

/** Files of a folder stand together, before those of the folders in it. */
function byPlace(a: Entry, b: Entry): number {
  return compare(folderOf(a.path), folderOf(b.path)) || compare(a.path, b.path)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The folder of a path; empty at the top. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** One file through several turns. */
function together(all: readonly Entry[]): Entry | undefined {
  const first = all[0]
  const last = all.at(-1)
  if (!first || !last) return undefined
  if (all.length === 1) return { ...last, turnId: '', after: '' }
  const reviewed = all.filter((each) => each.agent)
  const from = first.from || (first.path === last.path ? '' : first.path)
  return {
    ...last,
    from,
    kind: kindOf(first, last, from),
    turnId: '',
    before: first.before,
    after: '',
    status: statusOf(reviewed.length > 0 ? reviewed : all),
    pending: sum(all, (each) => each.pending),
    added: sum(all, (each) => each.added),
    removed: sum(all, (each) => each.removed),
    agent: reviewed.length > 0,
  }
}

function kindOf(first: Entry, last: Entry, from: string): DiffKind {
  if (last.kind === 'deleted') return 'deleted'
  if (first.kind === 'added') return 'added'
  return from ? 'renamed' : 'modified'
}

function statusOf(all: readonly Entry[]): ReviewStatus {
  const found = new Set(all.map((each) => each.status))
  const [only] = found
  return found.size === 1 && only ? only : 'mixed'
}

export function sum<T>(all: readonly T[], of: (each: T) => number): number {
  return all.reduce((total, each) => total + of(each), 0)
}

/** Reports whether something of it can be kept or taken back. */
export function open(entry: Pick<Entry, 'agent' | 'pending'>): boolean {
  return entry.agent && entry.pending > 0
}

/** Reports whether any of some changes on the disk is to a file of the sets. */
export function touched(sets: readonly ChangeSet[], changes: readonly FileChange[]): boolean {
  const changed = new Set(changes.map((change) => change.path))
  return sets.some((set) => set.files.some((file) => changed.has(file.path) || changed.has(file.from)))
}

/** The paths with something to decide, in the order in which they are gone through. */
export function pendingPaths(state: ReviewState | undefined): string[] {
  return sessionEntries(state?.sets ?? [])
    .filter(open)
    .map((entry) => entry.path)
}

/** The turn whose changes "this turn" means: the last one with something to decide. */
export function currentSet(state: ReviewState | undefined): ChangeSet | undefined {
  return state?.sets.findLast((set) => set.pending > 0)
}

/** Both sides of a file, for a diff. */
export function targetOf(entry: Entry): DiffTarget {
  return {
    path: entry.path,
    kind: entry.kind,
    ...(entry.from ? { from: entry.from } : {}),
    before: entry.before,
    after: entry.after || null,
  }
}
