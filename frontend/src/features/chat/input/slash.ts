import type { ChatHost } from '../host'
import type { ChatStore } from '../store.svelte'

/** SlashCommand is what "/name" at the start of the input does. */
export interface SlashCommand {
  /** without the slash */
  name: string
  /** what it does, in a few words */
  detail: string
  /** `rest` is what was typed behind the name */
  run(rest: string): void | Promise<void>
}

/** slashCommands are those that make sense now. */
export function slashCommands(_host: ChatHost, _store: ChatStore): readonly SlashCommand[] {
  return []
}
