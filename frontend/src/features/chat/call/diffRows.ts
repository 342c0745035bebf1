import type { DiffFile, DiffOp } from '../../../bridge'
import { colouredLines } from '../../../lib/coloured'
import { hasHidden } from '../../../lib/visible'

/** DiffRow is one shown line of a diff, or the gap between two hunks. */
export interface DiffRow {
  readonly op: DiffOp | 'gap'
  /** 1-based, in the file the line stands in */
  readonly line: number
  /** without its line ending */
  readonly text: string
  /** what is not seen of the line's end: "␍" or "no line end" */
  readonly ending: string
}

/** The rows of a diff, from top to bottom. */
export function diffRows(diff: DiffFile): DiffRow[] {
  const rows: DiffRow[] = []
  for (const hunk of diff.hunks ?? []) {
    if (rows.length > 0) rows.push({ op: 'gap', line: 0, text: '', ending: '' })
    let before = hunk.oldStart
    let after = hunk.newStart
    for (const { op, text } of hunk.lines) {
      rows.push({
        op,
        line: op === 'delete' ? before : after,
        text: text.replace(/\r?\n$/, ''),
        ending: ending(op, text),
      })
      if (op !== 'insert') before++
      if (op !== 'delete') after++
    }
  }
  return rows
}

function ending(op: DiffOp, text: string): string {
  if (op === 'equal') return ''
  if (text.endsWith('\r\n')) return '␍'
  return text.endsWith('\n') ? '' : 'no line end'
}

/**
 * The colours of each row, by its index: the old side and the new side are each
 * coloured as one text, so that what spans lines comes out right.
 */
export async function colouredSides(
  rows: readonly DiffRow[],
  colorize: (code: string) => Promise<string>,
): Promise<ReadonlyMap<number, DocumentFragment>> {
  const colours = new Map<number, DocumentFragment>()
  if (rows.length > 1000) return colours
  for (const side of ['delete', 'insert'] as const) {
    const indexes = [...rows.keys()].filter((index) => {
      const op = rows[index]?.op
      return op === 'equal' || op === side
    })
    const code = indexes.map((index) => rows[index]?.text ?? '').join('\n')
    const html = await colorize(code).catch(() => '')
    if (!html) continue
    for (const [at, line] of colouredLines(html, code).entries()) {
      const index = indexes[at]
      if (index !== undefined && !hasHidden(rows[index]?.text ?? '', 'code')) colours.set(index, line)
    }
  }
  return colours
}
