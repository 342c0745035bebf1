import type { Bridge, Disposable } from '../bridge'

/**
 * WindowHost is what every feature needs of the window it stands in. The
 * workbench provides it; the gallery and the tests provide a small one.
 */
export interface WindowHost {
  readonly bridge: Bridge
  /** Toasts. They resolve at once; an action runs when its button is pressed. */
  readonly notify: Notify
  /** Opens a file of the folder: workspace-relative, with forward slashes. */
  openFile(path: string, line?: number): Promise<void>
  /** Opens the settings editor with a search. */
  openSettings(query: string): Promise<void>
  /** Opens the user's own settings.json, at the first thing in it that has no effect. */
  openUserSettings(): Promise<void>
  /** Runs a command of the workbench, or of ours, by its id. Resolves with what came of it, where it says so. */
  runCommand(id: string, ...args: string[]): Promise<unknown>
  /** Reports whether there is a command, of the workbench or of ours, by its id. */
  hasCommand(id: string): Promise<boolean>
  /** Adds a view to a side bar. */
  registerView(view: HostView): Disposable
  /** Shows a view and gives it the keyboard. Resolves when it is drawn. */
  showView(id: string): Promise<void>
  /** Shows a number at the icon of a view's container, read out as `label`; 0 takes it away. */
  showBadge(viewId: string, count: number, label: string): void
  /** Adds a command to the context menus of files. */
  registerFileCommand(command: FileCommand): Disposable
  /** Adds a page among the editors, as the settings are one. */
  registerPage(page: HostPage): Disposable
  /** Shows a page and gives it the keyboard. */
  openPage(id: string): Promise<void>

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

/** HostView is a view in a side bar: in the left one with a container, else in the right one by itself. */
export interface HostView {
  id: string
  title: string
  /** a codicon's name without "codicon-" */
  icon: string
  /** views with the same container stand below each other, in the order of registering */
  container?: HostContainer
  /** where it stands among them, whatever is registered first */
  order?: number
  /** Draws into a container that fills the view and does not scroll. */
  render(container: HTMLElement): Disposable
}

/** HostContainer is an icon at the left edge, with its views. */
export interface HostContainer {
  id: string
  title: string
  /** a codicon's name without "codicon-" */
  icon: string
}

/** FileCommand is something a person can do with a file of the folder. */
export interface FileCommand {
  id: string
  /** as in the menus: "Compare with Checkpoint…"; the palette has it after "Keel: ", for the active file */
  title: string
  /** the context menus it stands in */
  menus: readonly ('explorer' | 'editor' | 'tab')[]
  /** a VS Code when clause */
  when?: string
  run(path: string): Promise<void>
}

/** HostPage is a page among the editors. */
export interface HostPage {
  id: string
  /** of its tab */
  title: string
  /** a codicon's name without "codicon-" */
  icon: string
  /** Draws into a container that grows with what it holds; the page scrolls. */
  render(container: HTMLElement): Disposable
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
  /** Told what runCommand was given; nothing from the palette, a key or a menu. What it returns, runCommand does. */
  run(...args: string[]): unknown
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
