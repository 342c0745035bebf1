/** Hash is a "#word" in an input, up to the cursor. */
export interface Hash {
  /** where the "#" stands */
  from: number
  /** the cursor */
  to: number
  /** what stands behind the "#" */
  text: string
}

/**
 * The "#word" that the cursor stands at the end of. A "#" inside a word ("C#"), in
 * front of a number ("#123") and of a heading ("# Title", "## Title") is none.
 */
export function hashAt(input: string, caret: number): Hash | undefined {
  const [, word] =
    /(?:^|[\s([{"'“‘«,;])#([^\s#]*)$/u.exec(input.slice(Math.max(0, caret - 2100), caret)) ?? []
  if (word === undefined || /^\d+$/.test(word)) return undefined
  return { from: caret - word.length - 1, to: caret, text: word }
}

/** The "/word" that an input begins with, when the cursor stands in it. */
export function slashAt(input: string, caret: number): Hash | undefined {
  const [, word = ''] = /^\/([\w-]*)(?=\s|$)/.exec(input) ?? []
  if (!input.startsWith('/') || !/^\/[\w-]*(\s|$)/.test(input)) return undefined
  if (caret < 1 || caret > word.length + 1) return undefined
  return { from: 0, to: word.length + 1, text: input.slice(1, caret) }
}

/** Piece is a part of a name: what was typed of it is emphasised. */
export interface Piece {
  text: string
  hit: boolean
}

/** Cuts a name where it holds what was typed: in one piece where it can, else letter by letter in order. */
export function emphasised(name: string, typed: string): Piece[] {
  const lower = name.toLowerCase()
  const wanted = typed.toLowerCase()
  // Lower case can be longer than the name ("İ"): then nothing stands where it seems to.
  if (wanted === '' || lower.length !== name.length) return [{ text: name, hit: false }]
  const at = lower.indexOf(wanted)
  const hits = new Set<number>()
  if (at >= 0) for (let i = 0; i < wanted.length; i++) hits.add(at + i)
  else {
    let next = 0
    for (let i = 0; i < lower.length && next < wanted.length; i++)
      if (lower[i] === wanted[next]) {
        hits.add(i)
        next++
      }
    if (next < wanted.length) return [{ text: name, hit: false }]
  }
  const pieces: Piece[] = []
  for (let i = 0; i < name.length; i++) {
    const hit = hits.has(i)
    const last = pieces.at(-1)
    if (last?.hit === hit) last.text += name.charAt(i)
    else pieces.push({ text: name.charAt(i), hit })
  }
  return pieces
}
