import type {
  Session,
  SessionApproval,
  SessionChange,
  SessionEvent,
  SessionFileChange,
  SessionItem,
  SessionToolCall,
  SessionTurn,
} from '../bridge'

// Sessions as Go would send them, for tests and the gallery.

export const start = Date.UTC(2025, 5, 3, 9, 30)

export function session(fields: Partial<Session> = {}): Session {
  return {
    id: 's1',
    title: 'Add a function Sum',
    createdAt: start,
    updatedAt: start,
    mode: 'autopilot',
    provider: 'practice',
    model: 'practice',
    draft: '',
    queue: [],
    usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
    cost: { micros: 0, partial: false },
    turns: [],
    seq: 1,
    ...fields,
  }
}

export function turn(fields: Partial<SessionTurn> = {}): SessionTurn {
  const done = fields.status === undefined || fields.status === 'done'
  return {
    id: 't1',
    prompt: 'add a function Sum to calc.go with a test and run the tests',
    status: 'done',
    stopReason: done ? 'end_turn' : '',
    outcome: '',
    hint: '',
    startedAt: start,
    endedAt: done ? start + 8200 : 0,
    provider: 'practice',
    model: 'practice',
    practice: true,
    usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
    cost: { micros: 0, partial: false },
    context: { tokens: 0, limit: 0, estimated: false },
    before: 'c1',
    after: done ? 'c2' : '',
    changes: [],
    reverted: '',
    items: [],
    ...fields,
  }
}

export function text(id: string, markdown: string, streaming = false): SessionItem {
  return { id, step: 1, kind: 'text', text: markdown, streaming }
}

export function call(id: string, fields: Partial<SessionToolCall>): SessionItem {
  const tool: SessionToolCall = {
    id,
    name: 'read_file',
    kind: 'read',
    title: '',
    status: 'completed',
    arguments: '{}',
    paths: [],
    command: '',
    folder: '',
    output: '',
    outputAt: 0,
    result: '',
    exitCode: 0,
    hasExit: false,
    startedAt: start,
    durationMs: 0,
    ...fields,
  }
  return { id, step: 1, kind: 'tool', text: '', streaming: false, tool }
}

export function command(id: string, line: string, fields: Partial<SessionToolCall> = {}): SessionItem {
  return call(id, {
    name: 'run_command',
    kind: 'execute',
    title: `Run ${line}`,
    command: line,
    folder: '.',
    arguments: JSON.stringify({ command: line }),
    ...fields,
  })
}

export function approval(fields: Partial<SessionApproval> = {}): SessionApproval {
  return { id: 'a1', hash: 'h1', reason: '', patterns: [], answer: '', feedback: '', ...fields }
}

export function change(path: string, fields: Partial<SessionFileChange> = {}): SessionFileChange {
  return {
    path,
    from: '',
    kind: 'modified',
    by: 'tool',
    added: 0,
    removed: 0,
    binary: false,
    alsoUser: false,
    ...fields,
  }
}

export function event(seq: number, ...changes: SessionChange[]): SessionEvent {
  return { sessionId: 's1', seq, changes }
}

export function append(itemId: string, piece: string): SessionChange {
  return { kind: 'text', turnId: 't1', itemId, append: piece }
}
