import {
  toFailure,
  type RestorePlan,
  type RestoreRequest,
  type RestoreResult,
  type RestoreScope,
  type RestoreWhat,
  type Session,
  type SessionFileChange,
  type SessionTurn,
  type UnsavedText,
} from '../../bridge'
import { count } from '../../lib/format'
import { openChanges } from './changes'
import type { CheckpointHost, ToastAction } from './host'
import { askRestore } from './question'
import { list, outcome, putBack, putFileBack, shortTitle, total, undoAgent, type Wording } from './wording'

/** RestoreTarget is what a restore goes back to. */
export interface RestoreTarget {
  scope: RestoreScope
  sessionId: string
  turnId: string
  checkpointId: string
  /** only these; empty for all */
  paths: readonly string[]
  /** with scope point; the files when left out */
  what?: RestoreWhat
}

/** Takes back what the agent changed in a turn, or only in some of its paths. */
export function turnTarget(sessionId: string, turnId: string, paths: readonly string[] = []): RestoreTarget {
  return { scope: 'turn', sessionId, turnId, checkpointId: '', paths }
}

/** Puts everything back to before a message: the files, the conversation, or both. */
export function pointTarget(sessionId: string, turnId: string, what: RestoreWhat = 'files'): RestoreTarget {
  return { scope: 'point', sessionId, turnId, checkpointId: '', paths: [], what }
}

/** Puts everything back to a checkpoint, or only some paths. */
export function checkpointTarget(checkpointId: string, paths: readonly string[] = []): RestoreTarget {
  return { scope: 'checkpoint', sessionId: '', turnId: '', checkpointId, paths }
}

/** How a restore is called: by what it takes back. */
export function wordingOf({ scope, paths }: RestoreTarget): Wording {
  if (scope === 'turn' || scope === 'session') return undoAgent
  return paths.length > 0 ? putFileBack : putBack
}

/** The last turn that changed files. */
export function lastChanged(session: Session | undefined): SessionTurn | undefined {
  return session?.turns.findLast((turn) => turn.changes.length > 0)
}

/** Opens the multi-file diff of everything a turn changed, by tool or by command. */
export async function viewChanges(host: CheckpointHost, turn: SessionTurn): Promise<void> {
  try {
    await openChanges(
      host,
      `Changes: ${shortTitle(turn.prompt, 32)}`,
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

/** Says what a restore would do, with what the editors hold. */
export async function preview(host: CheckpointHost, target: RestoreTarget): Promise<RestorePlan> {
  return host.bridge.Checkpoints.Preview(request(target, await host.editors.collect()))
}

/**
 * Takes back what the agent changed in a turn. Where there is something to
 * decide it asks first; else a click is enough, as it can be undone.
 */
export async function revert(
  host: CheckpointHost,
  sessionId: string,
  turnId: string,
): Promise<RestoreResult | undefined> {
  return takeBack(host, turnTarget(sessionId, turnId), false)
}

/**
 * Takes back one file of a turn. What somebody else changed in it meanwhile
 * goes too, so it asks where there was somebody.
 */
export async function revertFile(
  host: CheckpointHost,
  sessionId: string,
  turnId: string,
  { path, from, alsoUser }: SessionFileChange,
): Promise<RestoreResult | undefined> {
  return takeBack(host, turnTarget(sessionId, turnId, from ? [from, path] : [path]), alsoUser)
}

async function takeBack(
  host: CheckpointHost,
  target: RestoreTarget,
  shared: boolean,
): Promise<RestoreResult | undefined> {
  const wording = shared ? { ...undoAgent, detail: sharedDetail } : undoAgent
  try {
    const plan = await preview(host, target)
    if (total(plan, true) === 0 && plan.conflicts.length === 0) {
      host.notify.info(undoAgent.nothing)
      return undefined
    }
    if (!shared && plan.merge.length === 0 && plan.unsaved.length === 0) {
      return await restore(host, target, plan)
    }
    const answer = await askRestore(host, plan, wording)
    return answer && (await restore(host, target, plan, answer.merge))
  } catch (cause) {
    complain(host, cause)
    return undefined
  }
}

/** What is said of a file that not only the agent changed. */
const sharedDetail =
  'Not only the agent changed this file during the turn: what the others did to it goes away too. You can undo this.'

/** Shows what a restore would do, and does it if that is agreed to. */
export async function askAndRestore(
  host: CheckpointHost,
  target: RestoreTarget,
  plan: RestorePlan,
): Promise<RestoreResult | undefined> {
  const answer = await askRestore(host, plan, wordingOf(target))
  return answer ? restore(host, target, plan, answer.merge) : undefined
}

/**
 * Restores and says in a toast what came of it, with Undo or what `acts` offers in
 * its place; asks once more where it is much. Undefined when it was not done, or
 * failed, which the toast says.
 */
export async function restore(
  host: CheckpointHost,
  target: RestoreTarget,
  plan: RestorePlan,
  merge = false,
  acts?: (result: RestoreResult) => ToastAction[],
): Promise<RestoreResult | undefined> {
  try {
    if (
      plan.large &&
      target.what !== 'conversation' &&
      !(await agreesToLarge(host, wordingOf(target), plan, merge))
    )
      return undefined
    const unsaved = await host.editors.collect()
    const result = await host.bridge.Checkpoints.Restore(request(target, unsaved, merge))
    const undoAct = {
      label: 'Undo',
      run: () => undo(host, target.sessionId, result.undo).then(() => undefined),
    }
    const offered = acts?.(result) ?? (result.undo === '' ? [] : [undoAct])
    say(host, outcome(wordingOf(target).done, result), result, offered)
    await reload(host, result, unsaved)
    return result
  } catch (cause) {
    complain(host, cause)
    return undefined
  }
}

/** Takes a restore back, with the unsaved text that it took from editors. Itself undoable. */
export async function undo(
  host: CheckpointHost,
  sessionId: string,
  id: string,
): Promise<RestoreResult | undefined> {
  try {
    const kept = await keptTexts(host, id)
    const unsaved = await host.editors.collect()
    const result = await host.bridge.Checkpoints.Undo(sessionId, id)
    say(host, outcome('Brought back', result), result)
    await reload(host, result, unsaved)
    await bringBack(host, kept)
    return result
  } catch (cause) {
    complain(host, cause)
    return undefined
  }
}

/** What editors held before a restore. Files can be brought back without it, and it stays stored. */
export async function keptTexts(host: CheckpointHost, id: string): Promise<UnsavedText[]> {
  try {
    return await host.bridge.Checkpoints.Unsaved(id)
  } catch (cause) {
    const { code, message } = toFailure(cause)
    // That the checkpoint is gone is what undoing is about to say as well.
    if (code !== 'not_found') host.notify.warn(`Unsaved text could not be brought back: ${message}`)
    return []
  }
}

/** Makes editors show what a restore wrote, and says where unsaved text stands over it. */
export async function reload(
  host: CheckpointHost,
  result: RestoreResult,
  taken: readonly UnsavedText[],
): Promise<void> {
  const typed = await host.editors.reload(result.unsaved, taken)
  if (typed.length === 0) return
  host.notify.warn(
    `You went on typing in ${list(typed)}: that text is still unsaved there, over the file as it is now.`,
  )
}

/** Gives editors the unsaved text that a restore took from them. */
export async function bringBack(host: CheckpointHost, texts: readonly UnsavedText[]): Promise<void> {
  for (const text of await host.editors.bringBack(texts)) offerBeside(host, text)
}

function offerBeside(host: CheckpointHost, text: UnsavedText): void {
  host.notify.warn(
    `${list([text.path])} has newer unsaved text, which stays. The unsaved text from before is kept too.`,
    [{ label: 'Show It', run: () => host.editors.showBeside(text) }],
  )
}

function request(target: RestoreTarget, unsaved: UnsavedText[], merge = false): RestoreRequest {
  return { ...target, what: target.what ?? 'files', paths: [...target.paths], merge, unsaved }
}

function agreesToLarge(
  host: CheckpointHost,
  { act }: Wording,
  plan: RestorePlan,
  merge: boolean,
): Promise<boolean> {
  const files = count(total(plan, merge), 'file')
  const written = plan.write.length + (merge ? plan.merge.length : 0)
  return host.confirm({
    message: `This is a lot: ${files}. Go on?`,
    detail: `${count(written, 'file')} would be written and ${count(plan.delete.length, 'file')} deleted. You can undo it.`,
    primary: `${act} ${files}`,
  })
}

function say(
  host: CheckpointHost,
  message: string,
  result: RestoreResult,
  actions: Parameters<CheckpointHost['notify']['info']>[1] = [],
): void {
  if (result.conflicts.length > 0) host.notify.warn(message, actions)
  else host.notify.info(message, actions)
}

/** Says what went wrong and what to do. */
export function complain(host: CheckpointHost, cause: unknown): void {
  const { code, message, hint } = toFailure(cause)
  if (code === 'cancelled') return
  host.notify.error(hint ? `${message} ${hint}` : message)
}
