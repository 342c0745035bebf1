import { tick, untrack } from 'svelte'
import type { Follow, Place } from '../follow.svelte'
import type { ChatStore } from '../store.svelte'
import { firstFrom, matchAt, Search, total } from './matches'
import { mark, openAll, rangesIn, unmark } from './ranges'

/** FinderParts is what a Finder needs of the conversation. */
export interface FinderParts {
  store: ChatStore
  follow: Follow
  list(): HTMLElement | undefined
  /** Draws an item, or the beginning of a turn. */
  draw(turnId: string, itemId?: string): Promise<HTMLElement | undefined>
  /** Goes to a place; to the end without one. */
  goTo(place: Place | undefined): Promise<void>
}

/**
 * Finder looks for text in the shown session: in all of it, drawn or not. It
 * works on what the store holds, and draws what it goes to.
 */
export class Finder {
  open = $state(false)
  text = $state('')
  matchCase = $state(false)
  /** the number of the match that is shown, from 0; undefined before the first step */
  at = $state<number | undefined>(undefined)
  /** where its text is typed, while it is open */
  field = $state<HTMLInputElement | undefined>(undefined)

  private readonly search = $derived(new Search({ text: this.text, matchCase: this.matchCase }))
  readonly pieces = $derived.by(() =>
    this.open ? this.search.in(this.parts.store.session?.turns ?? []) : [],
  )
  readonly total = $derived(total(this.pieces))
  /** "3 of 17" */
  readonly said = $derived.by(() => {
    if (this.text === '') return ''
    if (this.total === 0) return 'No results'
    const of = this.total.toLocaleString('en')
    return this.at === undefined ? `${of} found` : `${Math.min(this.at + 1, this.total)} of ${of}`
  })

  private from: { place: Place | undefined; focus: Element | null } | undefined
  private step = 0

  constructor(private readonly parts: FinderParts) {}

  start(): void {
    if (!this.open) this.from = { place: this.parts.follow.place(), focus: document.activeElement }
    this.open = true
    const selected = document.getSelection()?.toString() ?? ''
    if (selected && !selected.includes('\n') && selected.length < 200) this.type(selected)
  }

  /** Gives it the keyboard, with its text selected. */
  focus(): void {
    this.field?.focus({ preventScroll: true })
    this.field?.select()
  }

  /** Ends it where it is. */
  close(): void {
    this.open = false
    this.at = undefined
    this.from = undefined
    this.step++
    unmark()
  }

  /** Ends it and goes back to where the person was, with the keyboard too. */
  async back(): Promise<void> {
    const { from } = this
    this.close()
    await this.parts.goTo(from?.place)
    if (from?.focus instanceof HTMLElement && from.focus.isConnected)
      from.focus.focus({ preventScroll: true })
  }

  type(text: string): void {
    this.text = text
    this.again()
  }

  setMatchCase(on: boolean): void {
    this.matchCase = on
    this.again()
  }

  /** Goes to the next match, or with -1 to the one before, around the ends. */
  go(step: 1 | -1): Promise<void> {
    const { total: many } = this
    if (many === 0) return Promise.resolve()
    const at = this.at ?? (step > 0 ? -1 : 0)
    this.at = (at + step + many) % many
    return this.show()
  }

  /** Begins with the first match from where the person was. */
  private again(): void {
    this.at = undefined
    if (untrack(() => this.total) === 0) {
      unmark()
      return
    }
    const turns = this.parts.store.session?.turns ?? []
    const here = this.from?.place?.turn ?? turns.at(-1)?.id
    this.at = firstFrom(this.pieces, turns, here)
    void this.show()
  }

  private async show(): Promise<void> {
    const match = this.at === undefined ? undefined : matchAt(this.pieces, this.at)
    if (!match) return
    const step = ++this.step
    const { turnId, itemId } = match.piece
    const drawn = await this.parts.draw(turnId, itemId)
    const element = itemId === undefined ? drawn?.querySelector('.prompt') : drawn
    if (step !== this.step || !element) return
    const query = { text: this.text, matchCase: this.matchCase }
    let ranges = rangesIn(element, query)
    if (ranges.length < match.piece.count && openAll(element)) {
      await tick()
      if (step !== this.step) return
      ranges = rangesIn(element, query)
    }
    const range = ranges[Math.min(match.nth, ranges.length - 1)]
    this.parts.follow.centre(range ?? element, element)
    const list = this.parts.list()
    mark(list ? rangesIn(list, query) : [], range)
  }
}
