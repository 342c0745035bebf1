import { flushSync, tick } from 'svelte'
import { boxOf } from '../../lib/box'

/** How far around what is in sight is drawn too, in pixels. */
const margin = 900
/** How long drawing may take of a frame, in milliseconds. */
const share = 6
/** How many parts stay drawn that are out of sight: who scrolls back finds them at once. */
const keptAround = 60

export interface PartOptions {
  /** what it shows: its height is known by that when it comes again */
  key?: object | undefined
  drawn: boolean
  /** what it is guessed to be until it was drawn */
  height: number
  /** reports whether a turn or an item is in it */
  holds?: (id: string) => boolean
  /** it holds nothing but places of other parts, and costs little */
  places?: boolean
}

/** Part is a piece of a long list. While it is not drawn, something of its height stands there. */
export class Part {
  drawn: boolean = $state(false)
  height: number = $state(0)
  element: HTMLElement | undefined
  /** Somebody has opened or pressed something in it: that must not be lost. */
  touched = false
  readonly key: object | undefined
  readonly holds: (id: string) => boolean
  readonly places: boolean

  constructor(
    private readonly sight: Sight,
    { key, drawn, height, holds = () => false, places = false }: PartOptions,
  ) {
    this.key = key
    this.drawn = drawn
    this.height = height
    this.holds = holds
    this.places = places
  }

  readonly attach = (element: HTMLElement): (() => void) => {
    this.element = element
    const touch = (): void => void (this.touched = true)
    element.addEventListener('click', touch)
    element.addEventListener('input', touch)
    this.sight.add(this, element)
    return () => {
      element.removeEventListener('click', touch)
      element.removeEventListener('input', touch)
      this.sight.remove(this)
    }
  }
}

/**
 * Sight draws those parts of a long list that are in sight or near it, a few in
 * each frame, and takes away what has been out of sight for long. A part stays
 * that has the keyboard, some of the selected text, or something that was opened.
 *
 * Parts stand in parts: what is not drawn has one place for all that is in it, of
 * a height that is guessed until it was drawn once. So the list scrolls through all
 * of a conversation, and the page holds little of it.
 */
export class Sight {
  private list: HTMLElement | undefined
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing is drawn from it
  private readonly parts = new Map<Element, Part>()
  /** the drawn ones; which were in sight last, last */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing is drawn from it
  private readonly drawn = new Set<Part>()
  /** of what was drawn once and no longer is, by its key */
  private readonly heights = new WeakMap<object, number>()
  private frame = 0
  private lastTop = 0

  /** Watches a list, whose only child holds the parts; for use as an attachment. */
  readonly attach = (list: HTMLElement): (() => void) => {
    this.list = list
    const look = (): void => this.later()
    list.addEventListener('scroll', look, { passive: true })
    const observer = new ResizeObserver(look)
    observer.observe(list)
    for (const child of list.children) observer.observe(child)
    this.later()
    return () => {
      list.removeEventListener('scroll', look)
      observer.disconnect()
      cancelAnimationFrame(this.frame)
      this.frame = 0
      this.list = undefined
    }
  }

  add(part: Part, element: HTMLElement): void {
    this.parts.set(element, part)
    if (part.drawn) this.drawn.add(part)
    this.later()
  }

  remove(part: Part): void {
    if (part.element) this.parts.delete(part.element)
    this.drawn.delete(part)
  }

  /** The height that something had when it was drawn last; else a guess. */
  heightOf(key: object | undefined, guess: () => number): number {
    return (key && this.heights.get(key)) ?? guess()
  }

  /** Draws a turn, and in it the part with an item; returns what of the two there is. */
  async show(turn: string, item?: string): Promise<HTMLElement | undefined> {
    await this.reach(turn)
    const element = this.list?.querySelector<HTMLElement>(`[data-turn="${CSS.escape(turn)}"]`) ?? undefined
    await this.draw(element && this.parts.get(element))
    if (!element || item === undefined) return element
    await this.reach(item)
    return element.querySelector<HTMLElement>(`[data-item="${CSS.escape(item)}"]`) ?? element
  }

  /** Draws all that a turn or an item is in, from the outside. */
  private async reach(id: string): Promise<void> {
    const next = (): Part | undefined =>
      [...this.parts.values()].find((each) => !each.drawn && each.holds(id))
    for (let part = next(); part; part = next()) await this.draw(part)
  }

  private async draw(part: Part | undefined): Promise<void> {
    if (!part || part.drawn) return
    this.take(part)
    await tick()
  }

  private take(part: Part): void {
    part.drawn = true
    this.drawn.delete(part)
    this.drawn.add(part)
  }

  private later(): void {
    if (this.frame || !this.list) return
    this.frame = requestAnimationFrame(() => {
      this.frame = 0
      this.look()
    })
  }

  private look(): void {
    const list = this.list
    const content = list?.firstElementChild
    if (!list || !content) return
    const { top, bottom } = list.getBoundingClientRect()
    const scrolled = Math.abs(list.scrollTop - this.lastTop)
    this.lastTop = list.scrollTop
    // What flies past is gone before it is drawn; the places of what comes are enough then.
    const flying = scrolled > bottom - top
    const begun = performance.now()
    for (;;) {
      const near = this.near(content, top - margin, bottom + margin)
      for (const part of near) if (part.drawn) this.take(part)
      const wanted = near.filter((part) => !part.drawn && (part.places || !flying))
      if (wanted.length === 0) {
        if (flying) this.later()
        // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing is drawn from it
        else this.forget(new Set(near))
        return
      }
      const late = (): boolean => performance.now() - begun > share
      this.drawSome(wanted, (top + bottom) / 2, late)
      if (!late()) continue // what has a place by now may be in sight
      this.later()
      return
    }
  }

  /** Draws what is nearest first, until it is late. */
  private drawSome(wanted: readonly Part[], middle: number, late: () => boolean): void {
    const order = wanted
      .map((part) => ({ part, far: distance(part, middle) }))
      .sort((one, other) => one.far - other.far)
    for (const { part } of order) {
      flushSync(() => this.take(part))
      if (late()) return
    }
  }

  /** The parts between two heights of the window, and what is in the drawn ones of them. */
  private near(container: Element, top: number, bottom: number): Part[] {
    const found: Part[] = []
    const { children } = container
    for (let at = firstBelow(children, top); at < children.length; at++) {
      const child = children[at]
      if (!child || boxOf(child).top > bottom) break
      const part = this.parts.get(child)
      if (part) found.push(part)
      if (part?.drawn) {
        const inner = child.matches('[data-parts]') ? child : child.querySelector('[data-parts]')
        if (inner) found.push(...this.near(inner, top, bottom))
      }
    }
    return found
  }

  /** Takes away what was in sight long ago. */
  private forget(near: ReadonlySet<Part>): void {
    let many = this.drawn.size - near.size - keptAround
    if (many <= 0) return
    const selection = document.getSelection()
    for (const part of this.drawn) {
      if (many <= 0) return
      const element = part.element
      if (!element || near.has(part) || part.touched || element.contains(document.activeElement)) continue
      if (selection && !selection.isCollapsed && selection.containsNode(element, true)) continue
      this.measure(part, element)
      part.drawn = false
      this.drawn.delete(part)
      many--
    }
  }

  /** Notes how high a part is, and what stands in it. */
  private measure(part: Part, element: HTMLElement): void {
    part.height = element.offsetHeight
    if (part.key) this.heights.set(part.key, part.height)
    if (!part.places) return
    for (const child of element.children) {
      const inner = this.parts.get(child)
      if (inner?.element) this.measure(inner, inner.element)
    }
  }
}

function distance(part: Part, from: number): number {
  if (!part.element) return Infinity
  const rect = boxOf(part.element)
  return rect.top > from ? rect.top - from : Math.max(0, from - rect.bottom)
}

/** Where the first child is that ends below a height: they stand below each other. */
function firstBelow(children: HTMLCollection, top: number): number {
  let low = 0
  let high = children.length
  while (low < high) {
    const middle = (low + high) >> 1
    const child = children[middle]
    if (child && boxOf(child).bottom < top) low = middle + 1
    else high = middle
  }
  return low
}
