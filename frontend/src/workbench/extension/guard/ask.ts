import { plainVisible } from '../../../lib/visible'

/** Asker puts a question to the person; false is no. */
export type Asker = (question: { message: string; detail: string; primary: string }) => Promise<boolean>

/** What a person has not agreed to in this many questions running is not asked any more. */
const enough = 3

/**
 * Consent asks, one question after the other, what extensions may not do by
 * themselves. A yes or no holds for exactly what was shown, until the window
 * closes. All extensions run in one worker, where each can pretend to be any
 * other: so an answer is about what is done, not about who asks.
 */
export class Consent {
  private readonly answers = new Map<string, Promise<boolean>>()
  private before: Promise<unknown> = Promise.resolve()
  private refusals = 0

  constructor(private readonly ask: Asker) {}

  /** Whether the person lets extensions do this; shown whole, with what is invisible made visible. */
  allows(message: string, what: string, primary: string): Promise<boolean> {
    const detail = plainVisible(what)
    const key = JSON.stringify([message, what])
    const known = this.answers.get(key)
    if (known) return known
    const answer = this.before.then(async () => {
      if (this.refusals >= enough) return false
      const agreed = await this.ask({ message, detail, primary })
      this.refusals = agreed ? 0 : this.refusals + 1
      return agreed
    })
    this.before = answer.catch(() => undefined)
    this.answers.set(key, answer)
    return answer
  }
}
