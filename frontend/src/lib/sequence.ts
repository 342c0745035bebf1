export interface SequenceOptions {
  /** the number of the first value; left out, the first value seen is the first */
  first?: number
  /** milliseconds to wait for a missing value before going on without it */
  patience?: number
  /** called when values were left out, so that the reader can ask for the state again */
  onGap?: () => void
}

/**
 * Sequence hands on numbered values in the order of their numbers, whatever
 * order they arrive in: events from Go can overtake each other on their way.
 */
export class Sequence<T> {
  private next: number | undefined
  private readonly held = new Map<number, T>()
  private readonly patience: number
  private readonly onGap: () => void
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly deliver: (value: T) => void,
    options: SequenceOptions = {},
  ) {
    this.next = options.first
    this.patience = options.patience ?? 250
    this.onGap = options.onGap ?? (() => undefined)
  }

  push(seq: number, value: T): void {
    this.next ??= seq
    if (seq < this.next) {
      this.onGap() // it was given up, and comes after all
      return
    }
    this.held.set(seq, value)
    this.drain()
    this.watch()
  }

  dispose(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.held.clear()
  }

  private drain(): void {
    while (this.next !== undefined && this.held.has(this.next)) {
      const value = this.held.get(this.next) as T
      this.held.delete(this.next)
      this.next++
      this.deliver(value)
    }
  }

  private watch(): void {
    if (this.held.size === 0) {
      clearTimeout(this.timer)
      this.timer = undefined
      return
    }
    this.timer ??= setTimeout(() => {
      this.timer = undefined
      if (this.held.size === 0) return
      this.next = Math.min(...this.held.keys())
      this.onGap()
      this.drain()
      this.watch()
    }, this.patience)
  }
}
