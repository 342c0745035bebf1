/** About how many characters are drawn as one. */
const block = 4000

/**
 * Cuts a text into blocks that can be drawn one by one, at line ends where there
 * are some near. The line end between two blocks belongs to neither: each block
 * begins on a line of its own; a line that is too long goes on in the next block.
 */
export function blocks(text: string): string[] {
  const found: string[] = []
  let from = 0
  while (text.length - from > block) {
    const at = text.lastIndexOf('\n', from + block)
    if (at > from) {
      found.push(text.slice(from, at))
      from = at + 1
    } else {
      let to = from + block
      // Half of a character is none.
      if (/[\ud800-\udbff]/.test(text.charAt(to - 1))) to--
      found.push(text.slice(from, to))
      from = to
    }
  }
  if (from < text.length) found.push(text.slice(from))
  return found
}
