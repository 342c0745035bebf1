/**
 * A colour laid thinly over another, of `share` between 0 and 1. Mermaid reads
 * plain colours only; one that is not "#rrggbb" is left as it is.
 */
export function tint(colour: string, under: string, share: number): string {
  const [over, below] = [channels(colour), channels(under)]
  if (!over || !below) return colour
  const mixed = over.map((value, i) => Math.round(value * share + (below[i] ?? 0) * (1 - share)))
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

function channels(colour: string): number[] | undefined {
  const [, ...parts] = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})/i.exec(colour.trim()) ?? []
  return parts.length === 3 ? parts.map((part) => parseInt(part, 16)) : undefined
}
