import {
  toFailure,
  type RestoreResult,
  type RestoreScope,
  type Session,
  type SessionTurn,
} from '../../bridge'
import { count } from '../../lib/format'
import type { CheckpointHost } from './host'

/** The last turn that changed files. */
export function lastChanged(session: Session | undefined): SessionTurn | undefined {
  return session?.turns.findLast((turn) => turn.changes.length > 0)
}

/** Opens the multi-file diff of everything a turn changed, by tool or by command. */
export async function viewChanges(host: CheckpointHost, turn: SessionTurn): Promise<void> {
  try {
    await host.openMultiDiff(
      `Changes: ${firstLine(turn.prompt)}`,
      turn.changes.map((change) => ({
        path: change.path,
        kind: change.kind,
        ...(change.from ? { from: change.from } : {}),
        before: turn.before,
        after: turn.after || null,
      })),
    )
  } catch (cause) {
    complain(host, cause)
  }
}

/** Takes back what the agent changed in a turn, and offers to undo that. */
export function revert(
  host: CheckpointHost,
  sessionId: string,
  turnId: string,
): Promise<RestoreResult | undefined> {
  return restore(host, sessionId, turnId, 'turn')
}

/**
 * Restores and says in a toast what came of it, with Undo. Undefined when it
 * failed, which the toast says.
 */
export async function restore(
  host: CheckpointHost,
  sessionId: string,
  turnId: string,
  scope: RestoreScope,
): Promise<RestoreResult | undefined> {
  try {
    const result = await host.bridge.Checkpoints.Restore({ sessionId, turnId, scope, paths: [] })
    const undoable = result.undo !== ''
    const actions = undoable
      ? [{ label: 'Undo', run: () => undo(host, sessionId, result.undo).then(() => undefined) }]
      : []
    const message = outcome(scope === 'turn' ? 'Reverted' : 'Restored', result)
    if (result.conflicts.length > 0) host.notify.warn(message, actions)
    else host.notify.info(message, actions)
    return result
  } catch (cause) {
    complain(host, cause)
    return undefined
  }
}

/** Takes a restore back. Itself undoable. */
export async function undo(
  host: CheckpointHost,
  sessionId: string,
  id: string,
): Promise<RestoreResult | undefined> {
  try {
    const result = await host.bridge.Checkpoints.Undo(sessionId, id)
    const message = outcome('Brought back', result)
    if (result.conflicts.length > 0) host.notify.warn(message)
    else host.notify.info(message)
    return result
  } catch (cause) {
    complain(host, cause)
    return undefined
  }
}

function outcome(verb: string, result: RestoreResult): string {
  const files = result.written + result.deleted
  const left = result.conflicts.length
  const done = files > 0 || left === 0 ? `${verb} ${count(files, 'file')}.` : ''
  const rest =
    left > 0
      ? ` Left as ${left === 1 ? 'it is' : 'they are'}, because of newer changes: ${list(result.conflicts.map((c) => c.path))}.`
      : ''
  return (done + rest).trim()
}

function list(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(', ')
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown
}

function complain(host: CheckpointHost, cause: unknown): void {
  const failure = toFailure(cause)
  host.notify.error(failure.hint ? `${failure.message} ${failure.hint}` : failure.message)
}

function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? ''
  return line.length > 32 ? `${line.slice(0, 31).trimEnd()}…` : line
}
