import type { AuditRecord } from '../../bridge'
import { duration, exactTime } from '../../lib/format'

/** Look is how something is shown: an icon, words, and whether it is to be noticed. */
export interface Look {
  readonly icon: string
  readonly text: string
  readonly tone: 'quiet' | 'good' | 'bad' | 'warn'
}

/** What became of a call, by its outcome. */
export const outcomes: Readonly<Record<string, Look>> = {
  allowed: { icon: 'play', text: 'Ran unasked', tone: 'quiet' },
  approved: { icon: 'pass', text: 'You approved', tone: 'good' },
  rejected: { icon: 'circle-slash', text: 'You rejected', tone: 'warn' },
  denied: { icon: 'shield', text: 'Denied', tone: 'bad' },
  failed: { icon: 'error', text: 'Failed', tone: 'bad' },
  cancelled: { icon: 'debug-stop', text: 'Stopped', tone: 'quiet' },
  waiting: { icon: 'bell-dot', text: 'Waits for you', tone: 'warn' },
  trust: { icon: 'key', text: 'Trust changed', tone: 'quiet' },
}

export function outcomeLook({ outcome }: AuditRecord): Look {
  return outcomes[outcome] ?? { icon: 'question', text: outcome, tone: 'quiet' }
}

const kindIcons: Readonly<Record<string, string>> = {
  read: 'file',
  search: 'search',
  edit: 'edit',
  delete: 'trash',
  move: 'arrow-swap',
  execute: 'terminal',
  fetch: 'globe',
  trust: 'key',
}

export function kindIcon({ kind = '', event }: AuditRecord): string {
  return kindIcons[event === 'trust' ? 'trust' : kind] ?? 'tools'
}

/** What a call would do, in one line: its command, its paths, or how it calls itself. */
export function what(record: AuditRecord): { verb: string; code: string } {
  const verb = record.event === 'trust' ? (record.title ?? '') : (record.tool ?? record.kind ?? '')
  if (record.event === 'trust') return { verb: verb || 'Trust', code: record.pattern ?? '' }
  const code = record.command || (record.paths?.length ? record.paths.join(', ') : (record.title ?? ''))
  return { verb, code }
}

const effects: Readonly<Record<string, string>> = {
  allow: 'Allowed',
  ask: 'Asked you',
  deny: 'Denied',
}

const answers: Readonly<Record<string, string>> = {
  approved: 'You approved',
  rejected: 'You rejected',
  cancelled: 'Stopped before you answered',
}

const statuses: Readonly<Record<string, string>> = {
  completed: 'Done',
  failed: 'Failed',
  rejected: 'Not done',
  cancelled: 'Stopped',
  unknown: 'Outcome unknown',
}

/** Stage is one of the stations of a call: what was decided, answered, and came of it. */
export interface Stage {
  readonly name: 'Decision' | 'Answer' | 'Outcome'
  readonly text: string
  /** said by a person or found by a rule: shown as written */
  readonly quote: string
}

/** The stations that a call has passed, in order. */
export function stages(record: AuditRecord): Stage[] {
  const { effect = '', answer = '', status = '', original = '', feedback = '', reason = '' } = record
  const passed: Stage[] = []
  if (effect) passed.push({ name: 'Decision', text: effects[effect] ?? effect, quote: reason })
  if (answer) {
    const text = answers[answer] ?? answer
    passed.push({ name: 'Answer', text: original ? `${text}, after a change` : text, quote: feedback })
  } else if (record.outcome === 'waiting') {
    passed.push({ name: 'Answer', text: 'Waits for you', quote: '' })
  }
  if (status) passed.push({ name: 'Outcome', text: ending(record), quote: '' })
  return passed
}

function ending({ status = '', hasExit, exitCode = 0, durationMs = 0 }: AuditRecord): string {
  const parts = [statuses[status] ?? status]
  if (hasExit) parts.push(`exit code ${exitCode}`)
  if (durationMs > 0) parts.push(`after ${duration(durationMs)}`)
  return parts.join(', ')
}

const tiers: Readonly<Record<string, string>> = {
  'built in': 'Built into Keel',
  user: 'Your settings',
  workspace: 'For this folder',
  session: 'For this session',
  run: 'For this run',
}

const modes: Readonly<Record<string, string>> = { autopilot: 'Autopilot', supervised: 'Supervised' }

/** Fact is something more that is known of a call. */
export interface Fact {
  readonly name: string
  readonly value: string
  /** shown in the editor's font, hidden characters visible */
  readonly code: boolean
}

/** What more is known of a call; what is not known is left out. */
export function facts(record: AuditRecord, session: string): Fact[] {
  const {
    rule = '',
    tier = '',
    pattern = '',
    folder,
    mode = '',
    tool = '',
    hash = '',
    original = '',
  } = record
  const all: Fact[] = [
    { name: 'Rule', value: rule && capital(rule), code: false },
    { name: 'Whose rule', value: tiers[tier] ?? tier, code: false },
    { name: 'Pattern', value: pattern, code: true },
    { name: record.event === 'trust' ? 'Before' : 'Asked for at first', value: original, code: true },
    { name: 'Folder', value: record.command ? folder || '.' : (folder ?? ''), code: true },
    { name: 'Mode', value: modes[mode] ?? mode, code: false },
    { name: 'Tool', value: tool, code: true },
    { name: 'Hash', value: hash, code: true },
    { name: 'Session', value: session, code: false },
    { name: 'Time', value: exactTime(record.at), code: false },
    { name: 'Entry', value: `number ${record.seq.toLocaleString('en')}`, code: false },
  ]
  return all.filter(({ value }) => value !== '')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A record as JSON: what stands in the log, and nothing that only the page knows. */
export function recordJson(record: AuditRecord): string {
  return JSON.stringify(record, null, 2)
}
