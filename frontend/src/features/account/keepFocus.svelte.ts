import { focusIfLost } from '../../lib/focus'

/**
 * keepFocus gives the keyboard to the next step when the one that had it goes
 * away: to what is marked `data-step`, which says where things stand now. Who is
 * elsewhere in the window stays there. Called while a component is made.
 */
export function keepFocus(root: () => HTMLElement | undefined, step: () => unknown): void {
  let had = false
  $effect.pre(() => {
    step()
    had = root()?.contains(document.activeElement) ?? false
  })
  $effect(() => {
    step()
    const element = root()
    if (had) focusIfLost(element?.querySelector<HTMLElement>('[data-step]') ?? element)
  })
}
