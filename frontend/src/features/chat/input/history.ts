/** PromptHistory walks through the prompts of a session, as a shell does through its commands. */
export class PromptHistory {
  /** how far back from the end; 0 is the empty input */
  private back = 0
  private shown = ''

  reset(): void {
    this.back = 0
    this.shown = ''
  }

  /** Reports whether the input still holds what was recalled. */
  shows(text: string): boolean {
    return this.back > 0 && text === this.shown
  }

  older(prompts: readonly string[]): string | undefined {
    if (this.back >= prompts.length) return undefined
    this.back++
    return this.recall(prompts)
  }

  newer(prompts: readonly string[]): string | undefined {
    if (this.back === 0) return undefined
    this.back--
    return this.recall(prompts)
  }

  private recall(prompts: readonly string[]): string {
    this.shown = this.back === 0 ? '' : (prompts[prompts.length - this.back] ?? '')
    return this.shown
  }
}
