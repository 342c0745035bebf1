import { plainVisible } from '../../lib/visible'
import type { CheckpointHost, DiffTarget } from './host'

/** How many files one diff shows: it reads all of them before it shows the first. */
const most = 200

/** Opens files' changes in one diff; of many, the part that is chosen. */
export async function openChanges(
  host: CheckpointHost,
  title: string,
  files: readonly DiffTarget[],
): Promise<void> {
  if (files.length <= most) return host.openMultiDiff(title, files)
  const parts = Array.from({ length: Math.ceil(files.length / most) }, (_, part) =>
    files.slice(part * most, (part + 1) * most),
  )
  const chosen = await host.pick(
    parts.map((part, index) => ({
      label: range(index * most, part.length),
      description: `${plainVisible(part[0]?.path ?? '')} … ${plainVisible(part.at(-1)?.path ?? '')}`,
      value: index,
    })),
    {
      title: `${files.length.toLocaleString('en')} files changed`,
      placeholder: `Choose which to show: one view has room for ${most}`,
    },
  )
  const part = chosen === undefined ? undefined : parts[chosen]
  if (part) await host.openMultiDiff(`${title} (${range((chosen ?? 0) * most, part.length)})`, part)
}

/** "201–400" */
function range(from: number, length: number): string {
  return `${(from + 1).toLocaleString('en')}–${(from + length).toLocaleString('en')}`
}
