import { Lexer, type Links, type MarkedOptions, type Token } from 'marked'

/**
 * Block is one top-level part of a Markdown text: a paragraph, a list, a piece of
 * code. A closed block never changes again, so it is parsed and drawn once,
 * however long the text behind it grows.
 */
export interface Block {
  /** where it starts in the text; stable while the text grows */
  readonly at: number
  readonly token: Token
  readonly closed: boolean
}

export interface Blocks {
  /** the text that `closed` covers */
  readonly prefix: string
  readonly closed: readonly Block[]
  /** what can still change */
  readonly open: readonly Block[]
  /** addresses defined as "[name]: address" so far */
  readonly links: Links
}

export const noBlocks: Blocks = { prefix: '', closed: [], open: [], links: {} }

const options: MarkedOptions = { gfm: true }

/** Parses a text that has grown since `known`. Only what is not closed is parsed. */
export function parse(known: Blocks, text: string, streaming: boolean): Blocks {
  const from = text.startsWith(known.prefix) ? known : noBlocks
  const tail = text.slice(from.prefix.length)
  const lexer = new Lexer(options)
  Object.assign(lexer.tokens.links, from.links)
  const tokens = lexer.lex(streaming ? presentable(tail) : tail)
  const links = { ...lexer.tokens.links }
  const placed = place(tokens, from.prefix.length, tail)
  if (!streaming) {
    const closed = [...from.closed, ...placed.map((block) => ({ ...block, closed: true }))]
    return { prefix: text, closed, open: [], links }
  }
  const closing = closedCount(placed, text)
  const end = placed[closing]?.at ?? from.prefix.length
  return {
    prefix: closing > 0 ? text.slice(0, end) : from.prefix,
    closed:
      closing > 0
        ? [...from.closed, ...placed.slice(0, closing).map((block) => ({ ...block, closed: true }))]
        : from.closed,
    open: placed.slice(closing),
    links,
  }
}

function place(tokens: readonly Token[], start: number, tail: string): Block[] {
  const blocks: Block[] = []
  let offset = 0
  for (const token of tokens) {
    // marked rewrites line endings and tabs in places; raw is found again rather than counted.
    const found = tail.indexOf(token.raw, offset)
    const at = found < 0 ? offset : found
    if (token.type !== 'space' && token.type !== 'def') blocks.push({ at: start + at, token, closed: false })
    offset = at + token.raw.length
  }
  return blocks
}

/**
 * How many of the blocks can no longer change: all before the last one, once that
 * one has a whole line. Before that, its first characters might still belong to
 * the block before ("1" of the next list item, "-" of a heading's underline).
 */
function closedCount(blocks: readonly Block[], text: string): number {
  const last = blocks.at(-1)
  if (!last || blocks.length < 2) return 0
  const hasWholeLine = text.slice(last.at).trimStart().includes('\n')
  return hasWholeLine ? blocks.length - 1 : Math.max(0, blocks.length - 2)
}

/**
 * What of an unfinished text is shown: without a last line that is nothing but
 * markers as yet ("##", "``", "- ", a table's first row), which would be drawn as
 * something else a moment later; and with unfinished bold and code closed.
 */
export function presentable(tail: string): string {
  const lineStart = tail.lastIndexOf('\n') + 1
  const line = tail.slice(lineStart)
  const fences = tail.match(/^ {0,3}(?:```|~~~)/gm)?.length ?? 0
  if (fences % 2 === 1) return /^\s*[`~]{1,3}$/.test(line) ? tail.slice(0, lineStart) : tail
  if (/^\s*(?:[-+*_=#>`~|:\s]+|\d{1,9}[.)]?\s*)$/.test(line)) return tail.slice(0, lineStart)
  if (/^ {0,3}\|[^\n]*$/.test(line) && !/\n {0,3}\|?[\s:|-]*-[\s:|-]*\n[^\n]*$/.test(tail)) {
    return tail.slice(0, lineStart)
  }
  return tail + unclosed(line)
}

/** The markers that end what is open in a line. */
function unclosed(line: string): string {
  const withoutCode = line.replace(/(`+)[^`]*?\1/g, '')
  const tick = /`+(?!`)/.exec(withoutCode)
  if (tick) return tick[0]
  const bold = withoutCode.match(/\*\*/g)?.length ?? 0
  return bold % 2 === 1 && !/\*\*\s*$/.test(withoutCode) ? '**' : ''
}
