import { lastChanged } from '../checkpoint'
import { changesKey, runningKey } from './commands'
import type { ChatHost } from './host'
import type { ChatStore } from './store.svelte'

/** Keeps the context keys that commands' `when` clauses name; ends with the returned function. */
export function keepContext(host: ChatHost, store: ChatStore): () => void {
  return $effect.root(() => {
    $effect(() => host.setContext(runningKey, store.running))
    $effect(() => host.setContext(changesKey, lastChanged(store.session) !== undefined))
  })
}
