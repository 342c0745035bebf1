/**
 * Where the rows of a long list stand: all of one height, some with a part of
 * another height below them. Few are open, so each question walks over those.
 */
export interface Layout {
  /** of a row, in pixels */
  readonly height: number
  /** the rows that are open, by their index, and the height of what is below each */
  readonly opened: ReadonlyMap<number, number>
}

/** The distance of a row from the top of the list. */
export function topOf(index: number, { height, opened }: Layout): number {
  let top = index * height
  for (const [at, extra] of opened) if (at < index) top += extra
  return top
}

/** The row that stands at a distance from the top of the list. */
export function rowAt(distance: number, { height, opened }: Layout): number {
  let above = 0
  for (const [at, extra] of [...opened].sort(([a], [b]) => a - b)) {
    const below = (at + 1) * height + above
    if (distance < below) break
    if (distance < below + extra) return at
    above += extra
  }
  return Math.max(0, Math.floor((distance - above) / height))
}
