import type { Disposable } from '../../bridge'
import type { CheckpointHost } from '../checkpoint'
import type { Dropped, ReferenceHost } from '../reference'

export type {
  AskOptions,
  DiffTarget,
  HostCommand,
  HostView,
  Notify,
  PickItem,
  PickOptions,
  Question,
  ToastAction,
} from '../checkpoint'

/**
 * ChatHost is everything the chat needs of the window it stands in: what
 * CheckpointHost lists (bridge, questions, commands, files) and the below.
 * The workbench provides it; the gallery and the tests provide a small one.
 *
 * Paths are workspace-relative with forward slashes.
 */
export interface ChatHost extends CheckpointHost, ReferenceHost {
  readonly code: CodeTarget
  /** Adds a command that is about what a person has before them in the workbench. */
  registerAsk(command: AskCommand): Disposable
  /** Asks for a folder to work in, as File > Open Folder does. */
  openFolder(): Promise<void>
  /** Opens a new, unsaved document. `language` is a language id. */
  openText(text: string, language: string): Promise<void>
  /** Opens a web or mail address outside; the chat has shown it whole before. */
  openExternal(address: string): Promise<void>

  /**
   * Highlights code with the colours of the current theme. `language` is a
   * language id, the word after a fence, or a file name. The result is HTML of
   * spans, with lines apart by <br/>; no colours where the language is unknown.
   */
  colorize(code: string, language: string): Promise<string>
}

/** CodeTarget is where code of the chat can go. What it changes is unsaved text: it can be undone there. */
export interface CodeTarget {
  /** Puts code at the cursor of the editor that was active last, or over its selection; false when there is none. */
  insert(code: string): Promise<boolean>
  /**
   * Shows how code would change a file, and changes it once the person agrees: `path` where the
   * chat knows it, else the file of the editor that was active last.
   */
  apply(code: string, language: string, path?: string): Promise<Applied>
}

/**
 * Applied says what came of code that was to be applied: `applied`; `cancelled` by the person;
 * `nowhere`, as there is no file; `unclear`, as it does not show where in the file it belongs:
 * then the agent can be asked to do it.
 */
export type Applied = 'applied' | 'cancelled' | 'nowhere' | 'unclear'

/**
 * AskAbout is what a command is about: the chosen files and folders, else the file in
 * front; the selected lines; these, else the symbol at the cursor, else the file; what
 * is selected in the terminal, else the end of it; the chosen problem, else the one at the cursor.
 */
export type AskAbout = 'files' | 'selection' | 'code' | 'terminal' | 'problem'

/** AskPlace is where a command stands beside the palette; in editors that is a submenu of ours. */
export type AskPlace = 'explorer' | 'tab' | 'editor' | 'terminal' | 'problems' | 'quickFix'

/** AskCommand is something to ask, or to add to the chat, from outside it. */
export interface AskCommand {
  id: string
  /** in the palette, after "Keel: ", and in the submenu of editors */
  title: string
  /** in the other menus */
  label: string
  about: AskAbout
  places: readonly AskPlace[]
  /** VS Code's notation; for editors with the keyboard in them */
  key?: string
  /** Told what it is about. Where that is nothing, `problem` says so. */
  run(about: Dropped): Promise<void>
}
