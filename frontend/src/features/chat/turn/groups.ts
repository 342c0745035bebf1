/**
 * A list in groups of a size, of which all but the last are full. A group whose
 * members are all the same as before is the same array, so that nothing of it is looked at again.
 */
export function grouped<T>(
  list: readonly T[],
  before: readonly (readonly T[])[],
  size: number,
): readonly (readonly T[])[] {
  const groups: (readonly T[])[] = []
  for (let at = 0; at < list.length; at += size) {
    const old = before[groups.length]
    const end = Math.min(at + size, list.length)
    groups.push(old && same(old, list, at, end) ? old : list.slice(at, end))
  }
  return groups
}

function same<T>(old: readonly T[], list: readonly T[], from: number, to: number): boolean {
  if (old.length !== to - from) return false
  for (let i = 0; i < old.length; i++) if (old[i] !== list[from + i]) return false
  return true
}
