import type { ReviewHunk, ReviewResult } from '../../bridge'
import { count, splitPath } from '../../lib/format'
import { plainVisible } from '../../lib/visible'
import { kinds, list, modeChange, standings } from '../checkpoint'
import type { Entry } from './entries'

export { shortTitle } from '../checkpoint'

/** Everything about a row, as it is read out. `by` says who changed it; empty for the agent's own edits. */
export function describe(entry: Entry, by: string): string {
  const { name, folder } = splitPath(entry.path)
  const place = folder ? ` in ${plainVisible(folder.replace(/\/$/, ''))}` : ''
  const renamed = entry.from ? ` from ${plainVisible(entry.from)}` : ''
  const mode = modeChange(entry.file)
  const parts = [
    `${plainVisible(name)}${place}`,
    `${kinds[entry.kind].text}${renamed}`,
    ...(by ? [by] : []),
    ...(mode ? [`permissions ${mode}`] : []),
    entry.file.binary
      ? 'binary'
      : `${count(entry.added, 'line')} added, ${count(entry.removed, 'line')} removed`,
    entry.agent ? standings[entry.status].text : 'not by the agent, nothing to review',
  ]
  return parts.join(', ')
}

/** What a decision did, for a toast. */
export function resultText({ title, files }: ReviewResult): string {
  const done = [sentence(plainVisible(title)), files.note].filter(Boolean).join(' ')
  if (files.conflicts.length === 0) return done
  const are = files.conflicts.length === 1 ? 'it is' : 'they are'
  const left = `Left as ${are}, because of newer changes: ${list(files.conflicts.map(({ path }) => path))}.`
  const [only] = files.conflicts
  const reason = files.conflicts.length === 1 && only?.reason ? ` ${sentence(plainVisible(only.reason))}` : ''
  return [done, `${left}${reason}`].filter(Boolean).join(' ')
}

function sentence(text: string): string {
  const begun = text.charAt(0).toLocaleUpperCase('en') + text.slice(1)
  return text === '' || /[.!?…]$/.test(text) ? begun : `${begun}.`
}

/** "Keel changed lines 4 to 6", as it is read out at the lines. */
export function hunkLabel({ start, lines, oldLines }: ReviewHunk): string {
  if (lines === 0) {
    const where = start === 0 ? 'at the top' : `after line ${start}`
    return `Keel removed ${count(oldLines, 'line')} ${where}`
  }
  const verb = oldLines === 0 ? 'added' : 'changed'
  return lines === 1 ? `Keel ${verb} line ${start}` : `Keel ${verb} lines ${start} to ${start + lines - 1}`
}
