import type { Disposable } from '../../bridge'
import { ActivityStatus } from './activity'
import { checkpointCommands } from './commands'
import type { CheckpointHost } from './host'

export type * from './host'
export { default as ChangeSummary } from './ChangeSummary.svelte'
export { default as CheckpointMarker } from './CheckpointMarker.svelte'
export { default as DriftNote } from './DriftNote.svelte'
export { openChanges } from './changes'
export { reviewContainer } from './container'
export { bringBack, complain, keptTexts, lastChanged, reload, revert, viewChanges } from './restore'
export { author, drifted, modeChange, standings } from './wording'

/**
 * startCheckpoints adds the commands, also to the menu of a view, and shows in
 * the status bar what goes on.
 */
export function startCheckpoints(host: CheckpointHost, menu: string): Disposable {
  const commands = checkpointCommands(host, menu).map((command) => host.registerCommand(command))
  const status = new ActivityStatus(host)
  return {
    dispose() {
      status.dispose()
      for (const command of commands) command.dispose()
    },
  }
}
