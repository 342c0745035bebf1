import {
  FilePermission,
  FileType,
  type IStat,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/files/common/files'
import type { FileEntry } from '../../bridge'

const kinds: Record<string, FileType> = { file: FileType.File, folder: FileType.Directory }

/** fileType says what an entry is; a symlink also says what it leads to. */
export function fileType(entry: Pick<FileEntry, 'kind' | 'target'>): FileType {
  if (entry.kind !== 'symlink') return kinds[entry.kind] ?? FileType.Unknown
  return FileType.SymbolicLink | (kinds[entry.target] ?? FileType.Unknown)
}

/** How many paths Clock remembers: those of files that are open, and many more. */
const remembered = 20_000

/**
 * Clock gives modification times that differ whenever the version does.
 *
 * The workbench tells versions of a file apart by time and size alone, and takes
 * only a later time for a change. A file can be replaced by an older one, or
 * twice within a millisecond.
 */
export class Clock {
  private readonly seen = new Map<string, { version: string; time: number; written?: string }>()

  time(entry: Pick<FileEntry, 'path' | 'version' | 'modifiedAt'>): number {
    const before = this.seen.get(entry.path)
    if (before?.version === entry.version) return before.time
    const time = before ? Math.max(entry.modifiedAt, before.time + 1) : entry.modifiedAt
    this.seen.delete(entry.path)
    this.seen.set(entry.path, { version: entry.version, time })
    if (this.seen.size > remembered) {
      const [oldest] = this.seen.keys()
      if (oldest !== undefined) this.seen.delete(oldest)
    }
    return time
  }

  /** The version last seen, or written since; undefined when never seen. */
  version(path: string): string | undefined {
    const seen = this.seen.get(path)
    return seen?.written ?? seen?.version
  }

  /** Takes note of what was written here: whoever writes next need not look in between. */
  wrote(path: string, version: string): void {
    const seen = this.seen.get(path)
    if (seen) seen.written = version
  }

  forget(path: string): void {
    this.seen.delete(path)
  }
}

/** toStat is an entry as the workbench knows it. */
export function toStat(entry: FileEntry, clock: Clock): IStat {
  const stat = {
    type: fileType(entry),
    mtime: clock.time(entry),
    ctime: entry.createdAt,
    size: entry.size,
  }
  return entry.readOnly && entry.kind !== 'folder' ? { ...stat, permissions: FilePermission.Readonly } : stat
}
