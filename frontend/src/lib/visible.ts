/**
 * Characters that change what a text says or does without being seen: controls,
 * direction marks, zero-width characters, blanks that are not spaces. A person
 * who approves a command must see them.
 */

export interface Piece {
  text: string
  /** what the hidden character is; empty for ordinary text */
  hidden: string
}

const everywhere =
  '\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180e\\u200b\\u200c\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff9-\\ufffc\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}\\ud800-\\udfff'

/** Harmless in a sentence, not in code: joiners and variants of emoji, blanks of typesetting. */
const codeOnly = '\\u00a0\\u00ad\\u1680\\u2000-\\u200a\\u200d\\u202f\\u205f\\u3000\\ufe00-\\ufe0f'

const inProse = new RegExp(`[${everywhere}]`, 'gu')
const inCode = new RegExp(`[${everywhere}${codeOnly}]`, 'gu')

/** Nothing of it is hidden: nearly every text, and told many times as fast. */
const plain = /^[\t\n\x20-\x7e]+$/

const names: Readonly<Record<number, string>> = {
  0x00: 'null',
  0x07: 'bell',
  0x08: 'backspace',
  0x0d: 'carriage return',
  0x1b: 'escape',
  0x7f: 'delete',
  0xa0: 'no-break space',
  0xad: 'soft hyphen',
  0x61c: 'Arabic letter mark',
  0x200b: 'zero-width space',
  0x200c: 'zero-width non-joiner',
  0x200d: 'zero-width joiner',
  0x200e: 'left-to-right mark',
  0x200f: 'right-to-left mark',
  0x2028: 'line separator',
  0x2029: 'paragraph separator',
  0x202a: 'left-to-right embedding',
  0x202b: 'right-to-left embedding',
  0x202c: 'end of direction change',
  0x202d: 'left-to-right override',
  0x202e: 'right-to-left override',
  0x2060: 'word joiner',
  0x2066: 'left-to-right isolate',
  0x2067: 'right-to-left isolate',
  0x2068: 'first strong isolate',
  0x2069: 'end of isolate',
  0xfeff: 'byte order mark',
}

/** Cuts a text into ordinary pieces and hidden characters, which become "U+202E". */
export function pieces(text: string, where: 'code' | 'prose'): Piece[] {
  if (plain.test(text)) return [{ text, hidden: '' }]
  const found: Piece[] = []
  let from = 0
  for (const match of text.matchAll(where === 'code' ? inCode : inProse)) {
    // A carriage return that ends a line is a line ending, not a trick.
    if (match[0] === '\r' && text[match.index + 1] === '\n') continue
    if (match.index > from) found.push({ text: text.slice(from, match.index), hidden: '' })
    found.push(piece(match[0]))
    from = match.index + match[0].length
  }
  if (from < text.length) found.push({ text: text.slice(from), hidden: '' })
  return found
}

function piece(character: string): Piece {
  const point = character.codePointAt(0) ?? 0
  const name = names[point] ?? (point >= 0xe0000 ? 'hidden tag' : 'hidden character')
  return { text: `U+${point.toString(16).toUpperCase().padStart(4, '0')}`, hidden: name }
}

/** Reports whether a text holds hidden characters. */
export function hasHidden(text: string, where: 'code' | 'prose'): boolean {
  return pieces(text, where).some((piece) => piece.hidden !== '')
}

/** The text with each hidden character as ‹U+202E›, for places that show plain text only. */
export function plainVisible(text: string): string {
  return pieces(text, 'code')
    .map((piece) => (piece.hidden ? `‹${piece.text}›` : piece.text))
    .join('')
}

/**
 * The text as plainVisible has it, on one line: a line break in a name must not pass for
 * an end of it, nor begin something else.
 */
export function onOneLine(text: string): string {
  const code = (char: string) => char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  return plainVisible(text).replaceAll(/[\n\r\t\u2028\u2029]/g, (char) => `‹U+${code(char)}›`)
}
