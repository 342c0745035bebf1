import { readingKey, stopReading, stopReadingId } from './activity'
import { createCheckpoint, showCheckpoints } from './history'
import type { CheckpointHost, HostCommand } from './host'
import { undo } from './restore'
import { showStorage } from './storage'

/** What checkpoints add to the palette, and to the menu of a view. */
export function checkpointCommands(host: CheckpointHost, menu: string): HostCommand[] {
  return [
    {
      id: 'keel.createCheckpoint',
      title: 'Keel: Create Checkpoint…',
      menu,
      run: () => createCheckpoint(host),
    },
    {
      id: 'keel.showCheckpoints',
      title: 'Keel: Show Checkpoints…',
      menu,
      run: () => showCheckpoints(host),
    },
    {
      id: 'keel.checkpointStorage',
      title: 'Keel: Checkpoint Storage…',
      menu,
      run: () => showStorage(host),
    },
    {
      id: 'keel.undoLastRestore',
      title: 'Keel: Undo Last Restore',
      menu,
      run: () => undoLast(host),
    },
    {
      id: stopReadingId,
      title: 'Keel: Stop Saving the Starting Point…',
      when: readingKey,
      run: () => stopReading(host),
    },
  ]
}

async function undoLast(host: CheckpointHost): Promise<void> {
  const last = await host.bridge.Checkpoints.Last()
  await undo(host, last.sessionId, last.undo)
}
