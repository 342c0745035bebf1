import { getService, IProgressService } from '@codingame/monaco-vscode-api'
import { ProgressLocation } from '@codingame/monaco-vscode-api/vscode/vs/platform/progress/common/progress'
import type { ExtensionProgress } from '../../bridge'
import { size } from '../../lib/format'

/** Shorter work needs no notification: the view says that it goes on. */
const patience = 700

/** whileShown does some work, and shows how far it is and how to end it when it takes long. */
export async function whileShown<T>(
  title: string,
  work: (report: (progress: ExtensionProgress) => void, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const service = await getService(IProgressService)
  const stop = new AbortController()
  return new Promise<T>((resolve, reject) => {
    void service.withProgress(
      { location: ProgressLocation.Notification, title, cancellable: true, delay: patience },
      (progress) => {
        let shown = 0
        const report = (now: ExtensionProgress) => {
          const part = now.phase === 'downloading' && now.total > 0 ? (100 * now.done) / now.total : shown
          progress.report({ message: phase(now), increment: Math.max(0, part - shown), total: 100 })
          shown = Math.max(shown, part)
        }
        // The notification is told that it has ended, not how: that is the caller's.
        return work(report, stop.signal).then(resolve, reject)
      },
      () => stop.abort(),
    )
  })
}

/** phase says in a few words what is being done. */
export function phase({ phase: now, done, total }: ExtensionProgress): string {
  switch (now) {
    case 'downloading':
      return total > 0 ? `downloading, ${size(done)} of ${size(total)}` : `downloading, ${size(done)}`
    case 'checking':
      return 'checking that it is what the registry promised'
    case 'extracting':
      return 'unpacking'
    default:
      return ''
  }
}
