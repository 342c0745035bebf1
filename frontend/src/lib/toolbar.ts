/**
 * Makes a row of buttons one tab stop: Tab goes to the button that had the keyboard last, the arrow
 * keys, Home and End go along the row. For use as an attachment of what has the role "toolbar".
 *
 * Pattern: WAI-ARIA Authoring Practices, Toolbar, with a roving tabindex.
 */
export function toolbar(row: HTMLElement): () => void {
  let stop: HTMLButtonElement | undefined

  const buttons = (): HTMLButtonElement[] => [
    ...row.querySelectorAll<HTMLButtonElement>('button:not(:disabled)'),
  ]

  function settle(wanted = stop): void {
    const all = buttons()
    stop = all.find((each) => each === wanted) ?? all[0]
    for (const each of row.querySelectorAll('button')) each.tabIndex = each === stop ? 0 : -1
  }

  function focused(event: FocusEvent): void {
    if (event.target instanceof HTMLButtonElement) settle(event.target)
  }

  function key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
    const all = buttons()
    const at = all.findIndex((each) => each === document.activeElement)
    const next = at < 0 ? undefined : { ...ends(all.length), ...steps(at, all.length) }[event.key]
    if (next === undefined) return
    all[next]?.focus()
    event.preventDefault()
  }

  settle()
  const observer = new MutationObserver(() => settle())
  observer.observe(row, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'] })
  row.addEventListener('focusin', focused)
  row.addEventListener('keydown', key)
  return () => {
    observer.disconnect()
    row.removeEventListener('focusin', focused)
    row.removeEventListener('keydown', key)
  }
}

const ends = (count: number): Readonly<Record<string, number>> => ({ Home: 0, End: count - 1 })

const steps = (at: number, count: number): Readonly<Record<string, number>> => ({
  ArrowRight: (at + 1) % count,
  ArrowLeft: (at - 1 + count) % count,
})
