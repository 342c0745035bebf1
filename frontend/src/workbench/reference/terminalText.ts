/** Screen is the part of a terminal's buffer that is read here. */
export interface Screen {
  readonly length: number
  getLine(row: number): ScreenRow | undefined
}

export interface ScreenRow {
  /** it goes on with the row above */
  readonly isWrapped: boolean
  translateToString(trimRight?: boolean): string
}

/** lastLines is the end of what stands in a terminal, as it was written: rows that were only wrapped are one line. */
export function lastLines(screen: Screen, most: number): string {
  const lines: string[] = []
  let line = ''
  let row = lastRow(screen)
  for (; row >= 0 && lines.length < most; row--) {
    const goesOn = screen.getLine(row + 1)?.isWrapped === true
    line = textOf(screen, row, !goesOn) + line
    if (screen.getLine(row)?.isWrapped === true && row > 0) continue
    lines.unshift(line)
    line = ''
  }
  return lines.join('\n')
}

/** The last row that something stands in; -1 when all are blank. */
function lastRow(screen: Screen): number {
  let row = screen.length - 1
  while (row >= 0 && textOf(screen, row, true).trim() === '') row--
  return row
}

function textOf(screen: Screen, row: number, trimmed: boolean): string {
  return screen.getLine(row)?.translateToString(trimmed) ?? ''
}
