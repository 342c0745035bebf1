import type { DrawnHunk } from '../../features/review'

/** What a person sees of a hunk without looking at colours: a bar, a striped bar, a wedge between lines. */
export type Shape = 'added' | 'changed' | 'deleted'

/** Mark is where a hunk is drawn: at whole lines, which are 1-based and both included. */
export interface Mark {
  key: string
  from: number
  to: number
  shape: Shape
  /** of a deletion: above the line and not below it */
  above: boolean
}

/** shapeOf says how a hunk is drawn. */
function shapeOf({ lines, old }: DrawnHunk): Shape {
  if (lines === 0) return 'deleted'
  return old === '' ? 'added' : 'changed'
}

/** markOf places a hunk in a text of so many lines, which may have become shorter meanwhile. */
export function markOf(hunk: DrawnHunk, lineCount: number): Mark {
  const last = Math.max(1, lineCount)
  const from = Math.min(Math.max(1, hunk.start), last)
  const to = hunk.lines === 0 ? from : Math.min(Math.max(from, hunk.start + hunk.lines - 1), last)
  return { key: hunk.key, from, to, shape: shapeOf(hunk), above: hunk.lines === 0 && hunk.start < 1 }
}

/** oldLines are the lines that stood there; what ends the last one begins no other. */
export function oldLines(old: string): string[] {
  if (old === '') return []
  const lines = old.split(/\r\n|\r|\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}
