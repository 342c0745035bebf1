/** Each key once, the first with it. */
export function distinct<T extends { readonly key: string }>(all: readonly T[]): T[] {
  const known = new Map<string, T>()
  for (const each of all) if (!known.has(each.key)) known.set(each.key, each)
  return [...known.values()]
}
