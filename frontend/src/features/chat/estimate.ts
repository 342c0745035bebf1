import type { SessionItem, SessionTurn } from '../../bridge'
import { isPlain, showsItself } from './call/present'

// Guesses of heights, in pixels, for what was never drawn. They need not be
// right: what is in sight stays where it is when the true height is known.

const line = 19
const perLine = 46
/** between the parts of a turn */
const gap = 10

/** The height of some items below each other. */
export function itemsHeight(items: readonly SessionItem[]): number {
  return items.reduce((sum, item) => sum + itemHeight(item), 0)
}

/** The height of a turn. */
export function turnHeight(turn: SessionTurn): number {
  const changes = turn.changes.length > 0 ? 60 + 26 * Math.min(turn.changes.length, 10) : 0
  return 130 + textHeight(turn.prompt) + itemsHeight(turn.items) + changes
}

function itemHeight(item: SessionItem): number {
  const call = item.tool
  if (call) {
    if (showsItself(call)) return 0
    if (call.kind === 'execute') return 66 + (call.output ? 96 : 0) + gap
    if (isPlain(call)) return line + 2
    const rows = call.diff?.hunks?.reduce((sum, hunk) => sum + hunk.lines.length, 0) ?? 0
    return 36 + Math.min(rows, 40) * line + gap
  }
  if (item.kind === 'reasoning' || item.kind === 'summary') return 24 + gap
  return item.text ? textHeight(item.text) + gap : 0
}

function textHeight(text: string): number {
  let lines = 0
  for (let at = 0; at <= text.length;) {
    const end = text.indexOf('\n', at)
    const stop = end < 0 ? text.length : end
    lines += Math.max(1, Math.ceil((stop - at) / perLine))
    at = stop + 1
  }
  return lines * line
}
