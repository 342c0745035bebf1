/** Code that is larger is shown without colours. */
const sizeLimit = 100_000

/** Highlighted is the coloured beginning of a code text; the rest follows plainly. */
export interface Highlighted {
  readonly code: string
  readonly html: string
}

/**
 * Highlighter colours code that may still grow. It colours whole lines only, and
 * rests between two rounds for several times as long as a round took, so that
 * colouring never keeps the page busy.
 */
export class Highlighter {
  private wanted: { code: string; language: string } | undefined
  private working = false
  private ended = false

  constructor(
    private readonly colorize: (code: string, language: string) => Promise<string>,
    private readonly show: (result: Highlighted) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Asks for colours; only the last one asked for counts. */
  want(code: string, language: string): void {
    this.wanted = { code, language }
    if (!this.working) void this.work()
  }

  end(): void {
    this.ended = true
    this.wanted = undefined
  }

  private async work(): Promise<void> {
    this.working = true
    for (let next = this.wanted; next; next = this.wanted) {
      this.wanted = undefined
      if (next.code.length > sizeLimit || !next.language) continue
      const started = this.now()
      const html = await this.colorize(next.code, next.language).catch(() => '')
      if (this.stopped()) break
      if (html) this.show({ code: next.code, html })
      const rest = Math.max(100, 6 * (this.now() - started))
      await new Promise((resolve) => setTimeout(resolve, rest))
    }
    this.working = false
  }

  private stopped(): boolean {
    return this.ended
  }
}
