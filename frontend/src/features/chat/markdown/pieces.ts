/** Longer text is drawn in pieces, of which only those in sight are laid out. */
export const longText = 100_000

/** How many characters make a piece. */
const pieceSize = 10_000

/** Piece is a part of a long text. */
export interface Piece {
  /** where it begins */
  readonly at: number
  /** without the line ending that it was cut at */
  readonly text: string
  /** about how many lines it takes */
  readonly lines: number
}

/** About how many characters a line of a chat has. */
const lineSize = 45

/**
 * Cuts a long text into pieces: at the end of a line where there is one, else at
 * a blank, else anywhere but inside a character. While the text grows, only its
 * last piece changes.
 */
export function cut(text: string): Piece[] {
  const pieces: Piece[] = []
  for (let at = 0; at < text.length;) {
    const end = endOf(text, at)
    const piece = text.slice(at, text[end - 1] === '\n' ? end - 1 : end)
    pieces.push({ at, text: piece, lines: linesOf(piece) })
    at = end
  }
  return pieces
}

function endOf(text: string, at: number): number {
  const most = at + pieceSize
  if (text.length <= most) return text.length
  for (const mark of ['\n', ' ']) {
    const found = text.lastIndexOf(mark, most - 1)
    if (found >= at + pieceSize / 2) return found + 1
  }
  const unit = text.charCodeAt(most)
  return unit >= 0xdc00 && unit < 0xe000 ? most - 1 : most
}

function linesOf(text: string): number {
  return text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / lineSize)), 0)
}
