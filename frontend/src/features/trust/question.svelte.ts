import { toFailure, type Bridge, type Disposable, type Failure, type TrustExplanation } from '../../bridge'

/** How long typing must rest before Go is asked. */
const rest = 120

/** WouldRun asks what would happen to a command while it is typed. Nothing is run. */
export class WouldRun implements Disposable {
  command = $state('')
  /** whose patterns count too; empty for none */
  sessionId = $state('')
  answer = $state.raw<TrustExplanation | undefined>(undefined)
  failure = $state.raw<Failure | undefined>(undefined)
  /** what is shown is the answer for an earlier text */
  waiting = $state(false)

  private timer: ReturnType<typeof setTimeout> | undefined
  private asked = 0

  constructor(private readonly bridge: Pick<Bridge, 'Trust'>) {}

  /** Asks once typing rests. What comes for an earlier text is dropped. */
  type(command: string): void {
    this.command = command
    clearTimeout(this.timer)
    if (command.trim() === '') this.forget()
    else {
      this.waiting = true
      this.timer = setTimeout(() => void this.ask(), rest)
    }
  }

  /** Asks at once: what decides has changed, or it is wanted now. */
  async ask(): Promise<void> {
    clearTimeout(this.timer)
    if (this.command.trim() === '') {
      this.forget()
      return
    }
    const number = ++this.asked
    try {
      const answer = await this.bridge.Trust.Explain({ command: this.command, sessionId: this.sessionId })
      if (number !== this.asked) return
      this.answer = answer
      this.failure = undefined
    } catch (cause) {
      if (number !== this.asked) return
      this.answer = undefined
      this.failure = toFailure(cause)
    }
    this.waiting = false
  }

  dispose(): void {
    clearTimeout(this.timer)
    this.asked++
  }

  private forget(): void {
    this.asked++
    this.answer = undefined
    this.failure = undefined
    this.waiting = false
  }
}
