/**
 * What drawing one part of a diagram costs, by its kind: milliseconds of a slow
 * core, measured with Mermaid 11 over diagrams of 10 to 100 parts. What is laid
 * out as a graph costs most.
 */
const perPart = new Map([
  ['graph', 3.5],
  ['flowchart', 3.5],
  ['classDiagram', 3.5],
  ['stateDiagram', 3.5],
  ['erDiagram', 2.5],
  ['requirementDiagram', 2.5],
  ['mindmap', 11],
  ['kanban', 5],
  ['gitGraph', 3],
  ['timeline', 2],
  ['journey', 1.5],
  ['sequenceDiagram', 1],
  ['pie', 1],
  ['quadrantChart', 1],
])

/** Kinds without a figure are not known well enough to be drawn unasked. */
const unknown = 8

/** Drawing nobody asked for keeps the page below 200 ms; drawing on request, below about two seconds. */
const unasked = { effort: 250, characters: 2000 }
const onRequest = { effort: 1200, characters: 10_000 }

/** How a diagram may be drawn: by itself, on request, or not at all. */
export type Size = 'ordinary' | 'large' | 'too large'

/**
 * The size of a diagram. Mermaid draws in one go, in the page, and nothing can
 * interrupt it: what would take long has to be seen before it begins.
 */
export function sizeOf(kind: string, text: string): Size {
  const each = perPart.get(kind)
  const effort = parts(kind, text) * (each ?? unknown)
  const within = (most: typeof unasked): boolean => effort <= most.effort && text.length <= most.characters
  if (!within(onRequest)) return 'too large'
  return each !== undefined && within(unasked) ? 'ordinary' : 'large'
}

/** What is drawn, at most: everything that is named, and the lines between. */
function parts(kind: string, text: string): number {
  let all = 0
  for (const statement of text.split(/[\n;]/)) {
    // "a & b --> c & d" is a line from each to each.
    const ends = statement.split(/[-=.~]{2,}|-[>)x]/).map((end) => end.split('&').length)
    for (const [index, end] of ends.entries()) all += end + end * (ends[index + 1] ?? 0)
  }
  return kind === 'block' ? all + blocks(text) : all
}

/** Blocks stand beside each other in a line, and "space:50" is fifty of them. */
function blocks(text: string): number {
  const repeated = [...text.matchAll(/:\s*(\d+)/g)].map(([, times]) => Number(times))
  return text.split(/\s+/).length + repeated.reduce((sum, times) => sum + times, 0)
}
