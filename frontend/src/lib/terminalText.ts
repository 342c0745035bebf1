// Escape sequences as ECMA-48 and xterm define them: OSC and other strings up
// to BEL or ST, control sequences, two-character escapes.
const escapes = new RegExp(
  [
    '\\u001b[\\]PX^_][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\|$)',
    '[\\u001b\\u009b]\\[?[0-?]*[ -/]*[@-~]',
    '\\u001b[ -/]*[0-~]?',
  ].join('|'),
  'g',
)

/**
 * The text a program's output leaves on a terminal, near enough to read: without
 * colours and other escapes, with lines that were drawn over (progress bars)
 * shown as they ended.
 */
export function terminalText(output: string): string {
  const text = output.replace(escapes, '').replaceAll('\r\n', '\n')
  if (!text.includes('\r') && !text.includes('\b')) return text
  return text.split('\n').map(drawnOver).join('\n')
}

function drawnOver(line: string): string {
  let shown: string[] = []
  for (const [index, part] of line.split('\r').entries()) {
    if (index > 0 && part === '') continue
    const drawn: string[] = []
    for (const character of part) {
      if (character === '\b') drawn.pop()
      else drawn.push(character)
    }
    shown = [...drawn, ...shown.slice(drawn.length)]
  }
  return shown.join('')
}

/** The last lines of a text, and how many come before them. */
export function lastLines(text: string, lines: number): { text: string; hidden: number } {
  const all = text.replace(/\n$/, '').split('\n')
  return { text: all.slice(-lines).join('\n'), hidden: Math.max(0, all.length - lines) }
}
