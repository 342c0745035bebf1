import { toFailure, type FileVersion } from '../../bridge'
import { clock, dayName, shortened, size, splitPath } from '../../lib/format'
import { plainVisible } from '../../lib/visible'
import type { CheckpointHost, DiffTarget, PickItem } from './host'
import { askAndRestore, checkpointTarget, complain, preview } from './restore'
import { givenName, inPick, reasonText } from './wording'

/** How many versions of a file are offered: nobody looks through more. */
const most = 500

/** A longer name would push everything else out of its row. */
const longest = 60

/** Asks for a checkpoint of a file, and shows what has changed in the file since. */
export async function compareFile(host: CheckpointHost, path: string): Promise<void> {
  const version = await pickVersion(host, path, 'Compare')
  if (version) await openVersion(host, path, version)
}

/** Asks for a checkpoint of a file, and puts the file back to it if that is agreed to. */
export async function restoreFile(host: CheckpointHost, path: string): Promise<void> {
  const version = await pickVersion(host, path, 'Restore')
  if (version) await restoreVersion(host, path, version.checkpointId)
}

/** Shows what restoring one file does, and does it if that is agreed to. */
export async function restoreVersion(host: CheckpointHost, path: string, id: string): Promise<boolean> {
  try {
    const target = checkpointTarget(id, [path])
    return (await askAndRestore(host, target, await preview(host, target))) !== undefined
  } catch (cause) {
    complain(host, cause)
    return false
  }
}

/** A version of a file to compare: of a checkpoint. */
export type Side = Pick<FileVersion, 'checkpointId' | 'createdAt' | 'state'>

/**
 * Compares a file with how it was in a checkpoint; the other side is a later
 * checkpoint, or the file as it is now. Where there is nothing to show it says why.
 */
export async function openVersion(
  host: CheckpointHost,
  path: string,
  before: Side,
  after?: Side,
): Promise<void> {
  const problem = whyNot(before) ?? (after && whyNot(after))
  if (problem) {
    host.notify.info(problem)
    return
  }
  const there = after ? after.state === 'present' : await isThere(host, path)
  if (before.state === 'absent' && !there) {
    host.notify.info(`“${plainVisible(path)}” is on neither side: it was not there, and is not now.`)
    return
  }
  const kind: DiffTarget['kind'] = before.state === 'absent' ? 'added' : there ? 'modified' : 'deleted'
  await host.openDiff(diffTitle(path, before, after, there), {
    path,
    kind,
    before: before.checkpointId,
    after: after?.checkpointId ?? null,
  })
}

/** “calc.go (was not there at 10:31) ↔ (now)” */
function diffTitle(path: string, before: Side, after: Side | undefined, there: boolean): string {
  const now = Date.now()
  const side = ({ createdAt, state }: Side): string => {
    const at = clock(createdAt, now)
    return state === 'absent' ? `was not there at ${at}` : at
  }
  const right = after ? side(after) : there ? 'now' : 'not there now'
  return `${plainVisible(splitPath(path).name)} (${side(before)}) ↔ (${right})`
}

/** Why a version can be neither compared nor restored as a file; undefined when it can. */
export function whyNot({ state }: Pick<FileVersion, 'state'>): string | undefined {
  if (state === 'unknown') {
    return 'This checkpoint does not cover the file, so it cannot tell what was in it, or whether it was there.'
  }
  return state === 'other'
    ? 'No file stood here at this checkpoint but a folder, a link or something else: restore the whole checkpoint to have it back.'
    : undefined
}

/** What a version is, in a few words. */
export function stateText({ state, size: bytes }: Pick<FileVersion, 'state' | 'size'>): string {
  const texts = { absent: 'was not there', unknown: 'not covered', other: 'not a file' }
  return state === 'present' ? size(bytes) : texts[state]
}

/** Why a checkpoint was taken, or what a person called it. */
export function versionName(version: Pick<FileVersion, 'reason' | 'label' | 'name'>): string {
  return givenName(version) || reasonText(version.reason)
}

type Verb = 'Compare' | 'Restore'

/** Undefined when cancelled, or when there is nothing to choose from, which is said. */
async function pickVersion(host: CheckpointHost, path: string, verb: Verb): Promise<FileVersion | undefined> {
  const name = plainVisible(path)
  const versions = await host.bridge.Checkpoints.Versions(path, most)
  const [newest] = versions
  if (!newest) {
    host.notify.info(
      `No checkpoint knows “${name}” yet. The next one does, unless the file is left out, as an ignored one may be.`,
    )
    return undefined
  }
  const offered = (await isNow(host, path, newest)) ? versions.slice(1) : versions
  if (offered.length === 0) {
    host.notify.info(`“${name}” is what it was in every checkpoint.`)
    return undefined
  }
  const now = Date.now()
  for (;;) {
    const chosen = await host.pick(
      offered.map((each) => versionItem(each, verb, now)),
      {
        title: `${verb} ${shortened(name, longest)}`,
        placeholder: `Choose the checkpoint to ${verb === 'Compare' ? 'compare with' : 'restore from'}`,
      },
    )
    const problem = chosen && whyNot(chosen)
    if (!problem) return chosen
    host.notify.info(problem)
  }
}

function versionItem(version: FileVersion, verb: Verb, now: number): PickItem<FileVersion> {
  const { createdAt, pinned, label, state } = version
  const name = versionName(version)
  const detail =
    whyNot(version) ??
    (state === 'absent'
      ? verb === 'Restore'
        ? 'The file was not there: restoring this deletes it'
        : 'The file was not there: one side stays empty'
      : undefined)
  return {
    label: `$(${icon(version)}) ${time.format(createdAt)}  ${inPick(shortened(plainVisible(name), longest))}`,
    description: [
      stateText(version),
      ...(pinned ? ['pinned'] : []),
      ...(label && label !== name ? [label] : []),
    ]
      .map(inPick)
      .join(' · '),
    ...(detail ? { detail } : {}),
    group: dayName(createdAt, now),
    value: version,
  }
}

const time = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** The codicon of a version. */
export function icon({ state, pinned }: Pick<FileVersion, 'state' | 'pinned'>): string {
  if (state === 'present') return pinned ? 'pinned' : 'history'
  return state === 'absent' ? 'diff-removed' : 'circle-slash'
}

/** Of larger files it is not looked whether they are as they were. */
const comparable = 4 * 1024 * 1024

/** Reports whether a file is now just what it was. */
async function isNow(host: CheckpointHost, path: string, version: FileVersion): Promise<boolean> {
  try {
    if (version.state === 'absent') return !(await isThere(host, path))
    if (version.state !== 'present' || version.size > comparable) return false
    const [then, now] = await Promise.all([
      host.bridge.bytes.readCheckpoint(version.checkpointId, path),
      host.bridge.bytes.readFile('workspace', path, { length: comparable + 1 }),
    ])
    return then.length === now.length && then.every((byte, at) => byte === now[at])
  } catch {
    return false // it is then offered, and says itself what is wrong with it
  }
}

/** Reports whether a file can be read now; what cannot be is left for the editor to tell. */
async function isThere(host: CheckpointHost, path: string): Promise<boolean> {
  try {
    await host.bridge.bytes.readFile('workspace', path, { length: 1 })
    return true
  } catch (cause) {
    return toFailure(cause).code !== 'not_found'
  }
}
