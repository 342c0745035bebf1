/**
 * Gradual says how much of a long list is drawn: its end at once, and what comes
 * before frame by frame, so that opening a long session never holds the page up.
 */
export class Gradual {
  /** how many of the last entries to draw */
  limit: number = $state(0)

  constructor(private readonly step: number) {
    this.limit = step
  }

  /** Goes on until so many are drawn; for use as an effect. */
  upTo(total: number): (() => void) | undefined {
    if (this.limit === Infinity) return undefined
    if (this.limit >= total) {
      this.limit = Infinity // what is added from now on is at the end
      return undefined
    }
    const frame = requestAnimationFrame(() => (this.limit += this.step))
    return () => cancelAnimationFrame(frame)
  }

  /** Begins anew, with so many drawn at once. */
  restart(drawn = this.step): void {
    this.limit = drawn
  }
}
