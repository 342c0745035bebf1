import type { SessionCallStatus, SessionToolCall, SessionToolKind } from '../../../bridge'
import { partialString } from '../../../lib/partialJson'
import { plainVisible } from '../../../lib/visible'

/** How a tool call's state looks and is called. */
export interface StatusLook {
  icon: string
  label: string
  tone: 'quiet' | 'good' | 'bad' | 'warn'
  spin?: boolean
}

const looks: Readonly<Record<SessionCallStatus, StatusLook>> = {
  pending: { icon: 'loading', label: 'Preparing', tone: 'quiet', spin: true },
  waiting: { icon: 'bell-dot', label: 'Waits for you', tone: 'warn' },
  in_progress: { icon: 'loading', label: 'Running', tone: 'quiet', spin: true },
  completed: { icon: 'check', label: 'Done', tone: 'good' },
  failed: { icon: 'error', label: 'Failed', tone: 'bad' },
  rejected: { icon: 'circle-slash', label: 'Rejected', tone: 'warn' },
  cancelled: { icon: 'circle-slash', label: 'Stopped', tone: 'quiet' },
  unknown: { icon: 'question', label: 'Outcome unknown', tone: 'warn' },
}

/** Reports whether a call only looks around, so that a row says enough. */
export function isPlain(call: SessionToolCall): boolean {
  return call.status !== 'waiting' && ['read', 'search', 'other'].includes(call.kind)
}

/** Reports whether what a call does shows by itself: a question has its card, a plan its list. */
export function showsItself(call: SessionToolCall): boolean {
  const done = call.status === 'in_progress' || call.status === 'completed'
  return done && (call.name === 'ask_user' || call.name === 'todo')
}

export function statusLook(call: SessionToolCall): StatusLook {
  if (call.status === 'completed' && call.hasExit && call.exitCode !== 0) {
    return { icon: 'error', label: `Exit code ${call.exitCode}`, tone: 'bad' }
  }
  return looks[call.status]
}

/** The look of a state alone. */
export function statusIcon(status: SessionCallStatus): StatusLook {
  return looks[status]
}

const icons: Readonly<Record<SessionToolKind, string>> = {
  read: 'file',
  search: 'search',
  edit: 'edit',
  delete: 'trash',
  move: 'arrow-swap',
  execute: 'terminal',
  fetch: 'globe',
  other: 'tools',
}

const named: Readonly<Record<string, string>> = {
  list_dir: 'folder',
  sub_agent: 'hubot',
  todo: 'checklist',
  ask_user: 'question',
  fetch_url: 'globe',
  diagnostics: 'warning',
}

export function kindIcon(call: SessionToolCall): string {
  return named[call.name] ?? icons[call.kind]
}

/** What the call is called, also while its arguments are still being written. */
export function callTitle(call: SessionToolCall): string {
  if (call.title) return plainVisible(call.title)
  const path = partialString(call.arguments, 'path')
  const verbs: Readonly<Record<SessionToolKind, string>> = {
    read: 'Read',
    search: 'Search',
    edit: 'Edit',
    delete: 'Delete',
    move: 'Move',
    execute: 'Run a command',
    fetch: 'Fetch a page',
    other: call.name,
  }
  return plainVisible(path ? `${verbs[call.kind]} ${path}` : verbs[call.kind])
}

/** The text that a call is writing, while it is being written; empty when there is none. */
export function growingText(call: SessionToolCall): string {
  if (call.status !== 'pending' || call.diff) return ''
  return partialString(call.arguments, 'content') ?? partialString(call.arguments, 'new_string') ?? ''
}

/** The arguments as a person can read them. */
export function readableArguments(call: SessionToolCall): string {
  try {
    const parsed: unknown = JSON.parse(call.arguments)
    return JSON.stringify(parsed, null, 2)
  } catch {
    return call.arguments
  }
}
