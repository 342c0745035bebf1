import { toFailure, type Failure, type SessionFound } from '../../../bridge'

/** How long typing must rest before what was typed is looked for. */
const rest = 150

/** SessionSearch looks for text in all sessions while it is being typed. */
export class SessionSearch {
  found = $state.raw<readonly SessionFound[]>([])
  busy = $state(false)
  failure = $state.raw<Failure | undefined>(undefined)

  private timer: ReturnType<typeof setTimeout> | undefined
  private asked = 0

  constructor(private readonly search: (text: string) => Promise<readonly SessionFound[]>) {}

  /** Looks for text once no other was asked for during a moment; a single letter finds too much. */
  ask(text: string): void {
    clearTimeout(this.timer)
    const wanted = text.trim()
    const number = ++this.asked
    this.failure = undefined
    if (wanted.length < 2) {
      this.found = []
      this.busy = false
      return
    }
    this.busy = true
    this.timer = setTimeout(() => void this.run(wanted, number), rest)
  }

  dispose(): void {
    clearTimeout(this.timer)
    this.asked++
  }

  private async run(text: string, number: number): Promise<void> {
    try {
      const found = await this.search(text)
      if (number !== this.asked) return
      this.found = found
    } catch (cause) {
      if (number !== this.asked) return
      this.found = []
      this.failure = toFailure(cause)
    }
    this.busy = false
  }
}
