import type { Bridge, DiffKind, Disposable, UnsavedText } from '../../bridge'

/**
 * CheckpointHost is what looking at checkpoints and restoring them need of the
 * window. Paths are workspace-relative with forward slashes.
 */
export interface CheckpointHost {
  readonly bridge: Bridge
  /** Toasts. They resolve at once; an action runs when its button is pressed. */
  readonly notify: Notify
  readonly editors: UnsavedEditors
  openFile(path: string, line?: number): Promise<void>
  openMultiDiff(title: string, files: readonly DiffTarget[]): Promise<void>

  /** Adds a command to the palette, with a key where it has one. */
  registerCommand(command: HostCommand): Disposable
  /** Sets a context key that `when` clauses can name. */
  setContext(key: string, value: boolean | string): void
  /** A modal question; false when cancelled. */
  confirm(question: Question): Promise<boolean>
  /** The quick pick; undefined when cancelled. Items may still be on their way: it shows that. */
  pick<T>(
    items: readonly PickItem<T>[] | Promise<readonly PickItem<T>[]>,
    options: PickOptions,
  ): Promise<T | undefined>
  /** One line of text; undefined when cancelled. */
  ask(options: AskOptions): Promise<string | undefined>
  /**
   * Draws a modal dialog, read out as `label`, until `close` is called; undefined when it was closed
   * otherwise. What is drawn gives the keyboard to one of its parts.
   */
  openModal<T>(
    label: string,
    draw: (container: HTMLElement, close: (answer?: T) => void) => Disposable,
  ): Promise<T | undefined>
  /** Shows an entry in the status bar, or takes it away. */
  showStatus(id: string, entry: StatusEntry | undefined): void
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

export interface Notify {
  info(message: string, actions?: readonly ToastAction[]): void
  warn(message: string, actions?: readonly ToastAction[]): void
  error(message: string, actions?: readonly ToastAction[]): void
}

export interface ToastAction {
  label: string
  run(): void | Promise<void>
}

/** HostCommand is something a person can do; menus, buttons, keys and the palette name its id. */
export interface HostCommand {
  id: string
  /** as in the palette: "Keel: View All Changes" */
  title: string
  /** VS Code's notation: "ctrl+l" */
  key?: string
  /** a VS Code when clause */
  when?: string
  /** also in the "…" menu of this view */
  menu?: string
  run(): void | Promise<void>
}

export interface Question {
  message: string
  detail: string
  /** the button that says yes */
  primary: string
  /** it destroys something */
  danger?: boolean
}

export interface PickOptions {
  title: string
  placeholder: string
  /** Adds a button that goes back to what was asked before; the pick then counts as cancelled. */
  back?: () => Promise<void>
}

export interface AskOptions {
  title: string
  value: string
  placeholder: string
  /** It is a key or a password: not shown while it is typed. */
  secret?: boolean
  /** Says what is wrong with a text, which then cannot be given; undefined when nothing is. */
  check?: (text: string) => string | undefined
}

export interface PickItem<T> {
  label: string
  description?: string
  detail?: string
  /** a heading above this item */
  group?: string
  /** the present choice: shown as such, and selected at first */
  current?: boolean
  value: T
}

export interface StatusEntry {
  /** may begin with an icon, as "$(history) " */
  text: string
  /** read out instead of the text */
  label: string
  tooltip: string
  /** the id of the command that a click runs */
  command?: string
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
