import type { AuditPage, AuditRecord } from '../../bridge'

/** News is what a fresh look at the newest entries tells of those that show. */
export interface News {
  /** those that show, each as it now is */
  readonly records: readonly AuditRecord[]
  /** those that do not show yet, newest first */
  readonly added: readonly AuditRecord[]
  /** there are more new ones than were looked at: the two lists do not meet */
  readonly gap: boolean
}

/** Compares the entries that show with the newest ones. */
export function newsOf(records: readonly AuditRecord[], page: AuditPage): News {
  const fetched = new Map(page.entries.map((record) => [record.seq, record]))
  const known = new Set(records.map(({ seq }) => seq))
  // An entry can come to match the filter later than one that is newer.
  const oldest = records.at(-1)?.seq ?? 0
  const added = page.entries.filter(({ seq }) => !known.has(seq) && seq > oldest)
  return {
    records: records.map((record) => fetched.get(record.seq) ?? record),
    added,
    gap: page.more && records.length > 0 && added.length === page.entries.length,
  }
}

/** Puts new entries among those that show, newest first. */
export function joined(added: readonly AuditRecord[], records: readonly AuditRecord[]): AuditRecord[] {
  return [...added, ...records].sort((a, b) => b.seq - a.seq)
}
