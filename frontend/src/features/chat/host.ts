import type { CheckpointHost } from '../checkpoint'

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
export interface ChatHost extends CheckpointHost {
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
