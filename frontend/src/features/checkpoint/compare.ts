import { toFailure, type Checkpoint, type PathChange } from '../../bridge'
import { clock } from '../../lib/format'
import { openChanges } from './changes'
import type { CheckpointHost } from './host'
import { complain } from './restore'
import { list } from './wording'

/**
 * Shows what differs between a checkpoint and a later one, or the disk where
 * there is none. What no comparison of files can show is said. True when all
 * went well; false also when one of them is gone.
 */
export async function compare(
  host: CheckpointHost,
  from: Pick<Checkpoint, 'id' | 'createdAt'>,
  to?: Pick<Checkpoint, 'id' | 'createdAt'>,
): Promise<boolean> {
  const now = Date.now()
  const start = clock(from.createdAt, now)
  try {
    const changes = await host.bridge.Checkpoints.Diff(from.id, to?.id ?? '')
    const files = changes.filter((change) => change.file)
    const others = changes.filter((change) => !change.file)
    if (others.length > 0 || files.length === 0) host.notify.info(spoken(files, others, to !== undefined))
    if (files.length === 0) return true
    await openChanges(
      host,
      to ? `Changes from ${start} to ${clock(to.createdAt, now)}` : `Changes since ${start}`,
      files.map(({ path, kind, from: old }) => ({
        path,
        kind,
        ...(old ? { from: old } : {}),
        before: from.id,
        after: to?.id ?? null,
      })),
    )
    return true
  } catch (cause) {
    complain(host, cause)
    return toFailure(cause).code !== 'not_found'
  }
}

function spoken(files: readonly PathChange[], others: readonly PathChange[], between: boolean): string {
  if (others.length === 0) {
    return between
      ? 'Nothing differs between these two checkpoints.'
      : 'Nothing has changed since this checkpoint.'
  }
  const paths = list(others.map(({ path }) => path))
  if (files.length > 0) return `Not shown, as they are folders or links, or were: ${paths}.`
  return between
    ? `Only folders or links differ between these two checkpoints: ${paths}.`
    : `Only folders or links have changed since this checkpoint: ${paths}.`
}
