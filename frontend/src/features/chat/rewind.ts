import type { Session, SessionTurn } from '../../bridge'

/** The first of the turns that were taken out of a conversation; undefined when none were. */
export function takenOut(before: Session, after: Session): SessionTurn | undefined {
  const first = before.turns[after.turns.length]
  const last = after.turns.at(-1)
  const earlier = last === undefined || before.turns[after.turns.length - 1]?.id === last.id
  return earlier ? first : undefined
}

/** The first of the turns that came back into a conversation; undefined when none did. */
export function cameForward(before: Session, after: Session): SessionTurn | undefined {
  const first = takenOut(after, before)
  // One that was only just sent is not done.
  return first?.status === 'done' ? first : undefined
}
