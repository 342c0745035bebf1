import { untrack } from 'svelte'
import { boxOf } from '../../lib/box'

/** So near to the end counts as being there. */
const nearness = 32

/** What is nearer than this to an edge of the list is not well in sight, in pixels. */
const edge = 48

/** How long after a click what grows counts as opened by it, in milliseconds. */
const opening = 300

/** Place is where in a conversation someone reads. */
export interface Place {
  /** id of the turn at the top */
  turn: string
  /** id of the item at the top, where there is one */
  item: string | undefined
  /** how far its top is below that of the list, in pixels */
  top: number
}

/**
 * Follow keeps a scrolling list at its end while it grows, until the person
 * scrolls up, and again once they are back at the end. What they open in the
 * list stays where it is: they want to read it from its start.
 */
export class Follow {
  /** at the end, and staying there */
  following = $state(true)

  private list: HTMLElement | undefined
  private lastTop = 0
  /** what is at the top of the list, and where; to keep it there */
  private anchor: Anchor | undefined
  /** what was clicked only just now */
  private pressed: (Anchor & { at: number }) | undefined

  /** Watches a list and what is in it; for use as an attachment. */
  readonly attach = (list: HTMLElement): (() => void) => {
    this.list = list
    const scrolled = (): void => this.scrolled(list)
    const pressed = (event: Event): void => this.press(event)
    list.addEventListener('scroll', scrolled, { passive: true })
    list.addEventListener('click', pressed, { capture: true })
    const observer = new ResizeObserver(() => this.keep())
    observer.observe(list)
    for (const child of list.children) observer.observe(child)
    untrack(() => this.keep())
    return () => {
      list.removeEventListener('scroll', scrolled)
      list.removeEventListener('click', pressed, { capture: true })
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

  /** Where someone reads who is not at the end. */
  place(): Place | undefined {
    const list = this.list
    if (!list || this.following) return undefined
    const { left, top, width } = list.getBoundingClientRect()
    const under = document.elementFromPoint(left + width / 2, top + 8)
    const turn = under?.closest<HTMLElement>('[data-turn]')
    const id = turn?.dataset['turn']
    if (!turn || !id || !list.contains(turn)) return undefined
    const item = under?.closest<HTMLElement>('[data-item]')
    return { turn: id, item: item?.dataset['item'], top: boxOf(item ?? turn).top - top }
  }

  /** Goes back to a place, of which the element is drawn. */
  to(place: Place, element: HTMLElement | undefined): void {
    const list = this.list
    if (!list || !element) {
      this.toEnd()
      return
    }
    const turn = element.closest<HTMLElement>('[data-turn]')
    if (turn) turn.style.contentVisibility = 'visible' // its true height counts, in sight or not
    this.hold(list, element, list.getBoundingClientRect().top + place.top)
  }

  /** Shows something in the list, and stays with it. */
  reveal(element: Element): void {
    this.following = false
    const { top, bottom } = boxOf(element)
    const tall = bottom - top > (this.list?.clientHeight ?? 0)
    element.scrollIntoView({ block: tall ? 'start' : 'nearest' })
    this.anchor = { element, top: boxOf(element).top }
  }

  /** Shows a place in an element in the middle of the list, unless it is in sight, and stays with it. */
  centre(place: Range | Element, element: Element): void {
    const list = this.list
    if (!list) return
    this.following = false
    this.pressed = undefined
    const within = place instanceof Range ? place.startContainer.parentElement : place
    within?.scrollIntoView({ block: 'nearest' }) // also in a box that scrolls by itself
    const view = list.getBoundingClientRect()
    const { top, bottom, height } = place.getBoundingClientRect()
    // At its very edges it would be overlooked, or stand behind the button that goes to the end.
    if (top < view.top + edge || bottom > view.bottom - edge)
      list.scrollTop += top - view.top - Math.max(8, (view.height - height) / 2)
    this.anchor = { element, top: boxOf(element).top }
  }

  private keep(): void {
    const list = this.list
    if (!list) return
    const asked = this.following ? questionIn(list) : undefined
    const pressed = this.pressed
    if (asked) this.reveal(asked)
    else if (this.following && pressed && performance.now() - pressed.at < opening) {
      this.hold(list, pressed.element, pressed.top)
      this.following = atEnd(list)
    } else if (this.following) list.scrollTop = list.scrollHeight
    else this.holdStill(list)
    this.lastTop = list.scrollTop
  }

  private press(event: Event): void {
    const element = event.target instanceof Element ? event.target.closest('[aria-expanded]') : null
    this.pressed = element ? { element, top: boxOf(element).top, at: performance.now() } : undefined
  }

  private hold(list: HTMLElement, element: Element, top: number): void {
    this.following = false
    this.anchor = { element, top }
    this.holdStill(list)
  }

  /**
   * What comes into sight above gets its true height only then; without this the
   * text being read would jump. Engines that do it themselves leave nothing to do.
   */
  private holdStill(list: HTMLElement): void {
    const anchor = this.anchor
    if (!anchor?.element.isConnected) return
    const moved = boxOf(anchor.element).top - anchor.top
    if (Math.abs(moved) >= 1) list.scrollTop += moved
  }

  private scrolled(list: HTMLElement): void {
    const top = list.scrollTop
    // Without a turn it is not a conversation yet: who has sent its first message is
    // still to follow what comes, and who has not, reads it from its start.
    const talked = list.querySelector('[data-turn]') !== null
    if (talked && atEnd(list)) this.following = questionIn(list) === undefined
    // Growing content moves the end away, not the position: only a person moves up.
    else if (talked && top < this.lastTop) this.following = false
    this.lastTop = top
    this.anchor = this.following ? undefined : anchorOf(list)
  }
}

interface Anchor {
  element: Element
  /** where it is in the window */
  top: number
}

function atEnd(list: HTMLElement): boolean {
  return list.scrollHeight - list.scrollTop - list.clientHeight <= nearness
}

/** What among the messages has the keyboard and is being read or written: a dialog, a message being edited. */
function questionIn(list: HTMLElement): Element | undefined {
  const active = document.activeElement
  if (!active || !list.contains(active)) return undefined
  return active.closest('[data-held]') ?? active.closest('[role=dialog]') ?? undefined
}

/** So far below the top of the list is looked for what stands there: past the gap between two items. */
const depths = [8, 20, 32]

/** What stands at the top; something small, as what is large may grow above the text that is read. */
function anchorOf(list: HTMLElement): Anchor | undefined {
  const { left, top, width } = list.getBoundingClientRect()
  const at = (depth: number): Element | null => document.elementFromPoint(left + width / 2, top + depth)
  let element: Element | null | undefined
  for (const depth of depths) {
    element = at(depth)?.closest('.item, .part, .asked, .from, .foot')
    if (element) break
  }
  element ??= at(depths[0] ?? 0)?.closest('.turn, .section')
  return element && list.contains(element) ? { element, top: boxOf(element).top } : undefined
}
