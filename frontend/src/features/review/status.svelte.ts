import { count } from '../../lib/format'
import { lastChanged, type CheckpointHost } from '../checkpoint'
import { changesKey, pendingKey, proposalKey, redoKey, showChangesId, undoKey, viewId } from './commands'
import type { Parts } from './parts'
import { waitingOf } from './proposals'

const statusId = 'keel.unreviewed'

/** Keeps what the window shows of the review around: the status bar, a badge, and the context keys. */
export function keepStatus(host: CheckpointHost, { store }: Parts): () => void {
  return $effect.root(() => {
    const files = $derived(store.state?.files ?? 0)
    const added = $derived(store.state?.added ?? 0)
    const removed = $derived(store.state?.removed ?? 0)
    const changed = $derived(lastChanged(store.session) !== undefined)
    const undoable = $derived(Boolean(store.state?.undo))
    const redoable = $derived(Boolean(store.state?.redo))
    const proposed = $derived(waitingOf(store.session).length > 0)
    $effect(() => {
      const what = `${count(files, 'file')} to review`
      host.showBadge(viewId, files, what)
      const label = `${what}, ${count(added, 'line')} added, ${count(removed, 'line')} removed`
      host.showStatus(
        statusId,
        files === 0
          ? undefined
          : {
              text: `$(diff-multiple) ${count(files, 'file')} +${added.toLocaleString('en')} −${removed.toLocaleString('en')}`,
              label,
              tooltip: `${label}. Click to see them.`,
              command: showChangesId,
            },
      )
    })
    $effect(() => host.setContext(changesKey, changed))
    $effect(() => host.setContext(pendingKey, files > 0))
    $effect(() => host.setContext(undoKey, undoable))
    $effect(() => host.setContext(redoKey, redoable))
    $effect(() => host.setContext(proposalKey, proposed))
  })
}
