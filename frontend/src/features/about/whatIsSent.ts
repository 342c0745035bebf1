/** The heading of the README's part that lists every connection. */
const heading = '## What Keel sends'

/**
 * sentText is the README's part about what Keel sends, so that the window has the very
 * same. Its table becomes paragraphs: in an editor nobody could read a row of it.
 */
export function sentText(readme: string): string | undefined {
  const [, rest] = readme.split(`\n${heading}\n`)
  if (rest === undefined) return undefined
  const [part = ''] = rest.split(/\n## /)
  const lines = part.trim().split(/\r?\n/)
  const rows = lines.filter((line) => line.startsWith('|')).map(cells)
  const [head = []] = rows
  const connections = rows.slice(2).map(([whom = '', ...facts]) => {
    const said = facts.flatMap((fact, at) => (fact ? [`${sentence(head[at + 1] ?? '')}: ${fact}.`] : []))
    return [`## ${sentence(whom)}`, ...said].join('\n\n')
  })
  const first = lines.findIndex((line) => line.startsWith('|'))
  const last = lines.findLastIndex((line) => line.startsWith('|'))
  return [
    heading.replace('## ', '# '),
    lines.slice(0, first).join('\n').trim(),
    ...connections,
    '## All of them',
    lines
      .slice(last + 1)
      .join('\n')
      .trim(),
    '',
  ].join('\n\n')
}

/** No cell of it has a bar in it. */
function cells(row: string): readonly string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
