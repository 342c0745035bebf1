import type { CodeTarget } from '../features/chat'

/** codeTarget is where code of the chat can go. */
export function codeTarget(): CodeTarget {
  return {
    insert: async () => false,
    apply: async () => 'nowhere',
  }
}
