/** Reports whether a key undoes what a page has done last; in a field it undoes the typing. */
export function undoes({ target, key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): boolean {
  const typing =
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && target.type !== 'checkbox')
  return !typing && key.toLowerCase() === 'z' && (ctrlKey || metaKey) && !shiftKey && !altKey
}
