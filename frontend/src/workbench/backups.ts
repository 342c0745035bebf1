import { getService } from '@codingame/monaco-vscode-api'
import { CancellationToken } from '@codingame/monaco-vscode-api/vscode/vs/base/common/cancellation'
import { IWorkingCopyBackupService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/workingCopy/common/workingCopyBackup.service'
import { IWorkingCopyService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/workingCopy/common/workingCopyService.service'
import { WorkingCopyBackupTracker } from '@codingame/monaco-vscode-working-copy-service-override/vscode/vs/workbench/services/workingCopy/common/workingCopyBackupTracker'

/** Milliseconds after the last key until unsaved text is on disk. A window can be closed at any moment. */
const delay = 250

/** backUpSoon shortens the workbench's own delay of a second; call it before the workbench starts. */
export function backUpSoon(): void {
  Object.assign(WorkingCopyBackupTracker['DEFAULT_BACKUP_SCHEDULE_DELAYS'], { default: delay })
}

/** backUpNow writes all unsaved text down, as the next page will find it. */
export async function backUpNow(): Promise<void> {
  const [copies, backups] = await Promise.all([
    getService(IWorkingCopyService),
    getService(IWorkingCopyBackupService),
  ])
  await Promise.all(
    copies.modifiedWorkingCopies.map(async (copy) => {
      const { meta, content } = await copy.backup(CancellationToken.None)
      await backups.backup(copy, content, undefined, meta)
      // Saved in the meantime: what is on the disk must not come back as unsaved.
      if (!copy.isModified()) await backups.discardBackup(copy)
    }),
  )
}
