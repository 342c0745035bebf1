import { readingKey, stopReading, stopReadingId } from './activity'
import { restoreDeleted } from './deleted'
import { createCheckpoint, showCheckpoints } from './history'
import type { CheckpointHost, FileCommand, HostCommand } from './host'
import { undo } from './restore'
import { showStorage } from './storage'
import { compareFile, restoreFile } from './versions'

/** The id of the view of all checkpoints. */
export const timelineView = 'keel.timeline'

export const storageId = 'keel.checkpointStorage'

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
      id: 'keel.showTimeline',
      title: 'Keel: Show Checkpoint Timeline',
      menu,
      run: () => host.showView(timelineView),
    },
    {
      id: 'keel.restoreDeletedFile',
      title: 'Keel: Restore Deleted File from Checkpoint…',
      run: () => restoreDeleted(host),
    },
    {
      id: storageId,
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

/** What checkpoints add to the menus of files. */
export function checkpointFileCommands(host: CheckpointHost): FileCommand[] {
  const menus = ['explorer', 'editor', 'tab'] as const
  return [
    {
      id: 'keel.compareWithCheckpoint',
      title: 'Compare with Checkpoint…',
      menus,
      run: (path) => compareFile(host, path),
    },
    {
      id: 'keel.restoreFromCheckpoint',
      title: 'Restore from Checkpoint…',
      menus,
      run: (path) => restoreFile(host, path),
    },
  ]
}
