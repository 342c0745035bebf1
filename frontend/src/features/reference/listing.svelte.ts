import { distinct } from './distinct'
import type { Piece } from './hash'

/** Option is a line of the popup above an input. */
export interface Option {
  /** its own in the list */
  readonly key: string
  /** a codicon's name without "codicon-" */
  readonly icon: string
  readonly name: readonly Piece[]
  /** behind the name: where it is, or what it does */
  readonly detail: readonly Piece[]
}

/** How far PageUp and PageDown go. */
const page = 8

/** Listing is the lines of a popup, and which of them the keyboard is at. */
export class Listing<T extends Option = Option> {
  options = $state.raw<readonly T[]>([])
  private key = $state('')
  /** the place of the active one; -1 when there is none */
  readonly active = $derived(
    Math.max(
      Math.min(0, this.options.length - 1),
      this.options.findIndex((each) => each.key === this.key),
    ),
  )
  readonly chosen = $derived<T | undefined>(this.options[this.active])

  /** Shows other lines. The active one stays so while it is there and the same thing is being looked for. */
  set(options: readonly T[], startAgain: boolean): void {
    this.options = distinct(options)
    if (startAgain) this.key = ''
  }

  activate(key: string): void {
    this.key = key
  }

  /** Moves by a key; false when it is none that moves. */
  move(key: string): boolean {
    const last = this.options.length - 1
    if (last < 0) return false
    const at = this.active
    const to: Readonly<Record<string, number>> = {
      ArrowDown: at === last ? 0 : at + 1,
      ArrowUp: at === 0 ? last : at - 1,
      PageDown: Math.min(last, at + page),
      PageUp: Math.max(0, at - page),
      Home: 0,
      End: last,
    }
    const next = Object.hasOwn(to, key) ? this.options[to[key] ?? 0] : undefined
    if (!next) return false
    this.key = next.key
    return true
  }
}
