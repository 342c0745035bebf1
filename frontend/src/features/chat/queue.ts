import type { Session, SessionImage, SessionReference } from '../../bridge'

/** Sending is a prompt that Go has not shown yet as a turn, or as queued. */
export interface Sending {
  readonly key: number
  readonly sessionId: string
  readonly prompt: string
  readonly images: readonly SessionImage[]
  readonly references: readonly SessionReference[]
  /** how many turns there were when it was sent */
  readonly turns: number
  /** a turn was running, so that it is queued */
  readonly queued: boolean
}

/** What is still on its way: without the prompts that the session holds by now. */
export function settle(sending: readonly Sending[], session: Session): readonly Sending[] {
  const left = sending.filter((each) => each.sessionId !== session.id || !arrived(each, session))
  return left.length === sending.length ? sending : left
}

/**
 * Whether a prompt is in the draft again without ever having been shown as queued:
 * the turn was stopped right after it was sent, and the page saw both at once.
 */
export function cameBack({ sessionId, prompt, turns, queued }: Sending, session: Session): boolean {
  const last = session.turns.at(-1)
  const stopped = session.turns.length === turns && last?.stopReason === 'cancelled'
  return queued && session.id === sessionId && stopped && prompt !== '' && session.draft.startsWith(prompt)
}

function arrived({ prompt, turns }: Sending, session: Session): boolean {
  return (
    session.queue.some((queued) => queued.text === prompt) ||
    session.turns.slice(turns).some((turn) => turn.prompt === prompt) ||
    (session.turns.at(-1)?.items.some((item) => item.kind === 'prompt' && item.text === prompt) ?? false)
  )
}

/**
 * What came back into the draft because the turn was stopped before the queued
 * messages had their place; empty when nothing did. Those with pictures or references
 * wait on.
 */
export function returned(before: Session, after: Session): string {
  const gone = before.queue.filter((queued) => !after.queue.some((other) => other.id === queued.id))
  const text = gone.map((queued) => queued.text).join('\n\n')
  return after.draft.startsWith(text) && !before.draft.startsWith(text) ? text : ''
}
