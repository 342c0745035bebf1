import type { SessionDecision, SessionProposedHunk } from '../../../bridge'
import type { DiffRow } from '../call/diffRows'

/** Where a hunk is in the file as it stands: "lines 10 to 14". */
export function linesOf({ oldStart, oldLines }: SessionProposedHunk): string {
  if (oldLines === 0) return oldStart === 0 ? 'at the top' : `after line ${oldStart}`
  return oldLines === 1 ? `line ${oldStart}` : `lines ${oldStart} to ${oldStart + oldLines - 1}`
}

const words: Record<SessionDecision, string> = {
  '': 'not decided',
  accepted: 'accepted',
  rejected: 'rejected',
}

/** What a screen reader says of a hunk: "Change 2 of 5, lines 10 to 14: accepted". */
export function hunkLabel(hunk: SessionProposedHunk, index: number, count: number): string {
  return `Change ${index + 1} of ${count}, ${linesOf(hunk)}: ${words[hunk.decision]}`
}

/** A part of a diff: what belongs to a hunk, or lines around. */
export interface Section {
  /** its index; -1 for what belongs to none */
  hunk: number
  /** the hunk begins here */
  first: boolean
  /** of the rows, in order */
  rows: number[]
}

/**
 * The rows of a diff by the hunks that they belong to. A hunk has no lines around
 * its own, a diff has. A hunk without a row, as it can be where two ways of
 * comparing differ, comes last: it is to be decided on all the same.
 */
export function sectionsOf(rows: readonly DiffRow[], hunks: readonly SessionProposedHunk[]): Section[] {
  const old = new Map<number, number>()
  const young = new Map<number, number>()
  for (const [index, hunk] of hunks.entries()) {
    for (let line = 0; line < hunk.oldLines; line++) old.set(hunk.oldStart + line, index)
    for (let line = 0; line < hunk.newLines; line++) young.set(hunk.newStart + line, index)
  }
  const sections: Section[] = []
  const shown = new Set<number>()
  const begin = (hunk: number, rows: number[]): void => {
    sections.push({ hunk, first: hunk >= 0 && !shown.has(hunk), rows })
    shown.add(hunk)
  }
  for (const [index, { op, line }] of rows.entries()) {
    const hunk = (op === 'gap' ? undefined : (op === 'delete' ? old : young).get(line)) ?? -1
    const last = sections.at(-1)
    if (last?.hunk === hunk) last.rows.push(index)
    else begin(hunk, [index])
  }
  for (const index of hunks.keys()) if (!shown.has(index)) begin(index, [])
  return sections
}

/** The first hunk after one that is not decided, from the top again at the end; -1 when all are. */
export function nextUndecided(hunks: readonly SessionProposedHunk[], after: number): number {
  for (let step = 1; step <= hunks.length; step++) {
    const index = (after + step) % hunks.length
    if (hunks[index]?.decision === '') return index
  }
  return -1
}
