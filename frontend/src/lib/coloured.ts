/** Highlighters draw a tab as spaces up to the next multiple of this. */
const tabSize = 4

interface Span {
  className: string
  text: string
}

/**
 * The lines of highlighted code as DOM, each with exactly the text of the code's
 * own line: what a highlighter made of tabs and blanks is undone, so that copied
 * code is the code. The HTML is spans with classes and <br> between lines;
 * nothing else of it is used. A line that does not fit its own is plain.
 */
export function colouredLines(html: string, code: string): DocumentFragment[] {
  const template = document.createElement('template')
  template.innerHTML = html
  const lines: Span[][] = [[]]
  collect(template.content, '', lines)
  return code.split('\n').map((text, index) => {
    const spans = fit(lines[index] ?? [], text)
    const fragment = document.createDocumentFragment()
    for (const { className, text } of spans) {
      const span = document.createElement('span')
      if (className) span.className = className
      span.textContent = text
      fragment.appendChild(span)
    }
    return fragment
  })
}

function collect(node: Node, className: string, lines: Span[][]): void {
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) {
      lines.at(-1)?.push({ className, text: child.textContent ?? '' })
    } else if (child instanceof Element && child.tagName === 'BR') {
      lines.push([])
    } else if (child instanceof Element) {
      collect(child, child.className || className, lines)
    }
  }
}

/** The spans with their text replaced by the line's own. */
function fit(spans: readonly Span[], line: string): Span[] {
  const fitted: Span[] = []
  let at = 0 // in line
  let column = 0
  let owed = 0 // spaces of a tab that the next span still brings
  for (const { className, text } of spans) {
    let own = ''
    for (const character of text) {
      if (owed > 0) {
        owed--
        continue
      }
      const wanted = String.fromCodePoint(line.codePointAt(at) ?? 0)
      if (wanted === '\t') {
        owed = tabSize - (column % tabSize) - 1
        column += owed + 1
      } else {
        if (wanted !== character && !(wanted === ' ' && character === '\u00a0')) return plain(line)
        column++
      }
      own += wanted
      at += wanted.length
    }
    if (own) fitted.push({ className, text: own })
  }
  return at === line.length ? fitted : plain(line)
}

function plain(line: string): Span[] {
  return line ? [{ className: '', text: line }] : []
}
