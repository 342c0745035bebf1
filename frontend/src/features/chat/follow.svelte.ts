/** So near to the end counts as being there. */
const nearness = 32

/**
 * Follow keeps a scrolling list at its end while it grows, until the person
 * scrolls up, and again once they are back at the end.
 */
export class Follow {
  /** at the end, and staying there */
  following = $state(true)

  private list: HTMLElement | undefined
  private lastTop = 0

  /** Watches a list and what is in it; for use as an attachment. */
  readonly attach = (list: HTMLElement): (() => void) => {
    this.list = list
    const scrolled = (): void => this.scrolled(list)
    list.addEventListener('scroll', scrolled, { passive: true })
    const observer = new ResizeObserver(() => this.keep())
    observer.observe(list)
    for (const child of list.children) observer.observe(child)
    this.keep()
    return () => {
      list.removeEventListener('scroll', scrolled)
      observer.disconnect()
      this.list = undefined
    }
  }

  /** Goes to the end and stays there. */
  toEnd(): void {
    this.following = true
    this.keep()
  }

  private keep(): void {
    const list = this.list
    if (!list || !this.following) return
    list.scrollTop = list.scrollHeight
    this.lastTop = list.scrollTop
  }

  private scrolled(list: HTMLElement): void {
    const top = list.scrollTop
    const left = list.scrollHeight - top - list.clientHeight
    if (left <= nearness) this.following = true
    // Growing content moves the end away, not the position: only a person moves up.
    else if (top < this.lastTop) this.following = false
    this.lastTop = top
  }
}
