import type {
  Checkpoint,
  CheckpointWork,
  DiffKind,
  RestorePlan,
  RestoreResult,
  RestoreWhat,
  ReviewStatus,
  SessionFileChange,
} from '../../bridge'
import { count, shortened } from '../../lib/format'
import { plainVisible } from '../../lib/visible'
import type { StatusEntry } from './host'

/** How the two ways of restoring are told apart, everywhere. */
export interface Wording {
  /** the dialog's name and question */
  title: string
  /** what happens to work that is not the agent's */
  detail: string
  /** what there is to say when nothing would change */
  nothing: string
  /** of the button: "Revert 3 files" */
  act: string
  /** of the toast: "Reverted 3 files." */
  done: string
}

/** Takes back what the agent did in a turn. */
export const undoAgent: Wording = {
  title: 'Undo the agent’s changes',
  detail: 'What you changed since stays. You can undo this.',
  nothing: 'Nothing of what the agent changed is left to take back.',
  act: 'Revert',
  done: 'Reverted',
}

/** Puts everything back, to before a message or to a checkpoint. */
export const putBack: Wording = {
  title: 'Put everything back to this point',
  detail: 'Changes made since, your own included, go away. You can undo this.',
  nothing: 'The folder is just as it was at this point.',
  act: 'Restore',
  done: 'Restored',
}

/** Takes the messages from one on out of the conversation. */
export const goBack = {
  title: 'Take the conversation back to before this message',
  detail: 'What was said since is kept in a copy, in the list of sessions. You can undo this.',
}

/** actOf is what the button of a restore says; empty when there is nothing to do. */
export function actOf(wording: Wording, what: RestoreWhat, files: number, turns: number): string {
  const moved = files > 0 ? `${wording.act} ${count(files, 'file')}` : ''
  if (what === 'files') return moved
  const back = `${moved ? 'go' : 'Go'} back ${count(turns, 'message')}`
  return moved ? `${moved}, ${back}` : back
}

/** Puts single files back to a checkpoint. */
export const putFileBack: Wording = {
  title: 'Put this file back',
  detail:
    'It becomes what it was at this checkpoint: what was changed in it since goes away. You can undo this.',
  nothing: 'The file is just as it was at this checkpoint.',
  act: 'Restore',
  done: 'Restored',
}

const reasons: Record<string, string> = {
  'turn-start': 'Before a message to the agent',
  'turn-end': 'When the agent had finished',
  'pre-tool': 'Before a step of the agent',
  'post-tool': 'After a step of the agent',
  'pre-restore': 'Before a restore',
  'post-restore': 'After a restore',
  manual: 'Created by you',
  drift: 'Changed outside of the agent’s steps',
}

/** reasonText says what a checkpoint was taken for. */
export function reasonText(reason: string): string {
  return reasons[reason] ?? reason
}

/** What a person called a checkpoint; empty when nobody gave it a name. */
export function givenName({ reason, label, name }: Pick<Checkpoint, 'reason' | 'label' | 'name'>): string {
  return reason === 'manual' ? label : name
}

const leftRunning = 'by a command the agent left running'

/** Who changed a file, in words; empty for the agent's own edits. */
export const authors: Record<SessionFileChange['by'], string> = {
  tool: '',
  command: 'by a command',
  background: leftRunning,
  user: 'by you',
  restore: 'by a restore',
  session: 'by another session',
  unknown: 'by another program',
}

/** author says who changed a file, or who did besides the agent. Of an edit there is nothing to say. */
export function author(change: SessionFileChange): string {
  // Turns of an earlier Keel do not say who it was; then it was the user.
  return change.alsoUser ? `also ${authors[change.also ?? 'user']}` : authors[change.by]
}

/** "644 → 755"; empty where the permissions are what they were. */
export function modeChange({
  oldMode = 0,
  newMode = 0,
}: Pick<SessionFileChange, 'oldMode' | 'newMode'>): string {
  return oldMode === newMode ? '' : `${permissions(oldMode)} → ${permissions(newMode)}`
}

function permissions(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(3, '0')
}

/** What was done to a file, in a word and in a letter. */
export const kinds: Record<DiffKind, { text: string; letter: string }> = {
  added: { text: 'added', letter: 'A' },
  modified: { text: 'changed', letter: 'M' },
  deleted: { text: 'deleted', letter: 'D' },
  renamed: { text: 'renamed', letter: 'R' },
}

/** Where a change stands in its review, in words and as a codicon. */
export const standings: Record<ReviewStatus, { text: string; icon: string }> = {
  pending: { text: 'not reviewed', icon: 'circle-filled' },
  accepted: { text: 'kept', icon: 'check' },
  rejected: { text: 'taken back', icon: 'discard' },
  stale: { text: 'changed again since', icon: 'warning' },
  mixed: { text: 'partly reviewed', icon: 'circle-outline' },
}

/**
 * drifted says what commands that the agent left running changed between two
 * messages, and which files these are; undefined when there are none. What
 * others changed meanwhile is not theirs.
 */
export function drifted(
  changes: readonly SessionFileChange[] | undefined,
): { text: string; paths: string[] } | undefined {
  const paths = (changes ?? []).filter((c) => c.by === 'background').map((c) => plainVisible(c.path))
  if (paths.length === 0) return undefined
  const were = paths.length === 1 ? 'was' : 'were'
  return {
    text: `Since the last message, ${count(paths.length, 'file')} ${were} changed ${leftRunning}.`,
    paths,
  }
}

/** How many files a restore would write and delete. */
export function total(plan: RestorePlan, merge: boolean): number {
  return plan.write.length + plan.delete.length + (merge ? plan.merge.length : 0)
}

/** outcome says what a restore did. */
export function outcome(verb: string, result: RestoreResult): string {
  const files = result.written + result.deleted
  const left = result.conflicts.length
  const none = left > 0 || result.note !== ''
  const done = files > 0 || !none ? `${verb} ${count(files, 'file')}.` : ''
  const merged =
    result.merged > 0 ? ` ${count(result.merged, 'file')} of them kept what you changed since.` : ''
  const rest =
    left > 0
      ? ` Left as ${left === 1 ? 'it is' : 'they are'}, because of newer changes: ${list(result.conflicts.map((c) => c.path))}.`
      : ''
  const note = result.note === '' ? '' : ` ${result.note}`
  return (done + merged + rest + note).trim()
}

/** A text of others as the rows of a pick show it: nothing of it is hidden, or becomes an icon. */
export function inPick(text: string): string {
  return plainVisible(text).replaceAll('$(', '\\$(')
}

/** The first line of what was asked, short enough for a row. */
export function shortTitle(text: string, most = 60): string {
  return shortened(plainVisible(text.split('\n', 1)[0] ?? '').trim(), most)
}

/** The first few of some paths. */
export function list(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).map(plainVisible).join(', ')
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown
}

const works: Record<string, string> = {
  'first-capture': 'Saving the starting point',
  capturing: 'Taking a checkpoint',
  restoring: 'Restoring',
  tidying: 'Tidying up checkpoints',
  verifying: 'Checking checkpoints',
}

/** workStatus is what the status bar says of something under way. */
export function workStatus({ work, done, total }: CheckpointWork, stop: string): StatusEntry {
  const what = works[work] ?? 'Working on checkpoints'
  const share = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 0
  const far = total > 0 ? `${share}% of ${count(total, 'file')}` : done > 0 ? count(done, 'file') : ''
  const text = far ? `${what}: ${far}` : what
  const first = work === 'first-capture'
  return {
    text: `$(sync~spin) ${text}`,
    label: first ? `${text}. Press to stop it.` : text,
    tooltip: first
      ? 'Keel reads the folder once, so that the agent’s first change need not wait. You can go on working. Click to stop it.'
      : text,
    ...(first ? { command: stop } : {}),
  }
}
