import type { SessionSummary } from '../../../bridge'

/** News is what became of a session that is not shown. */
export interface News {
  session: SessionSummary
  what: 'waits' | 'ended'
}

/** What is new between two lists of sessions, beside the shown one. */
export function newsOf(
  before: readonly SessionSummary[],
  after: readonly SessionSummary[],
  shownId: string | undefined,
): News[] {
  const known = new Map(before.map((session) => [session.id, session]))
  return after.flatMap((session): News[] => {
    const old = known.get(session.id)
    if (!old || session.id === shownId) return []
    if (session.waiting && !old.waiting) return [{ session, what: 'waits' }]
    const worked = old.running || old.waiting
    return worked && !session.running && !session.waiting ? [{ session, what: 'ended' }] : []
  })
}
