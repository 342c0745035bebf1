import type { CheckpointUsage } from '../../bridge'
import { clock, count, size } from '../../lib/format'
import { showCheckpoints } from './history'
import type { CheckpointHost, PickItem } from './host'

type Act = (host: CheckpointHost, usage: CheckpointUsage) => Promise<void>

/** Says what the checkpoints take, and offers to have less. */
export async function showStorage(host: CheckpointHost): Promise<void> {
  const usage = await host.bridge.Checkpoints.Usage()
  const act = await host.pick<Act>(storageItems(usage, Date.now()), {
    title: 'Checkpoint Storage',
    placeholder: 'Choose what to do',
  })
  await act?.(host, usage)
}

/** The rows of the list: the figures, then what can be done. */
export function storageItems(usage: CheckpointUsage, now: number): PickItem<Act>[] {
  const { bytes, cap, checkpoints, pinned, oldestAt } = usage
  const figures = [
    `${count(checkpoints, 'checkpoint')}, ${pinned === 0 ? 'none' : count(pinned, 'of them', 'of them')} pinned`,
    ...(oldestAt > 0 ? [`the oldest from ${clock(oldestAt, now)}`] : []),
  ]
  return [
    {
      label: `$(database) ${size(bytes)} used${cap > 0 ? ` of ${size(cap)}` : ''}`,
      detail: `${figures.join('; ')}. Choose this to see them.`,
      value: (host) => showCheckpoints(host),
    },
    {
      label: '$(clear-all) Clean Up Now',
      detail: 'Thin out what is older than 14 days, and give back what is not needed',
      group: 'Free up space',
      value: cleanUp,
    },
    {
      label: '$(eye-closed) Remove a Path from History…',
      detail: 'Take a file or folder out of every checkpoint, as for a secret that should not be kept',
      group: 'Free up space',
      value: removePath,
    },
    {
      label: '$(trash) Delete This Folder’s History…',
      detail: 'Delete every checkpoint of this folder. Your files stay as they are',
      group: 'Free up space',
      value: deleteHistory,
    },
  ]
}

async function cleanUp(host: CheckpointHost): Promise<void> {
  const { removed, kept, freed, overCap } = await host.bridge.Checkpoints.Prune()
  const done =
    removed === 0 && freed === 0
      ? 'There was nothing to clean up.'
      : `Removed ${count(removed, 'checkpoint')} and gave back ${size(freed)}; ${count(kept, 'checkpoint')} stay.`
  if (overCap) {
    host.notify.warn(`${done} It is still more than the limit, but the rest is new, pinned or in use.`)
  } else host.notify.info(done)
}

async function deleteHistory(host: CheckpointHost, usage: CheckpointUsage): Promise<void> {
  const agreed = await host.confirm({
    message: 'Delete this folder’s history?',
    detail: `${all(usage)} (${size(usage.bytes)}). What the agent has changed so far can no longer be taken back, no restore can be undone, and unsaved text kept with one goes too. Your files and your conversations stay as they are. This cannot be undone.`,
    primary: 'Delete History',
    danger: true,
  })
  if (!agreed) return
  const { removed, freed } = await host.bridge.Checkpoints.Forget()
  host.notify.info(`Deleted ${count(removed, 'checkpoint')}; ${size(freed)} are free again.`)
}

function all({ checkpoints, pinned }: CheckpointUsage): string {
  const those = checkpoints === 1 ? 'The only checkpoint goes' : `All ${count(checkpoints, 'checkpoint')} go`
  return pinned > 0 ? `${those}, pinned ones too` : those
}

async function removePath(host: CheckpointHost): Promise<void> {
  const path = (
    await host.ask({
      title: 'Remove a Path from History',
      value: '',
      placeholder: 'A file or folder, as it stands in the explorer: config/secrets.json',
      check: wrongPath,
    })
  )
    ?.trim()
    .replace(/^(?:\.\/)+|\/+$/g, '')
  if (!path) return
  const agreed = await host.confirm({
    message: `Remove “${path}” from the history?`,
    detail:
      'It goes out of every checkpoint, with all that is below it, and no restore can bring it back. The file itself stays where it is; the next checkpoint keeps it again unless you delete it before. This cannot be undone.',
    primary: 'Remove',
    danger: true,
  })
  if (!agreed) return
  const { checkpoints, contents, freed } = await host.bridge.Checkpoints.Purge(path)
  host.notify.info(
    checkpoints === 0
      ? `No checkpoint held “${path}”; nothing was removed.`
      : `Removed “${path}” from ${count(checkpoints, 'checkpoint')}: ${count(contents, 'version')} of it, ${size(freed)}, ${contents === 1 ? 'is' : 'are'} gone from the disk.`,
  )
}

/** What cannot be taken out of the history, and why. */
function wrongPath(text: string): string | undefined {
  const path = text.trim()
  if (/^(?:\/|[A-Za-z]:[\\/])/.test(path))
    return 'Write it from the opened folder on, without the folders above.'
  if (/^\.?\/*$/.test(path) && path !== '')
    return 'That is everything: choose “Delete This Folder’s History…” instead.'
  if (path.split('/').includes('..'))
    return 'A path with “..” may lead out of the opened folder: write it without.'
  return undefined
}
