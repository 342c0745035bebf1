import type { ReviewActs } from './acts.svelte'
import { open } from './entries'
import type { ReviewHost } from './host'
import { compareLeft, viewFile, viewSet } from './looking'
import type { Row } from './rows'

/** RowAct is something that can be done with a row: a button where it has an icon, and in its menu. */
export interface RowAct {
  label: string
  icon?: string
  /** it changes something, so it waits while something else does */
  writes: boolean
  run(): void
}

type Window = Omit<ReviewHost, 'hunks' | 'proposals'>

/** What can be done with a row of the tree. */
export function actsOf(row: Row, host: Window, acts: ReviewActs): RowAct[] {
  switch (row.kind) {
    case 'file':
      return fileActs(row, host, acts)
    case 'turn':
      return [
        look('View Changes', 'diff-multiple', () => viewSet(host, row.set)),
        ...both(row.pending > 0, acts, { turnId: row.set.turnId }),
      ]
    case 'left':
      return [
        look('Compare', 'diff', () => compareLeft(host, row.set, row.left.path)),
        write('Keep Mine', 'check', () => acts.resolve(row.set.turnId, row.left.path, 'mine')),
        write('Take the Checkpoint’s', 'discard', () =>
          acts.resolve(row.set.turnId, row.left.path, 'checkpoint'),
        ),
      ]
    default:
      return []
  }
}

function fileActs({ entry }: Row & { kind: 'file' }, host: Window, acts: ReviewActs): RowAct[] {
  return [
    look('Open Changes', undefined, () => viewFile(host, entry)),
    ...(entry.kind === 'deleted' ? [] : [look('Open File', 'go-to-file', () => host.openFile(entry.path))]),
    ...both(open(entry), acts, { turnId: entry.turnId, path: entry.path }),
  ]
}

/** Whole sets and files are kept or taken back alike. */
function both(pending: boolean, acts: ReviewActs, what: { turnId: string; path?: string }): RowAct[] {
  if (!pending) return []
  return [write('Undo', 'discard', () => acts.takeBack(what)), write('Keep', 'check', () => acts.keep(what))]
}

function look(label: string, icon: string | undefined, run: () => Promise<unknown>): RowAct {
  return { label, writes: false, run: () => void run(), ...(icon ? { icon } : {}) }
}

function write(label: string, icon: string, run: () => Promise<unknown>): RowAct {
  return { label, icon, writes: true, run: () => void run() }
}
