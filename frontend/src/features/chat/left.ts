import type { Prompt, SessionImage, SessionReference } from '../../bridge'
import type { Begun } from './unfinished'

/** Left is what a page that goes away had not brought to Go, by the ids of sessions and turns. */
export interface Left {
  readonly texts: Readonly<Record<string, string>>
  readonly parts: Readonly<Record<string, LeftParts>>
  /** what was being typed elsewhere; without it, what Go has kept of that counts */
  readonly begun?: Begun
}

export interface LeftParts {
  readonly references: readonly SessionReference[]
  readonly images: readonly SessionImage[]
}

const key = 'keel.chat.left'
const nothing: Left = { texts: {}, parts: {} }

/**
 * Leaves it to the page that comes next in this window: a call to Go may no longer
 * arrive when a page goes away. Where it is too much, pictures stay behind.
 */
export function leave(left: Left): void {
  for (const each of [left, { ...left, parts: {} }, { texts: left.texts, parts: {} }]) {
    try {
      sessionStorage.setItem(key, JSON.stringify(each))
      return
    } catch {
      // There is no room: the words matter most.
    }
  }
}

/** Takes what the page before has left, once. */
export function takeLeft(): Left {
  try {
    const stored = sessionStorage.getItem(key)
    sessionStorage.removeItem(key)
    return stored === null ? nothing : { ...nothing, ...(JSON.parse(stored) as Partial<Left>) }
  } catch {
    return nothing
  }
}

/** Carried are the prompts that are no longer in an input, and not yet handed to Go. */
export class Carried {
  private prompts: readonly { readonly sessionId: string; readonly prompt: Prompt }[] = []

  /** What is returned is to be called once it is handed over. */
  take(sessionId: string, prompt: Prompt): () => void {
    const carried = { sessionId, prompt }
    this.prompts = [...this.prompts, carried]
    return () => {
      this.prompts = this.prompts.filter((each) => each !== carried)
    }
  }

  giveBack(to: (sessionId: string, prompt: Prompt) => void): void {
    for (const { sessionId, prompt } of this.prompts) to(sessionId, prompt)
    this.prompts = []
  }
}
