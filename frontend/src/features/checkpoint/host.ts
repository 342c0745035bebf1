import type { Bridge, DiffKind } from '../../bridge'

/** CheckpointHost is what restoring and looking at changes need of the window. */
export interface CheckpointHost {
  readonly bridge: Bridge
  /** Toasts. They resolve at once; an action runs when its button is pressed. */
  readonly notify: Notify
  openFile(path: string, line?: number): Promise<void>
  openMultiDiff(title: string, files: readonly DiffTarget[]): Promise<void>
}

export interface Notify {
  info(message: string, actions?: readonly ToastAction[]): void
  warn(message: string, actions?: readonly ToastAction[]): void
  error(message: string, actions?: readonly ToastAction[]): void
}

export interface ToastAction {
  label: string
  run(): void | Promise<void>
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
