/** Replaces a part of what is typed, so that it can be undone like typing. */
export function replaceText(area: HTMLTextAreaElement, from: number, to: number, text: string): void {
  area.focus({ preventScroll: true })
  area.setSelectionRange(from, to)
  if (inserted(text)) return
  area.setRangeText(text, from, to, 'end')
  area.dispatchEvent(new Event('input', { bubbles: true }))
}

/** It is old, but nothing else enters the browser's own list of what can be undone. */
function inserted(text: string): boolean {
  const editing: { execCommand?: (command: string, ui: boolean, text?: string) => boolean } = document
  if (text === '') return editing.execCommand?.call(document, 'delete', false) ?? false
  return editing.execCommand?.call(document, 'insertText', false, text) ?? false
}
