import { pieces } from './visible'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Escapes text for HTML content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** Escapes text for HTML and shows hidden characters as marked labels. */
export function visibleHtml(text: string, where: 'code' | 'prose'): string {
  return pieces(text, where)
    .map((piece) =>
      piece.hidden
        ? `<span class="hidden-character" title="${piece.hidden}">${piece.text}</span>`
        : escapeHtml(piece.text),
    )
    .join('')
}

/**
 * Makes parent's children equal to those of next, keeping every node that is
 * already right: what did not change neither flickers nor loses its selection.
 */
export function patch(parent: Node, next: Node): void {
  const wanted = [...next.childNodes]
  const present = [...parent.childNodes]
  wanted.forEach((node, index) => {
    const old = present[index]
    if (!old) {
      parent.appendChild(node)
    } else if (!old.isEqualNode(node)) {
      if (!patchOne(old, node)) parent.replaceChild(node, old)
    }
  })
  for (const extra of present.slice(wanted.length)) parent.removeChild(extra)
}

/** Reports whether old could be changed into node in place. */
function patchOne(old: Node, node: Node): boolean {
  if (old.nodeType === Node.TEXT_NODE && node.nodeType === Node.TEXT_NODE) {
    old.textContent = node.textContent
    return true
  }
  if (!(old instanceof Element) || !(node instanceof Element) || old.tagName !== node.tagName) return false
  const same =
    old.attributes.length === node.attributes.length &&
    [...node.attributes].every((attribute) => old.getAttribute(attribute.name) === attribute.value)
  if (!same) return false
  patch(old, node)
  return true
}
