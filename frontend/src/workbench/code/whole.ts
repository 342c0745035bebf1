import { linesDiffComputers } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/diff/linesDiffComputers'

/** How long two texts are compared, in milliseconds; an approximation does. */
const patience = 500

/** What models write where they leave lines out. */
const leftOut =
  /^\s*(?:\/\/|#|--|;|\/\*|<!--|%|\*)?\s*(?:\.{3}|…)\s*(?:.*\b(?:existing|rest|unchanged|remaining|previous|other|omitted|same|before|code)\b.*)?(?:\*\/|-->)?\s*$|\b(?:existing|rest of (?:the|your)|remaining) (?:code|file|functions?|methods?|implementation|content)\b.*(?:\.{3}|…)|(?:\.{3}|…).*\b(?:existing|unchanged|rest of (?:the|your))\b/i

/**
 * isWhole reports whether code is clearly the whole new version of a text: at least
 * half of what the text says stands in it, in order, and nothing says that lines are left out.
 */
export function isWhole(text: string, code: string): boolean {
  const [before, after] = [linesOf(text), linesOf(code)]
  if (before.every((line) => line.trim() === '')) return true
  if (after.some((line) => leftOut.test(line)) && !before.some((line) => leftOut.test(line))) return false
  const says = before.map((line) => /[\p{L}\p{N}]/u.test(line))
  const all = says.filter(Boolean).length
  if (all === 0) return false
  const { changes } = linesDiffComputers.getDefault().computeDiff(before, after, {
    ignoreTrimWhitespace: true,
    maxComputationTimeMs: patience,
    computeMoves: false,
  })
  const gone = changes.flatMap(({ original }) =>
    says.slice(original.startLineNumber - 1, original.endLineNumberExclusive - 1),
  )
  const kept = all - gone.filter(Boolean).length
  return kept * 2 >= all
}

/** asFile is code as the content of a file, which ends as the text before did. */
export function asFile(text: string, code: string): string {
  const bare = code.replace(/\r\n?/g, '\n').replace(/\n+$/, '')
  return text === '' || text.endsWith('\n') ? `${bare}\n` : bare
}

const linesOf = (text: string): string[] => text.split(/\r\n|\r|\n/)
