import { createContext } from 'svelte'
import type { ChatHost } from './host'
import type { ChatStore } from './store.svelte'

/** Chat is what the parts of the chat's view share. */
export interface Chat {
  readonly host: ChatHost
  readonly store: ChatStore
  /** Gives the keyboard to the input. */
  focusInput(): void
  /** Reports whether the keyboard may be taken without disturbing someone who types. */
  mayTakeFocus(): boolean
}

export const [getChat, setChat] = createContext<Chat>()
