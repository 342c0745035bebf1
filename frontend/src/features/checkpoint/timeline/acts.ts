import { toFailure, type Checkpoint } from '../../../bridge'
import type { MenuItem } from '../../../ui/Menu.svelte'
import { compare } from '../compare'
import { createCheckpoint, restoreCheckpoint, togglePin } from '../history'
import type { CheckpointHost } from '../host'
import { complain } from '../restore'
import { givenName } from '../wording'
import type { TimelineStore } from './store.svelte'

/** TimelineActs is what can be done in the view of all checkpoints. */
export interface TimelineActs {
  create(): Promise<void>
  viewSince(checkpoint: Checkpoint): Promise<void>
  compareWithPrevious(checkpoint: Checkpoint): Promise<void>
  /** Compares the two that are marked. */
  compareMarked(): Promise<void>
  restore(checkpoint: Checkpoint): Promise<void>
  pin(checkpoint: Checkpoint): Promise<void>
  /** False when it could not be renamed, which was said. */
  rename(checkpoint: Checkpoint, name: string): Promise<boolean>
}

/** timelineActs are acts that keep the store true: also when one finds a checkpoint gone. */
export function timelineActs(host: CheckpointHost, store: TimelineStore): TimelineActs {
  async function attempt(act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act()
      return true
    } catch (cause) {
      complain(host, cause)
      if (toFailure(cause).code === 'not_found') await store.load()
      return false
    }
  }
  async function show(from: Checkpoint, to?: Checkpoint): Promise<void> {
    if (!(await compare(host, from, to))) await store.load()
  }
  return {
    async create() {
      if (await attempt(() => createCheckpoint(host))) await store.load()
    },
    viewSince: (checkpoint) => show(checkpoint),
    async compareWithPrevious(checkpoint) {
      const previous = store.previous(checkpoint.id)
      if (previous) await show(previous, checkpoint)
      else host.notify.info('This is the oldest checkpoint: there is none before it.')
    },
    async compareMarked() {
      const [newer, older] = store.pair
      if (newer && older) await show(older, newer)
    },
    async restore(checkpoint) {
      await attempt(() => restoreCheckpoint(host, checkpoint.id))
    },
    async pin(checkpoint) {
      if (await attempt(() => togglePin(host, checkpoint))) {
        store.replace({ ...checkpoint, pinned: !checkpoint.pinned })
      }
    },
    async rename(checkpoint, name) {
      const label = name.trim()
      if (label === givenName(checkpoint)) return true
      return attempt(async () => store.replace(await host.bridge.Checkpoints.Name(checkpoint.id, label)))
    },
  }
}

/** What the menu of a checkpoint offers. */
export function menuOf(
  checkpoint: Checkpoint,
  store: TimelineStore,
  acts: TimelineActs,
  rename: () => void,
): MenuItem[] {
  const two = store.marked.length === 2
  return [
    { label: 'View Changes Since', run: () => void acts.viewSince(checkpoint) },
    ...(store.previous(checkpoint.id)
      ? [{ label: 'Compare with Previous', run: () => void acts.compareWithPrevious(checkpoint) }]
      : []),
    ...(two ? [{ label: 'Compare the Two Marked', run: () => void acts.compareMarked() }] : []),
    {
      label: store.marked.includes(checkpoint.id) ? 'Unmark' : 'Mark to Compare',
      detail: 'Space; or Ctrl+click',
      run: () => store.mark(checkpoint.id),
    },
    { label: 'Restore…', detail: 'You see first what that does', run: () => void acts.restore(checkpoint) },
    { label: 'Rename…', detail: 'F2', run: rename },
    {
      label: checkpoint.pinned ? 'Unpin' : 'Pin',
      detail: checkpoint.pinned ? 'Cleaning up may take it when it is old' : 'Keep it, however old it gets',
      run: () => void acts.pin(checkpoint),
    },
  ]
}
