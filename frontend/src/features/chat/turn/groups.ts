import type { SessionItem } from '../../../bridge'

/** So many items are drawn together: few enough for one frame. */
const size = 6

/**
 * The items of a turn in groups, of which all but the last are full. A group whose
 * items are all the same as before is the same array, so that nothing of it is looked at again.
 */
export function grouped(
  items: readonly SessionItem[],
  before: readonly (readonly SessionItem[])[],
): readonly (readonly SessionItem[])[] {
  const groups: (readonly SessionItem[])[] = []
  for (let at = 0; at < items.length; at += size) {
    const old = before[groups.length]
    const end = Math.min(at + size, items.length)
    groups.push(old && same(old, items, at, end) ? old : items.slice(at, end))
  }
  return groups
}

function same(old: readonly SessionItem[], items: readonly SessionItem[], from: number, to: number): boolean {
  if (old.length !== to - from) return false
  for (let i = 0; i < old.length; i++) if (old[i] !== items[from + i]) return false
  return true
}
