import type { AuditPage, AuditQuery, AuditRecord } from '../../bridge'

export const now = Date.UTC(2026, 0, 2, 12, 0, 0)

/** A call of a minute per number ago, which ran unasked. */
export function record(seq: number, fields: Partial<AuditRecord> = {}): AuditRecord {
  return {
    seq,
    at: now - (1000 - seq) * 60_000,
    event: 'decision',
    sessionId: 's1',
    callId: `c${seq}`,
    tool: 'run_command',
    kind: 'execute',
    command: `echo ${seq}`,
    mode: 'autopilot',
    effect: 'allow',
    rule: 'trusted command',
    tier: 'user',
    pattern: 'echo *',
    reason: 'The trusted command “echo *” matches.',
    status: 'completed',
    outcome: 'allowed',
    ...fields,
  }
}

export function page(entries: AuditRecord[], fields: Partial<AuditPage> = {}): AuditPage {
  return {
    seq: entries[0]?.seq ?? 0,
    entries,
    more: false,
    sessions: [{ id: 's1', title: 'Add a function Sum' }],
    file: '/home/user/.local/share/keel/audit.jsonl',
    damaged: 0,
    ...fields,
  }
}

/** FakeLog answers as Go does, from records that the test may change. */
export class FakeLog {
  records: AuditRecord[]
  seq = 0
  readonly queries: AuditQuery[] = []

  constructor(count: number) {
    this.records = Array.from({ length: count }, (_, i) => record(count - i))
    this.seq = count
  }

  /** Adds records above the others. */
  add(...added: AuditRecord[]): void {
    this.records = [...added, ...this.records]
    this.seq++
  }

  list = (query: AuditQuery): AuditPage => {
    this.queries.push(query)
    const text = query.text.toLowerCase()
    const matching = this.records.filter(
      (each) =>
        (query.before === 0 || each.seq < query.before) &&
        (query.sessionId === '' || each.sessionId === query.sessionId) &&
        (query.kind === '' || each.kind === query.kind) &&
        (query.outcome === '' || each.outcome === query.outcome) &&
        (text === '' || JSON.stringify(each).toLowerCase().includes(text)),
    )
    const entries = matching.slice(0, query.limit)
    return page(entries, { seq: this.seq, more: matching.length > entries.length })
  }
}
