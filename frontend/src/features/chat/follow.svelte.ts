import { untrack } from 'svelte'

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
  /** what is at the top of the list, and where; to keep it there */
  private anchor: { element: Element; top: number } | undefined

  /** Watches a list and what is in it; for use as an attachment. */
  readonly attach = (list: HTMLElement): (() => void) => {
    this.list = list
    const scrolled = (): void => this.scrolled(list)
    list.addEventListener('scroll', scrolled, { passive: true })
    const observer = new ResizeObserver(() => this.keep())
    observer.observe(list)
    for (const child of list.children) observer.observe(child)
    untrack(() => this.keep())
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

  /** Shows a list that is not a conversation yet from its start. */
  toStart(): void {
    this.following = false
    if (this.list) this.list.scrollTop = 0
  }

  private keep(): void {
    const list = this.list
    if (!list) return
    if (this.following) list.scrollTop = list.scrollHeight
    else this.holdStill(list)
    this.lastTop = list.scrollTop
  }

  /**
   * What comes into sight above gets its true height only then; without this the
   * text being read would jump. Engines that do it themselves leave nothing to do.
   */
  private holdStill(list: HTMLElement): void {
    const anchor = this.anchor
    if (!anchor?.element.isConnected) return
    const moved = anchor.element.getBoundingClientRect().top - anchor.top
    if (Math.abs(moved) >= 1) list.scrollTop += moved
  }

  private scrolled(list: HTMLElement): void {
    const top = list.scrollTop
    const left = list.scrollHeight - top - list.clientHeight
    if (left <= nearness) this.following = true
    // Growing content moves the end away, not the position: only a person moves up.
    else if (top < this.lastTop) this.following = false
    this.lastTop = top
    this.anchor = this.following ? undefined : anchorOf(list)
  }
}

function anchorOf(list: HTMLElement): { element: Element; top: number } | undefined {
  const { left, top, width } = list.getBoundingClientRect()
  const element = document.elementFromPoint(left + width / 2, top + 8)?.closest('.item, .turn')
  return element && list.contains(element) ? { element, top: element.getBoundingClientRect().top } : undefined
}
