/** Cards are what waits for an answer in the conversation, by the id of what is asked. */
export class Cards {
  /** the one that had the keyboard last */
  current = $state('')

  // Told, not drawn: nothing need follow it.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  private readonly shown = new Map<string, () => void>()

  /** Adds a card, which is told to take the keyboard; the returned function takes it away. */
  add(id: string, focus: () => void): () => void {
    this.shown.set(id, focus)
    return () => {
      if (this.shown.get(id) === focus) this.shown.delete(id)
    }
  }

  /** Gives the keyboard to a card; false when it is not drawn. */
  focus(id: string): boolean {
    const focus = this.shown.get(id)
    focus?.()
    return focus !== undefined
  }
}
