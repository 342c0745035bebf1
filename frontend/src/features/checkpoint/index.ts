import { mount, unmount } from 'svelte'
import type { Disposable } from '../../bridge'
import { ActivityStatus } from './activity'
import { checkpointCommands, checkpointFileCommands, storageId, timelineView } from './commands'
import { reviewContainer } from './container'
import type { CheckpointHost } from './host'
import TimelineView from './timeline/TimelineView.svelte'

export type * from './host'
export { default as ChangeSummary } from './ChangeSummary.svelte'
export { default as CheckpointMarker } from './CheckpointMarker.svelte'
export { default as DriftNote } from './DriftNote.svelte'
export { openChanges } from './changes'
export { reviewContainer } from './container'
export { fileHistory, type FileHistory, type HistoryItem } from './fileHistory'
export { askRestore } from './question'
export {
  bringBack,
  complain,
  keptTexts,
  lastChanged,
  pointTarget,
  preview,
  reload,
  restore,
  revert,
  viewChanges,
} from './restore'
export { author, drifted, inPick, kinds, list, modeChange, putBack, shortTitle, standings } from './wording'

/** The view of changes stands above it, whichever is registered first. */
const belowChanges = 10

/**
 * startCheckpoints adds the commands, also to the menu of a view and to the menus
 * of files, and the view of all checkpoints. In the status bar it shows what goes on.
 */
export function startCheckpoints(host: CheckpointHost, menu: string): Disposable {
  const started = [
    ...checkpointCommands(host, menu).map((command) => host.registerCommand(command)),
    ...checkpointFileCommands(host).map((command) => host.registerFileCommand(command)),
    host.registerView({
      id: timelineView,
      title: 'Checkpoints',
      icon: 'history',
      container: reviewContainer,
      order: belowChanges,
      render(target) {
        const component = mount(TimelineView, { target, props: { host, storageId } })
        return { dispose: () => void unmount(component) }
      },
    }),
    new ActivityStatus(host),
  ]
  return {
    dispose() {
      for (const each of started) each.dispose()
    },
  }
}
