/**
 * Gives an element the keyboard when nobody has it: what had it was taken away
 * or could not be used for a while. Who has gone on elsewhere is left alone.
 */
export function focusIfLost(element: HTMLElement | undefined): void {
  const { activeElement, body } = document
  if (activeElement === null || activeElement === body) element?.focus({ preventScroll: true })
}
