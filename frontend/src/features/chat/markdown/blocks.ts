import { Lexer, type Links, type MarkedOptions, type Token, type Tokens } from 'marked'
import { BoundedTokenizer } from './tokenizer'

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
  /** the last line of what stands before code: it may name its file */
  readonly before: string
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

const options = (): MarkedOptions => ({ gfm: true, tokenizer: new BoundedTokenizer() })

/** Parses a text that has grown since `known`. Only what is not closed is parsed. */
export function parse(known: Blocks, text: string, streaming: boolean): Blocks {
  const from = text.startsWith(known.prefix) ? known : noBlocks
  const tail = text.slice(from.prefix.length)
  const lexer = new Lexer(options())
  Object.assign(lexer.tokens.links, from.links)
  const tokens = lex(lexer, streaming ? presentable(tail) : tail)
  const links = { ...lexer.tokens.links }
  const placed = place(tokens, from.prefix.length, tail, lastLine(from.closed.at(-1)?.token.raw))
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

/** Lists and quotes deeper than this are shown as they are written: nobody means them, and they take long. */
const deepest = 50
const deepLine = new RegExp(`^(?:[ \\t]*(?:>|(?:[-+*]|\\d{1,9}[.)])[ \\t])){${deepest},}`, 'm')

function lex(lexer: Lexer, text: string): Token[] {
  if (deepLine.test(text)) return [plain(text)]
  return lexer.lex(text).map((token) => (isExtreme(token) ? plain(token.raw) : token))
}

function plain(raw: string): Token {
  return { type: 'code', raw, text: raw, lang: '' }
}

/** One block with more parts in it, as a table of 2,000 rows has, is shown as it is written. */
const mostParts = 5000

/** One block of more characters would hold up the window while it is laid out. */
const mostCharacters = 100_000

/** Without calling itself: it is asked about what is too deep for that. */
function isExtreme(token: Token): boolean {
  if (token.type !== 'code' && token.raw.length > mostCharacters) return true
  let level: Token[] = [token]
  let parts = 0
  for (let depth = 0; level.length > 0; depth++) {
    parts += level.length
    if (depth > 2 * deepest || parts > mostParts) return true
    level = level.flatMap(inner)
  }
  return false
}

function inner(token: Token): Token[] {
  if (token.type === 'list') return (token as Tokens.List).items
  if (token.type === 'table') {
    const { header, rows } = token as Tokens.Table
    return [header, ...rows].flat().flatMap((cell) => cell.tokens)
  }
  return ('tokens' in token ? token.tokens : undefined) ?? []
}

/** How many blocks make a group. */
const groupSize = 16

/** Group is a run of blocks that is laid out as one, or not at all while out of sight. */
export interface Group {
  readonly at: number
  readonly blocks: readonly Block[]
  /** nothing in it can change any more */
  readonly closed: boolean
}

/** The blocks in groups; groups that are closed stay the very same. */
export function group(known: readonly Group[], { closed, open }: Blocks): Group[] {
  const groups = known.filter((each, index) => each.closed && each.blocks[0] === closed[index * groupSize])
  const rest = [...closed.slice(groups.length * groupSize), ...open]
  for (let from = 0; from < rest.length; from += groupSize) {
    const blocks = rest.slice(from, from + groupSize)
    const whole = blocks.length === groupSize && blocks.every((block) => block.closed)
    groups.push({ at: blocks[0]?.at ?? 0, blocks, closed: whole })
  }
  return groups
}

function place(tokens: readonly Token[], start: number, tail: string, above: string): Block[] {
  const blocks: Block[] = []
  let offset = 0
  let before = above
  for (const token of tokens) {
    // marked rewrites line endings and tabs in places; raw is found again rather than counted.
    const found = tail.indexOf(token.raw, offset)
    const at = found < 0 ? offset : found
    if (token.type !== 'space' && token.type !== 'def') {
      blocks.push({ at: start + at, token, closed: false, before: token.type === 'code' ? before : '' })
      before = lastLine(token.raw)
    }
    offset = at + token.raw.length
  }
  return blocks
}

function lastLine(raw = ''): string {
  return raw.trimEnd().split('\n').at(-1) ?? ''
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
 * markers as yet ("##", "``", "- ", a table without its second row), which would
 * be drawn as something else a moment later; and with unfinished bold and code
 * closed.
 */
export function presentable(tail: string): string {
  const lineStart = tail.lastIndexOf('\n') + 1
  const line = tail.slice(lineStart)
  const fences = tail.match(/^ {0,3}(?:```|~~~)/gm)?.length ?? 0
  if (fences % 2 === 1) return /^\s*[`~]{1,3}$/.test(line) ? tail.slice(0, lineStart) : tail
  const table = tableStart(tail)
  if (table >= 0) return tail.slice(0, table)
  if (line !== '' && /^(?:[-+*_=#>`~:\s]*|\d{1,9}[.)]?)$/.test(line.trim())) return tail.slice(0, lineStart)
  return tail + unclosed(line)
}

/** Where a table begins at the end of the text that has not shown yet that it is one; or -1. */
function tableStart(tail: string): number {
  // What follows a table's first line is nothing but the beginning of its second.
  const said = tail.search(/[^\s:|-][\s:|-]*$/)
  let at = tail.lastIndexOf('\n', said) + 1
  while (!isRow(tail, at)) {
    at = tail.indexOf('\n', at) + 1
    if (at === 0) return -1
  }
  const before = at > 1 ? tail.lastIndexOf('\n', at - 2) + 1 : 0
  return at > 0 && isRow(tail, before) ? -1 : at
}

/** Reports whether the line that begins here is one of a table. */
function isRow(text: string, at: number): boolean {
  return /^ {0,3}\|/.test(text.slice(at, at + 4))
}

/** The markers that end what is open in a line. */
function unclosed(line: string): string {
  const withoutCode = line.replace(/(`+)[^`]*?\1/g, '')
  const tick = /`+(?!`)/.exec(withoutCode)
  if (tick) return tick[0]
  const bold = withoutCode.match(/\*\*/g)?.length ?? 0
  return bold % 2 === 1 && !/\*\*\s*$/.test(withoutCode) ? '**' : ''
}
