import { untrack } from 'svelte'

/** Acts whenever what is read has changed, and at first; ends with the returned function. */
export function following<T>(read: () => T, act: (value: T) => void): () => void {
  return $effect.root(() => {
    $effect(() => {
      const value = read()
      untrack(() => act(value))
    })
  })
}
