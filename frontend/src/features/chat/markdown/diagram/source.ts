/** A diagram longer than this is not drawn. */
const longest = 20_000

/** A diagram larger than one of these is drawn only on request, as it can keep the page busy. */
const ordinary = { characters: 3000, lines: 60, inLine: 300, joined: 8 }

/** The kinds that draw quickly whatever their text says; others only on request. */
const quick = new Set([
  'graph',
  'flowchart',
  'sequenceDiagram',
  'classDiagram',
  'stateDiagram',
  'erDiagram',
  'pie',
  'journey',
  'timeline',
  'quadrantChart',
  'mindmap',
  'gitGraph',
  'requirementDiagram',
  'kanban',
])

/** Kinds in which a number says how often something is drawn. */
const counting = /^(?:block|packet|radar|gantt|xychart|treemap|sankey)/

/** Prepared is a diagram's text as it may be drawn. */
export type Prepared =
  | { readonly text: string; readonly kind: string; readonly large: boolean; readonly refusal?: undefined }
  /** a sentence that says why it is not drawn */
  | { readonly refusal: string }

/**
 * The text of a Mermaid diagram without what would change how it is drawn:
 * directives ("%%{init: …}%%") and front matter set colours, fonts, styles and
 * sizes, which are the window's.
 */
export function prepare(source: string): Prepared {
  if (source.length > longest) return { refusal: 'The diagram is too long to be drawn.' }
  const text = withoutDirectives(withoutFrontMatter(source.replaceAll('\r\n', '\n'))).trim()
  const kind = kindOf(text)
  if (!kind) return { refusal: 'The diagram is empty.' }
  if (/@\{[^}]*(?:\bimg\b|\bicon\b|\\)/i.test(text)) {
    return { refusal: 'Diagrams are drawn without pictures, and this one asks for some.' }
  }
  if (text.includes('$$')) return { refusal: 'Diagrams are drawn without formulas, and this one has some.' }
  if (counting.test(kind) && /\d{5}/.test(text)) {
    return { refusal: 'The diagram has numbers that are too large to be drawn.' }
  }
  return { text, kind, large: !quick.has(kind) || !isOrdinary(text) }
}

/** Reports whether a text is of a size at which drawing takes no time to speak of. */
function isOrdinary(text: string): boolean {
  const lines = text.split('\n')
  // "a & b --> c & d" is an edge from each to each.
  const joined = text.split('&').length - 1
  return (
    text.length <= ordinary.characters &&
    lines.length <= ordinary.lines &&
    lines.every((line) => line.length <= ordinary.inLine) &&
    joined <= ordinary.joined
  )
}

/** The word that a diagram begins with, without its version: "stateDiagram" of "stateDiagram-v2". */
function kindOf(text: string): string {
  const line = text.split('\n').find((each) => each.trim() !== '' && !each.trimStart().startsWith('%%')) ?? ''
  return /^\s*([A-Za-z]\w*)/.exec(line)?.[1] ?? line.trim()
}

function withoutFrontMatter(text: string): string {
  const begun = text.trimStart()
  const lines = begun.split('\n')
  if (!/^-{3}\s*$/.test(lines[0] ?? '')) return begun
  const end = lines.findIndex((line, index) => index > 0 && /^\s*-{3}\s*$/.test(line))
  return end < 0 ? '' : withoutFrontMatter(lines.slice(end + 1).join('\n'))
}

/** Mermaid takes a directive also without its end, so that what is left of one must not begin one. */
function withoutDirectives(text: string): string {
  let left = text
  for (let at = left.indexOf('%%{'); at >= 0; at = left.indexOf('%%{')) {
    const end = left.indexOf('}%%', at)
    const line = left.indexOf('\n', at)
    const cut = end >= 0 ? end + 3 : line >= 0 ? line : left.length
    left = `${left.slice(0, at)}\n${left.slice(cut)}`
  }
  return left
}
