import type { AuditSession } from '../../bridge'
import { plainVisible } from '../../lib/visible'
import { outcomes } from './wording'

/** Filter chooses entries; an empty field chooses all. */
export interface Filter {
  readonly sessionId: string
  readonly kind: string
  readonly outcome: string
  readonly text: string
}

export const everything: Filter = { sessionId: '', kind: '', outcome: '', text: '' }

/** Reports whether a filter leaves something out. */
export function narrows(filter: Filter): boolean {
  return Object.values(filter).some((each) => each !== '')
}

/** Choice is an option of a drop-down. */
export interface Choice {
  readonly value: string
  readonly label: string
}

export const kindChoices: readonly Choice[] = [
  { value: '', label: 'All kinds' },
  { value: 'execute', label: 'Commands' },
  { value: 'edit', label: 'Edits' },
  { value: 'delete', label: 'Deletions' },
  { value: 'move', label: 'Moves' },
  { value: 'read', label: 'Reading' },
  { value: 'search', label: 'Searching' },
  { value: 'fetch', label: 'Web pages' },
  { value: 'other', label: 'Other tools' },
  { value: 'trust', label: 'Trust changes' },
]

const filtered = ['allowed', 'approved', 'rejected', 'denied', 'failed', 'waiting', 'cancelled']

export const outcomeChoices: readonly Choice[] = [
  { value: '', label: 'All outcomes' },
  ...filtered.map((value) => ({ value, label: outcomes[value]?.text ?? value })),
]

/** The sessions that the log knows; the chosen one stays a choice when the log no longer names it. */
export function sessionChoices(sessions: readonly AuditSession[], chosen: string): Choice[] {
  const known = sessions.map(({ id, title }) => ({ value: id, label: sessionName(title) }))
  const missing = chosen !== '' && !sessions.some(({ id }) => id === chosen)
  return [
    { value: '', label: 'All sessions' },
    ...known,
    ...(missing ? [{ value: chosen, label: sessionName('') }] : []),
  ]
}

/** What a session is called where it may be gone. */
export function sessionName(title: string): string {
  return plainVisible(title) || 'Deleted session'
}
