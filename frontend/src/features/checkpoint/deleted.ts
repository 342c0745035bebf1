import { toFailure, type Bridge, type Checkpoint } from '../../bridge'
import { ago, splitPath } from '../../lib/format'
import type { CheckpointHost, PickItem } from './host'
import { inPick, reasonText } from './wording'
import { restoreVersion } from './versions'

/** How far back is looked: over so many checkpoints, for so many files. */
const mostSteps = 300
const mostFiles = 500

/** Deleted is a file that is no more, and the last checkpoint that has it. */
export interface Deleted {
  path: string
  last: Checkpoint
}

/** Lists files that checkpoints have and the disk has not, and brings back the one that is chosen. */
export async function restoreDeleted(host: CheckpointHost): Promise<void> {
  const found = deletedFiles(host.bridge)
  const now = Date.now()
  const chosen = await host.pick(
    found.then(({ files }) => files.map((each) => item(each, now))),
    { title: 'Restore Deleted File', placeholder: placeholder(await found) },
  )
  if (!chosen) return
  if (await restoreVersion(host, chosen.path, chosen.last.id)) await openIfThere(host, chosen.path)
}

/** The toast has said what was restored: that it cannot be shown as text is no failure of that. */
async function openIfThere(host: CheckpointHost, path: string): Promise<void> {
  await host.openFile(path).catch(() => undefined)
}

interface Search {
  files: Deleted[]
  /** the time of the oldest checkpoint that was looked at, where there are older ones */
  until: number | undefined
}

function placeholder({ files, until }: Search): string {
  const reach = until === undefined ? '' : ` Looked back to ${ago(until, Date.now())}.`
  return files.length === 0
    ? `No file that a checkpoint has is missing.${reach}`
    : `Choose the file to bring back.${reach}`
}

function item({ path, last }: Deleted, now: number): PickItem<Deleted> {
  const { name, folder } = splitPath(path)
  return {
    label: `$(file) ${inPick(name)}`,
    description: inPick(folder),
    detail: `As of ${ago(last.createdAt, now)}: ${inPick(last.label || reasonText(last.reason))}`,
    value: { path, last },
  }
}

/**
 * Finds the files that are no more, those deleted last first. Going back in time,
 * the first step that touches a path decides: where it deletes, the path is gone.
 */
export async function deletedFiles(bridge: Bridge): Promise<Search> {
  const all = await bridge.Checkpoints.List()
  const seen = new Set<string>()
  const files: Deleted[] = []
  for (const [index, from] of all.entries()) {
    if (index >= mostSteps || files.length >= mostFiles) return { files, until: all[index - 1]?.createdAt }
    const changes = await step(bridge, from.id, index === 0 ? '' : (all[index - 1]?.id ?? ''))
    if (!changes) continue
    for (const { path, kind, from: old, file } of changes) {
      if (kind === 'deleted' && file && !seen.has(path)) files.push({ path, last: from })
      seen.add(path)
      // What was renamed is there under another name.
      if (old) seen.add(old)
    }
  }
  return { files, until: undefined }
}

/** What changed from one checkpoint to the next; undefined where one of them is gone meanwhile. */
async function step(bridge: Bridge, from: string, to: string) {
  try {
    return await bridge.Checkpoints.Diff(from, to)
  } catch (cause) {
    if (toFailure(cause).code === 'not_found') return undefined
    throw cause
  }
}
