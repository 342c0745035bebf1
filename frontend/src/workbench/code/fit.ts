/** Place is where code goes in a document: columns are from 1, as editors count them. */
export interface Place {
  /** the text of the line that it begins in */
  line: string
  startColumn: number
  /** where it ends, when something is replaced; the same as the start when nothing is */
  endColumn: number
  empty: boolean
}

/**
 * fit indents code as the line is that it goes to. It keeps what code is indented by
 * among itself, and ends a line only where what it replaces did.
 */
export function fit(code: string, { line, startColumn, endColumn, empty }: Place): string {
  const before = line.slice(0, startColumn - 1)
  const indentation = /^[ \t]*/.exec(empty ? before : line)?.[0] ?? ''
  const [first = '', ...rest] = dedented(code.replace(/\r\n?/g, '\n').replace(/\n+$/, '')).split('\n')
  const begun = indentation.slice(0, Math.min(before.length, indentation.length))
  const lines = [
    indentation.slice(begun.length) + first,
    ...rest.map((each) => (each === '' ? '' : indentation + each)),
  ]
  if (!empty) return lines.join('\n') + (endColumn === 1 ? '\n' : '')
  // Before the text of a line it goes above it.
  const above = before.trim() === '' && line.trim() !== ''
  return lines.join('\n') + (above ? `\n${before}` : '')
}

/** Code without the blanks that all of its lines begin with. */
function dedented(code: string): string {
  const lines = code.split('\n')
  const blanks = lines.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)?.[0] ?? '')
  const common = blanks.reduce(shared, blanks[0] ?? '')
  return lines.map((line) => (line.trim() === '' ? '' : line.slice(common.length))).join('\n')
}

function shared(a: string, b: string): string {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return a.slice(0, length)
}
