import type { Disposable, FileVersion } from '../../bridge'
import { plainVisible } from '../../lib/visible'
import type { CheckpointHost } from './host'
import { icon, openVersion, restoreVersion, stateText, versionName, whyNot } from './versions'

/** FileHistory is what checkpoints know of single files, for the workbench's own Timeline view. */
export interface FileHistory {
  /** The versions of a file, the newest first, at most limit of them; 0 for all. */
  list(path: string, limit: number): Promise<HistoryItem[]>
  /** Tells that there may be other versions, of any file. */
  onDidChange(listener: () => void): Disposable
  /** Compares a version with the one after it, or with the file where there is none. */
  open(path: string, id: string): Promise<void>
  compareWithNow(path: string, id: string): Promise<void>
  restore(path: string, id: string): Promise<void>
}

export interface HistoryItem {
  /** of its checkpoint */
  id: string
  createdAt: number
  label: string
  description: string
  /** plain text */
  tooltip: string
  /** a codicon's name without "codicon-" */
  icon: string
  /** it can be compared and restored */
  usable: boolean
}

/** Milliseconds without news after which a turn's many checkpoints are asked for at once. */
const pause = 300

/** fileHistory is what the Timeline view shows of a file. */
export function fileHistory(host: CheckpointHost): FileHistory {
  const all = (path: string): Promise<FileVersion[]> => host.bridge.Checkpoints.Versions(path, 0)
  const find = async (path: string, id: string) => {
    const versions = await all(path)
    const index = versions.findIndex((each) => each.checkpointId === id)
    const version = versions[index]
    if (!version)
      host.notify.info('This checkpoint is gone: the history was cleaned up. Nothing was changed.')
    return { version, next: index > 0 ? versions[index - 1] : undefined }
  }
  return {
    list: async (path, limit) => (await host.bridge.Checkpoints.Versions(path, limit)).map(historyItem),
    onDidChange(listener) {
      let known: number | undefined
      let timer: ReturnType<typeof setTimeout> | undefined
      const events = host.bridge.on('checkpoints', ({ listed }) => {
        if (listed === known) return
        known = listed
        clearTimeout(timer)
        timer = setTimeout(listener, pause)
      })
      return {
        dispose() {
          clearTimeout(timer)
          events.dispose()
        },
      }
    },
    async open(path, id) {
      const { version, next } = await find(path, id)
      // What a later checkpoint cannot show, the file itself can.
      if (version) await openVersion(host, path, version, next && !whyNot(next) ? next : undefined)
    },
    async compareWithNow(path, id) {
      const { version } = await find(path, id)
      if (version) await openVersion(host, path, version)
    },
    async restore(path, id) {
      const { version } = await find(path, id)
      const problem = version && whyNot(version)
      if (problem) host.notify.info(problem)
      else if (version) await restoreVersion(host, path, id)
    },
  }
}

function historyItem(version: FileVersion): HistoryItem {
  const { checkpointId, createdAt, label, pinned } = version
  const name = plainVisible(versionName(version))
  const about = label && label !== versionName(version) ? plainVisible(label) : ''
  const facts = [stateText(version), ...(pinned ? ['pinned'] : []), ...(about ? [about] : [])]
  return {
    id: checkpointId,
    createdAt,
    label: name,
    description: facts.join(' · '),
    tooltip: [name, ...(about ? [about] : []), whyNot(version) ?? stateText(version)].join('\n'),
    icon: icon(version),
    usable: whyNot(version) === undefined,
  }
}
