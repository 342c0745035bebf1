/** A click or key in the first moment was meant for what stood here before. */
const guardTime = 400

/** Guard keeps a card that has only just appeared from taking what was not meant for it. */
export class Guard {
  private shownAt = Date.now()

  /** The card shows something else now. */
  restart(): void {
    this.shownAt = Date.now()
  }

  /** Reports whether the card has been there long enough to be meant. */
  passed(): boolean {
    return Date.now() - this.shownAt >= guardTime
  }

  /** A key that is still held down from before was not meant for a button here; for use on keydown. */
  readonly ignoreHeld = (event: KeyboardEvent): void => {
    if (event.repeat && (event.key === 'Enter' || event.key === ' ')) event.preventDefault()
  }
}
