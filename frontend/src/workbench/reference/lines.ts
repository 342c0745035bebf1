/** Lines of a document, from 1, both inclusive. */
export interface Lines {
  from: number
  to: number
}

interface Selected {
  readonly startLineNumber: number
  readonly startColumn: number
  readonly endLineNumber: number
  readonly endColumn: number
}

/** linesOf is what lines a selection is about; undefined when nothing is selected. */
export function linesOf(selection: Selected): Lines | undefined {
  const { startLineNumber: from, endLineNumber: end, startColumn, endColumn } = selection
  if (from === end) return startColumn === endColumn ? undefined : { from, to: end }
  // Whole lines are selected up to the beginning of the next one, which is not meant.
  return { from, to: endColumn === 1 ? end - 1 : end }
}

/** placed is a name with its lines: "calc.go:3-9". */
export function placed(name: string, { from, to }: Lines): string {
  return from === to ? `${name}:${from}` : `${name}:${from}-${to}`
}
