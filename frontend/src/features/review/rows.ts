import type { ChangeSet, SessionLeftAlone } from '../../bridge'
import { splitPath } from '../../lib/format'
import { plainVisible } from '../../lib/visible'
import { entriesOf, folderOf, open, sessionEntries, sum, type Entry } from './entries'
import type { Grouping } from './preferences.svelte'
import { shortTitle } from './wording'

/** TreeRow is what a tree must know of a row. */
export interface TreeRow {
  key: string
  level: 1 | 2
  /** what typing looks for */
  label: string
  /** left out where nothing is below it */
  expanded?: boolean
  /** 1-based, among the rows beside it */
  position: number
  /** how many there are beside it */
  size: number
}

interface Totals {
  added: number
  removed: number
  /** files with something to decide */
  pending: number
}

export type Row = TreeRow &
  (
    | ({ kind: 'turn'; set: ChangeSet } & Totals)
    | ({ kind: 'folder'; folder: string } & Totals)
    | { kind: 'file'; entry: Entry }
    | { kind: 'lefts'; count: number }
    | { kind: 'left'; set: ChangeSet; left: SessionLeftAlone }
  )

type Bare<T> = T extends unknown ? Omit<T, 'position' | 'size' | 'level' | 'expanded'> : never
interface Group {
  head: Bare<Row>
  /** whether it is open at first */
  expanded: boolean
  rows: readonly Bare<Row>[]
}

/**
 * The rows of the tree: what waits for a decision first, then the changes by turn,
 * the newest first, or by folder. `toggled` holds the keys of groups that stand
 * otherwise than at first.
 */
export function rowsOf(
  sets: readonly ChangeSet[],
  grouping: Grouping,
  toggled: Readonly<Record<string, boolean>>,
): Row[] {
  const changed = sets.filter((set) => set.files.length > 0)
  const groups = [...lefts(sets), ...(grouping === 'turn' ? byTurn(changed) : byFolder(changed))]
  return groups.flatMap(({ head, expanded: first, rows }, index) => {
    const expanded = toggled[head.key] ?? first
    const group: Row = { ...head, ...at(1, index, groups), expanded }
    return expanded ? [group, ...rows.map((row, i): Row => ({ ...row, ...at(2, i, rows) }))] : [group]
  })
}

function at(level: 1 | 2, index: number, all: readonly unknown[]): Pick<Row, 'level' | 'position' | 'size'> {
  return { level, position: index + 1, size: all.length }
}

function lefts(sets: readonly ChangeSet[]): Group[] {
  const rows = sets.flatMap((set) =>
    set.left.map((left): Bare<Row> => {
      return {
        kind: 'left',
        key: `left:${set.turnId}:${left.path}`,
        label: plainVisible(splitPath(left.path).name),
        set,
        left,
      }
    }),
  )
  if (rows.length === 0) return []
  const head: Bare<Row> = { kind: 'lefts', key: 'left', label: 'Left as they are', count: rows.length }
  return [{ head, expanded: true, rows }]
}

function byTurn(sets: readonly ChangeSet[]): Group[] {
  return sets.toReversed().map((set, index) => {
    const entries = entriesOf(set)
    const head: Bare<Row> = {
      kind: 'turn',
      key: `turn:${set.turnId}`,
      label: shortTitle(set.title),
      set,
      added: set.added,
      removed: set.removed,
      pending: set.pending,
    }
    return { head, expanded: index === 0 || set.pending > 0, rows: entries.map(fileRow) }
  })
}

function byFolder(sets: readonly ChangeSet[]): Group[] {
  const folders = new Map<string, Entry[]>()
  for (const entry of sessionEntries(sets)) {
    const folder = folderOf(entry.path)
    const known = folders.get(folder)
    if (known) known.push(entry)
    else folders.set(folder, [entry])
  }
  return [...folders].map(([folder, entries]) => {
    const head: Bare<Row> = {
      kind: 'folder',
      key: `folder:${folder}`,
      label: plainVisible(folder) || 'Top folder',
      folder,
      added: sum(entries, (entry) => entry.added),
      removed: sum(entries, (entry) => entry.removed),
      pending: entries.filter(open).length,
    }
    return { head, expanded: true, rows: entries.map(fileRow) }
  })
}

function fileRow(entry: Entry): Bare<Row> {
  return {
    kind: 'file',
    key: `file:${entry.turnId}:${entry.path}`,
    label: plainVisible(splitPath(entry.path).name),
    entry,
  }
}
