import type { SessionProposedHunk } from '../../bridge'
import type { DrawnHunk } from '../../features/review'

const decisions: Readonly<Record<string, DrawnHunk['status']>> = {
  accepted: 'accepted',
  rejected: 'rejected',
}

const said: Partial<Record<DrawnHunk['status'], string>> = { accepted: ', accepted', rejected: ', rejected' }

/** drawnOf makes of a proposal's hunks what is drawn into its right side. before is the text of its left one. */
export function drawnOf(hunks: readonly SessionProposedHunk[], before: string): DrawnHunk[] {
  const lines = before.split(/(?<=\n)/)
  return hunks.map((hunk) => {
    const status = decisions[hunk.decision] ?? 'pending'
    return {
      key: hunk.id,
      status,
      start: hunk.newStart,
      lines: hunk.newLines,
      old:
        hunk.oldLines === 0 ? '' : lines.slice(hunk.oldStart - 1, hunk.oldStart - 1 + hunk.oldLines).join(''),
      label: `${labelOf(hunk)}${said[status] ?? ''}`,
    }
  })
}

function labelOf({ oldLines, newStart, newLines }: SessionProposedHunk): string {
  if (newLines === 0)
    return oldLines === 1
      ? `Line deleted after line ${newStart}`
      : `${oldLines} lines deleted after line ${newStart}`
  const where = newLines === 1 ? `line ${newStart}` : `lines ${newStart} to ${newStart + newLines - 1}`
  return `${oldLines === 0 ? 'Added' : 'Changed'} ${where}`
}
