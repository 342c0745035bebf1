import type { Checkpoint } from '../../bridge'
import { clock, count, dayName, shortened } from '../../lib/format'
import { compare } from './compare'
import type { CheckpointHost, PickItem } from './host'
import { askAndRestore, checkpointTarget, preview } from './restore'
import { givenName, inPick, list, reasonText } from './wording'

/** Takes a checkpoint with a name. */
export async function createCheckpoint(host: CheckpointHost): Promise<void> {
  const label = await host.ask({
    title: 'Create Checkpoint',
    value: '',
    placeholder: 'A name to find it by, like “before the rewrite”. It may stay empty.',
  })
  if (label === undefined) return
  const made = await host.bridge.Checkpoints.Create(label.trim())
  const unsaved = (await host.editors.collect()).map((text) => text.path)
  const parts = [`Saved a checkpoint of ${count(made.files, 'file')}.`]
  if (!made.complete) parts.push(`It lacks what could not be read: ${list(made.problems)}.`)
  if (unsaved.length > 0) parts.push(`Unsaved text is not in it: ${list(unsaved)}.`)
  const message = parts.join(' ')
  if (parts.length > 1) host.notify.warn(message)
  else host.notify.info(message)
}

type Act = 'view' | 'restore' | 'pin'

/** Lists the checkpoints, and offers what can be done with one. */
export async function showCheckpoints(host: CheckpointHost): Promise<void> {
  const all = host.bridge.Checkpoints.List()
  const now = Date.now()
  const chosen = await host.pick(
    all.then((found) => found.map((each) => checkpointItem(each, now))),
    {
      title: 'Checkpoints',
      placeholder:
        (await all).length === 0
          ? 'There are none yet. The agent takes them before it changes anything, and “Create Checkpoint…” takes one now.'
          : 'Choose a checkpoint to compare or restore',
    },
  )
  if (!chosen) return
  const act = await host.pick<Act>(acts(chosen), {
    title: `${clock(chosen.createdAt, now)}: ${shortened(givenName(chosen) || chosen.label || reasonText(chosen.reason), longest)}`,
    placeholder: `${count(chosen.files, 'file')}; ${chosen.complete ? 'everything is covered' : `not covered: ${list(chosen.problems)}`}`,
    back: () => showCheckpoints(host),
  })
  if (act === 'view') await compare(host, chosen)
  else if (act === 'restore') await restoreCheckpoint(host, chosen.id)
  else if (act === 'pin') await togglePin(host, chosen)
}

/** One row of the list. */
export function checkpointItem(checkpoint: Checkpoint, now: number): PickItem<Checkpoint> {
  const { createdAt, label, reason, changed, pinned, complete } = checkpoint
  const icon = pinned ? '$(pinned)' : '$(history)'
  // A person's own name for it tells more than why it was taken; the agent's comes last, as it may be long.
  const given = givenName(checkpoint)
  const [name, other] = given ? [given, given === label ? '' : label] : [reasonText(reason), label]
  const short = shortened(name, longest)
  const facts = [
    count(changed, 'change'),
    ...(pinned ? ['pinned'] : []),
    ...(complete ? [] : ['not complete']),
    ...(other ? [other] : []),
    // To be found by any part of it.
    ...(short === name ? [] : [name]),
  ]
  return {
    label: `${icon} ${time.format(createdAt)}  ${inPick(short)}`,
    description: facts.map(inPick).join(' · '),
    group: dayName(createdAt, now),
    value: checkpoint,
  }
}

/** A long name must not push everything else out of its row. */
const longest = 40

/** With seconds: a turn takes several checkpoints a minute. */
const time = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit', second: '2-digit' })

function acts({ pinned }: Checkpoint): PickItem<Act>[] {
  return [
    {
      label: '$(diff-multiple) View Changes Since',
      detail: 'Compare the files at this checkpoint with the files now',
      value: 'view',
    },
    {
      label: '$(discard) Restore…',
      detail: 'Put everything back to this point. You see first what that does',
      value: 'restore',
    },
    pinned
      ? {
          label: '$(pinned) Unpin',
          detail: 'Let cleaning up take it when it is old',
          value: 'pin',
        }
      : { label: '$(pin) Pin', detail: 'Keep it, however old it gets', value: 'pin' },
  ]
}

/** Shows what going back to a checkpoint would do, and does it if that is agreed to. */
export async function restoreCheckpoint(host: CheckpointHost, id: string): Promise<void> {
  const target = checkpointTarget(id)
  await askAndRestore(host, target, await preview(host, target))
}

/** Pins a checkpoint, or no longer. */
export async function togglePin(host: CheckpointHost, { id, pinned }: Checkpoint): Promise<void> {
  await host.bridge.Checkpoints.Pin(id, !pinned)
  host.notify.info(
    pinned
      ? 'Unpinned: cleaning up may take this checkpoint when it is old.'
      : 'Pinned: this checkpoint is kept, however old it gets.',
  )
}
