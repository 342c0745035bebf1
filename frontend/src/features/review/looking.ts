import type { ChangeSet } from '../../bridge'
import { splitPath } from '../../lib/format'
import { plainVisible } from '../../lib/visible'
import { complain, modeChange, openChanges, type CheckpointHost } from '../checkpoint'
import { entriesOf, sessionEntries, targetOf, type Entry } from './entries'
import type { ReviewStore } from './store.svelte'
import { shortTitle } from './wording'

/** Opens one file's changes. */
export async function viewFile(host: CheckpointHost, entry: Entry, line?: number): Promise<void> {
  // Permissions show in no line of the file.
  const mode = modeChange(entry.file)
  const title = `Changes: ${plainVisible(splitPath(entry.path).name)}${mode ? `, permissions ${mode}` : ''}`
  await shown(host, () => host.openDiff(title, targetOf(entry), line))
}

/** Opens everything that a turn has changed. */
export async function viewSet(host: CheckpointHost, set: ChangeSet): Promise<void> {
  await shown(host, () =>
    openChanges(host, `Changes: ${shortTitle(set.title, 32)}`, entriesOf(set).map(targetOf)),
  )
}

/** Opens everything that the shown session has changed, from before its first change to the files as they are. */
export async function viewAll(host: CheckpointHost, store: ReviewStore): Promise<void> {
  if (!store.state) await store.refresh()
  const sets = (store.state?.sets ?? []).filter((set) => set.files.length > 0)
  const [only] = sets
  if (!only) {
    if (store.failure) complain(host, store.failure)
    else host.notify.info('This session has not changed any files.')
  } else if (sets.length === 1) await viewSet(host, only)
  else await shown(host, () => openChanges(host, 'All changes', sessionEntries(sets).map(targetOf)))
}

/** Opens what a turn found of a file beside the file as it is, to decide what becomes of it. */
export async function compareLeft(host: CheckpointHost, set: ChangeSet, path: string): Promise<void> {
  const file = set.files.find((each) => each.path === path || each.from === path)
  const title = `Before and now: ${plainVisible(splitPath(path).name)}`
  const target = { path, kind: file?.kind ?? 'modified', before: set.before, after: null } as const
  await shown(host, () =>
    host.openDiff(title, file?.from && file.path === path ? { ...target, from: file.from } : target),
  )
}

async function shown(host: CheckpointHost, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (cause) {
    complain(host, cause)
  }
}
