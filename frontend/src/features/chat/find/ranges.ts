import { patternOf, type Query } from './matches'

const all = 'keel-find'
const one = 'keel-find-current'

/** Where a text stands in an element, in the order of reading, also over the ends of its parts. */
export function rangesIn(element: Element, query: Query): Range[] {
  const pattern = patternOf(query)
  if (!pattern) return []
  const nodes: { node: Text; from: number }[] = []
  let text = ''
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!(node instanceof Text)) continue
    nodes.push({ node, from: text.length })
    text += node.data.replaceAll('\u00a0', ' ') // as code is drawn
  }
  const ranges: Range[] = []
  let at = 0
  for (const { index, 0: found } of text.matchAll(pattern)) {
    while ((nodes[at + 1]?.from ?? Infinity) <= index) at++
    let last = at
    while ((nodes[last + 1]?.from ?? Infinity) < index + found.length) last++
    const [start, end] = [nodes[at], nodes[last]]
    if (!start || !end) continue
    const range = document.createRange()
    range.setStart(start.node, index - start.from)
    range.setEnd(end.node, index + found.length - end.from)
    ranges.push(range)
  }
  return ranges
}

/** Marks places without changing the page. Where the engine cannot, the present one is selected. */
export function mark(ranges: readonly Range[], current: Range | undefined): void {
  if (!('highlights' in CSS)) {
    const selection = document.getSelection()
    selection?.removeAllRanges()
    if (current) selection?.addRange(current)
    return
  }
  CSS.highlights.set(all, new Highlight(...ranges))
  if (current) CSS.highlights.set(one, new Highlight(current))
  else CSS.highlights.delete(one)
}

export function unmark(): void {
  if (!('highlights' in CSS)) return
  CSS.highlights.delete(all)
  CSS.highlights.delete(one)
}

/** Opens what is closed in an element; reports whether there was something. */
export function openAll(element: Element): boolean {
  const closed = element.querySelectorAll<HTMLElement>(
    '[aria-expanded="false"]:not([aria-haspopup]):not([disabled])',
  )
  for (const each of closed) each.click()
  return closed.length > 0
}
