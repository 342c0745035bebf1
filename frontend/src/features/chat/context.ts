import { createContext } from 'svelte'
import type { ReviewParts } from '../review'
import type { Cards } from './approval/cards.svelte'
import type { ChatHost } from './host'
import type { Remembered } from './remembered.svelte'
import type { Sight } from './sight.svelte'
import type { ChatStore } from './store.svelte'

/** Chat is what the parts of the chat's view share. */
export interface Chat {
  readonly host: ChatHost
  readonly store: ChatStore
  /** where changes are reviewed, in a window that has that */
  readonly review: ReviewParts | undefined
  /** what waits for an answer */
  readonly cards: Cards
  /** what is kept for all windows */
  readonly remembered: Remembered
  /** what of the conversation is drawn */
  readonly sight: Sight
  /** Gives the keyboard to the next card that waits, else to the input. */
  goOn(): void
  /** Gives the keyboard to the input. */
  focusInput(): void
  /** Reports whether the keyboard may be taken without disturbing someone who types. */
  mayTakeFocus(): boolean
}

export const [getChat, setChat] = createContext<Chat>()
