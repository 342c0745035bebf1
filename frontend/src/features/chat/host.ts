import type { Disposable } from '../../bridge'
import type { CheckpointHost } from '../checkpoint'

export type { DiffTarget, Notify, ToastAction } from '../checkpoint'

/**
 * ChatHost is everything the chat needs of the window it stands in: what
 * CheckpointHost lists (bridge, notify, openFile, openMultiDiff) and the below.
 * The workbench provides it; the gallery and the tests provide a small one.
 *
 * Paths are workspace-relative with forward slashes.
 */
export interface ChatHost extends CheckpointHost {
  /** Puts a view into the right side bar. */
  registerView(view: HostView): Disposable
  /** Adds a command to the palette, with a key where it has one. */
  registerCommand(command: HostCommand): Disposable
  /** Sets a context key that `when` clauses can name. */
  setContext(key: string, value: boolean | string): void
  /** Shows the view and gives it the keyboard. Resolves when it is drawn. */
  showView(id: string): Promise<void>

  /** A modal question; false when cancelled. */
  confirm(question: Question): Promise<boolean>
  /** The quick pick; undefined when cancelled. Items may still be on their way: it shows that. */
  pick<T>(
    items: readonly PickItem<T>[] | Promise<readonly PickItem<T>[]>,
    options: { title: string; placeholder: string },
  ): Promise<T | undefined>
  /** One line of text; undefined when cancelled. */
  ask(options: { title: string; value: string; placeholder: string }): Promise<string | undefined>

  /** Asks for a folder to work in, as File > Open Folder does. */
  openFolder(): Promise<void>
  /** Opens the settings editor with a search. */
  openSettings(query: string): Promise<void>
  /** Opens a web or mail address outside; the chat has shown it whole before. */
  openExternal(address: string): Promise<void>

  /**
   * Highlights code with the colours of the current theme. `language` is a
   * language id, the word after a fence, or a file name. The result is HTML of
   * spans, with lines apart by <br/>; no colours where the language is unknown.
   */
  colorize(code: string, language: string): Promise<string>
}

export interface HostView {
  id: string
  title: string
  /** a codicon's name without "codicon-" */
  icon: string
  /** Draws into a container that fills the view and does not scroll. */
  render(container: HTMLElement): Disposable
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
  run(): void | Promise<void>
}

export interface Question {
  message: string
  detail: string
  /** the button that says yes */
  primary: string
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
