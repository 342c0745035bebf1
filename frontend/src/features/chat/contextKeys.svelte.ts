import { untrack } from 'svelte'
import type { Review } from '../review'
import { runningKey } from './commands'
import type { ChatHost } from './host'
import type { ChatStore } from './store.svelte'

/**
 * Keeps up to date what follows the chat: the context keys that commands' `when`
 * clauses name, and the review of the shown session. Ends with the returned function.
 */
export function keepContext(host: ChatHost, store: ChatStore, review: Review | undefined): () => void {
  return $effect.root(() => {
    $effect(() => host.setContext(runningKey, store.running))
    $effect(() => {
      const { session } = store
      untrack(() => review?.follow(session))
    })
  })
}
