import { sizeOf } from './effort'

/** A longer text is not even looked through. */
const longest = 20_000

const tooLarge = 'The diagram is too large: drawing it would hold up the window. Its source is shown instead.'

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
  if (source.length > longest) return { refusal: tooLarge }
  const text = withoutDirectives(withoutFrontMatter(source.replaceAll('\r\n', '\n'))).trim()
  const kind = kindOf(text)
  if (!kind) return { refusal: 'The diagram is empty.' }
  if (properties(text).some((each) => /\bimg\b|\bicon\b|\\/i.test(each))) {
    return { refusal: 'Diagrams are drawn without pictures, and this one asks for some.' }
  }
  if (text.includes('$$')) return { refusal: 'Diagrams are drawn without formulas, and this one has some.' }
  if (counting.test(kind) && /\d{5}/.test(text)) {
    return { refusal: 'The diagram has numbers that are too large to be drawn.' }
  }
  const size = sizeOf(kind, text)
  if (size === 'too large') return { refusal: tooLarge }
  return { text, kind, large: size === 'large' }
}

/** What stands in "@{…}" behind the names of nodes. */
function properties(text: string): string[] {
  const found: string[] = []
  for (let at = text.indexOf('@{'); at >= 0;) {
    const end = text.indexOf('}', at)
    found.push(text.slice(at, end < 0 ? text.length : end))
    at = end < 0 ? -1 : text.indexOf('@{', end)
  }
  return found
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
