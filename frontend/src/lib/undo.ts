/** Reports whether a key press undoes what was done on a page: in a field it is the typing that is undone. */
export function undoes(event: KeyboardEvent): boolean {
  const { target } = event
  const typing =
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && target.type !== 'checkbox')
  if (typing || event.key.toLowerCase() !== 'z' || event.shiftKey || event.altKey) return false
  return event.ctrlKey || event.metaKey
}
