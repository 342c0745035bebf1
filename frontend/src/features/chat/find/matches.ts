import type { SessionItem, SessionReference, SessionTurn } from '../../../bridge'
import { terminalText } from '../../../lib/terminalText'

/** Query is what is looked for. */
export interface Query {
  text: string
  matchCase: boolean
}

/** Piece is a prompt, or an item of a reply, in which the text was found. */
export interface Piece {
  turnId: string
  /** undefined for the prompt of the turn */
  itemId: string | undefined
  /** how many times */
  count: number
}

/** Match is one place of the text. */
export interface Match {
  piece: Piece
  /** which of the piece's it is, from 0 */
  nth: number
}

/** patternOf finds a text as it stands; undefined for an empty one. */
export function patternOf({ text, matchCase }: Query): RegExp | undefined {
  if (text === '') return undefined
  return new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`), matchCase ? 'gu' : 'giu')
}

/**
 * Search finds a text in turns. It remembers what it found in each item, which
 * never changes: while a reply grows, only the growing item is read again.
 */
export class Search {
  private readonly pattern: RegExp | undefined
  private readonly known = new WeakMap<object, number>()

  constructor(query: Query) {
    this.pattern = patternOf(query)
  }

  /** All that holds the text, in the order of the conversation. */
  in(turns: readonly SessionTurn[]): Piece[] {
    if (!this.pattern) return []
    const pieces: Piece[] = []
    for (const turn of turns) {
      const asked = this.countIn(promptText(turn.prompt, turn.references))
      if (asked > 0) pieces.push({ turnId: turn.id, itemId: undefined, count: asked })
      for (const item of turn.items) {
        const count = this.ofItem(item)
        if (count > 0) pieces.push({ turnId: turn.id, itemId: item.id, count })
      }
    }
    return pieces
  }

  private ofItem(item: SessionItem): number {
    const known = this.known.get(item)
    if (known !== undefined) return known
    const count = this.countIn(itemText(item))
    this.known.set(item, count)
    return count
  }

  private countIn(text: string): number {
    return this.pattern ? (text.match(this.pattern)?.length ?? 0) : 0
  }
}

export function total(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.count, 0)
}

/** The match with a number, from 0; undefined when there are not so many. */
export function matchAt(pieces: readonly Piece[], at: number): Match | undefined {
  let nth = at
  for (const piece of pieces) {
    if (nth < piece.count) return { piece, nth }
    nth -= piece.count
  }
  return undefined
}

/** The number of the first match that is not before a turn; 0 when none is. */
export function firstFrom(
  pieces: readonly Piece[],
  turns: readonly SessionTurn[],
  turnId: string | undefined,
): number {
  const order = new Map(turns.map((turn, index) => [turn.id, index]))
  const from = turnId === undefined ? undefined : order.get(turnId)
  if (from === undefined) return 0
  let at = 0
  for (const piece of pieces) {
    if ((order.get(piece.turnId) ?? 0) >= from) return at
    at += piece.count
  }
  return 0
}

function promptText(text: string, references: readonly SessionReference[] | undefined): string {
  return [text, ...(references ?? []).map((each) => each.name)].join('\n')
}

/** What of an item can be read in the chat, as text. */
function itemText(item: SessionItem): string {
  const { tool, question } = item
  if (question) return [question.text, ...question.choices, question.answer].join('\n')
  if (item.kind === 'prompt') return promptText(item.text, item.references)
  if (item.kind === 'text' || item.kind === 'summary') return proseText(item.text)
  if (!tool) return item.text
  if (tool.kind === 'execute') {
    const answer = tool.output === '' && !tool.hasExit ? tool.result : ''
    return [tool.command, terminalText(tool.output), answer].join('\n')
  }
  const rows = tool.diff?.hunks?.flatMap((hunk) => hunk.lines.map((line) => line.text)) ?? []
  return [tool.title, ...(rows.length > 0 ? rows : [tool.result])].join('\n')
}

/** Markdown without the marks that are not shown. */
function proseText(markdown: string): string {
  return markdown
    .replaceAll(/^(?:#{1,6} |```.*$)/gm, '')
    .replaceAll(/\*\*|__|`/g, '')
    .replaceAll(/!?\[([^\]\n]*)\]\([^)\s]*\)/g, '$1')
}
