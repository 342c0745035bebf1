/**
 * Telling says something again whenever it has changed: at once, and then at most
 * once in each pause, so that the last state always gets there. What is told takes
 * a number that grows, also from one page to the next.
 */
export class Telling {
  private waiting = false
  private pausing = false
  private seq = 0

  constructor(
    private readonly pause: number,
    private readonly tell: (seq: number) => Promise<void>,
  ) {}

  changed(): void {
    if (this.waiting) return
    this.waiting = true
    queueMicrotask(() => this.next())
  }

  private next(): void {
    if (this.waiting && !this.pausing) void this.run()
  }

  private async run(): Promise<void> {
    this.waiting = false
    this.pausing = true
    this.seq = Math.max(this.seq + 1, Date.now())
    const rested = new Promise((resolve) => setTimeout(resolve, this.pause))
    try {
      await this.tell(this.seq)
    } catch {
      // The folder is being closed, or Go is busy: the next change tells all of it again.
    }
    await rested
    this.pausing = false
    this.next()
  }
}
