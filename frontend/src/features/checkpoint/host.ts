import type { DiffKind, UnsavedText } from '../../bridge'
import type { WindowHost } from '../../ui/host'

export type {
  AskOptions,
  FileCommand,
  HostCommand,
  HostView,
  Notify,
  PickItem,
  PickOptions,
  Question,
  StatusEntry,
  ToastAction,
} from '../../ui/host'

/**
 * CheckpointHost is what looking at checkpoints and restoring them need of the
 * window. Paths are workspace-relative with forward slashes.
 */
export interface CheckpointHost extends WindowHost {
  readonly editors: UnsavedEditors
  openMultiDiff(title: string, files: readonly DiffTarget[]): Promise<void>
  /** Opens one file's changes, at a line of its right side. */
  openDiff(title: string, file: DiffTarget, line?: number): Promise<void>
}

/** UnsavedEditors is the folder's editors with text that is not on the disk. */
export interface UnsavedEditors {
  /** Their texts, as the bytes that saving would write. */
  collect(): Promise<UnsavedText[]>
  /**
   * Makes the editors of paths show what is on the disk. An editor whose unsaved
   * text is not the one in `taken` keeps it; those paths are returned.
   */
  reload(paths: readonly string[], taken: readonly UnsavedText[]): Promise<string[]>
  /**
   * Puts texts into their editors as unsaved changes. Texts for which an editor
   * already holds other unsaved text are returned.
   */
  bringBack(texts: readonly UnsavedText[]): Promise<UnsavedText[]>
  /** Shows a text in an editor of its own, without a file. */
  showBeside(text: UnsavedText): Promise<void>
}

/** DiffTarget is one file of a multi-file diff between two checkpoints. */
export interface DiffTarget {
  path: string
  kind: DiffKind
  /** the old path of a renamed file */
  from?: string
  /** id of the checkpoint on the left */
  before: string
  /** id of the checkpoint on the right; null for the file on disk */
  after: string | null
}
