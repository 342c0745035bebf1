import type { ReviewActs } from './acts.svelte'
import type { Preferences } from './preferences.svelte'
import type { ReviewStore } from './store.svelte'

/** Parts is what the review's views and commands share. */
export interface Parts {
  readonly store: ReviewStore
  readonly acts: ReviewActs
  readonly preferences: Preferences
}
