import type { FileCommand, HostCommand, PickItem } from '../../ui/host'
import { count } from '../../lib/format'
import { plainVisible } from '../../lib/visible'
import { inPick, type CheckpointHost } from '../checkpoint'
import { currentSet } from './entries'
import { viewAll } from './looking'
import type { Parts } from './parts'
import type { RevertScope } from './preferences.svelte'
import type { Proposals } from './proposals'
import { decideAtCursor, step, type Stepping } from './steps'
import { shortTitle } from './wording'

/** The id of the view of changes. */
export const viewId = 'keel.changes'
export const viewAllId = 'keel.viewAllChanges'
export const showChangesId = 'keel.showChanges'

/** Context keys for `when` clauses. */
export const changesKey = 'keel.hasChanges'
export const pendingKey = 'keel.hasUnreviewed'
export const undoKey = 'keel.canUndoReview'
export const redoKey = 'keel.canRedoReview'
export const proposalKey = 'keel.hasProposal'

/** What the review adds to the palette. Buttons do the same through the same functions. */
export function reviewCommands(host: CheckpointHost, parts: Parts): HostCommand[] {
  const { store, acts } = parts
  return [
    { id: viewAllId, title: 'Keel: View All Changes', when: changesKey, run: () => viewAll(host, store) },
    { id: showChangesId, title: 'Keel: Show Changes', run: () => host.showView(viewId) },
    {
      id: 'keel.keepAllChanges',
      title: 'Keel: Keep All Changes',
      when: pendingKey,
      run: () => acts.keep({}).then(() => undefined),
    },
    {
      id: 'keel.revertAllChanges',
      title: 'Keel: Revert All Changes…',
      when: `${changesKey} && !keel.turnRunning`,
      run: () => revertAll(host, parts),
    },
    {
      id: 'keel.undoReview',
      title: 'Keel: Undo Last Review Step',
      when: undoKey,
      run: () => acts.undo().then(() => undefined),
    },
    {
      id: 'keel.redoReview',
      title: 'Keel: Redo Review Step',
      when: redoKey,
      run: () => acts.redo().then(() => undefined),
    },
  ]
}

/** What can be done from the editors. The keys of going on are those of the workbench's own chat edits. */
export function editorCommands(stepping: Stepping): HostCommand[] {
  return [
    {
      id: 'keel.nextUnreviewedChange',
      title: 'Keel: Next Unreviewed Change',
      key: 'alt+f5',
      when: `${pendingKey} && (!textCompareEditorActive || resourceScheme == file)`,
      run: () => step(stepping, 1),
    },
    {
      id: 'keel.previousUnreviewedChange',
      title: 'Keel: Previous Unreviewed Change',
      key: 'shift+alt+f5',
      when: `${pendingKey} && (!textCompareEditorActive || resourceScheme == file)`,
      run: () => step(stepping, -1),
    },
    {
      id: 'keel.keepChange',
      title: 'Keel: Keep Change at Cursor',
      key: 'ctrl+k ctrl+y',
      when: pendingKey,
      run: () => decideAtCursor(stepping, 'keep'),
    },
    {
      id: 'keel.undoChange',
      title: 'Keel: Undo Change at Cursor',
      key: 'ctrl+k ctrl+z',
      when: pendingKey,
      run: () => decideAtCursor(stepping, 'takeBack'),
    },
  ]
}

/** What can be done with a file, in its menus too. */
export function fileCommands({ host, parts }: { host: CheckpointHost; parts: Parts }): FileCommand[] {
  const { store, acts } = parts
  const menus = ['explorer', 'editor', 'tab'] as const
  const decide = async (path: string, decision: 'keep' | 'takeBack'): Promise<void> => {
    const changed = (store.state?.sets ?? []).some((set) =>
      set.files.some((file) => file.path === path && file.agent && file.pending > 0),
    )
    if (changed) await acts[decision]({ path })
    else host.notify.info('There is nothing left to review in this file.')
  }
  return [
    {
      id: 'keel.keepFile',
      title: 'Keep the Agent’s Changes',
      menus,
      when: pendingKey,
      run: (path) => decide(path, 'keep'),
    },
    {
      id: 'keel.undoFile',
      title: 'Undo the Agent’s Changes',
      menus,
      when: pendingKey,
      run: (path) => decide(path, 'takeBack'),
    },
  ]
}

/** What can be done with a change that waits for an approval. */
export function proposalCommands(host: CheckpointHost, proposals: Proposals): HostCommand[] {
  const all = async (decision: 'accepted' | 'rejected'): Promise<void> => {
    const active = proposals.active()
    if (active) {
      if (decision === 'accepted') active.acceptAll()
      else active.rejectAll()
      return
    }
    const first = proposals.find()
    if (first) await proposals.decide(first, decision, 'all')
  }
  return [
    {
      id: 'keel.openProposal',
      title: 'Keel: Open Proposal',
      when: proposalKey,
      run: (approvalId?: string) => proposals.open(approvalId),
    },
    {
      id: 'keel.acceptProposal',
      title: 'Keel: Accept Proposal',
      when: proposalKey,
      run: () => all('accepted'),
    },
    {
      id: 'keel.rejectProposal',
      title: 'Keel: Reject Proposal',
      when: proposalKey,
      run: () => all('rejected'),
    },
    {
      id: 'keel.acceptProposedChange',
      title: 'Keel: Accept a Change of the Proposal…',
      when: proposalKey,
      run: () => decidePart(host, proposals, 'accepted'),
    },
    {
      id: 'keel.rejectProposedChange',
      title: 'Keel: Reject a Change of the Proposal…',
      when: proposalKey,
      run: () => decidePart(host, proposals, 'rejected'),
    },
  ]
}

/** Decides about the part at the cursor of a proposal's editor; else asks which is meant, where there are several. */
async function decidePart(
  host: CheckpointHost,
  proposals: Proposals,
  decision: 'accepted' | 'rejected',
): Promise<void> {
  const active = proposals.active()
  if (active?.atHunk) {
    if (decision === 'accepted') active.accept()
    else active.reject()
    return
  }
  const proposal = proposals.find(active?.approvalId)
  if (!proposal) return
  const open = proposal.hunks.filter((hunk) => hunk.decision === '')
  if (open.length === 0) {
    host.notify.info(
      proposal.hunks.length === 0
        ? 'This change is all or nothing: accept or reject the proposal.'
        : 'All changes of this proposal are decided: accept it to go on.',
    )
    return
  }
  const items = open.map((hunk): PickItem<string> => {
    const range = hunk.newLines > 0 ? lines(hunk.newStart, hunk.newLines) : `after line ${hunk.newStart}`
    return {
      label: hunk.newLines > 0 ? range : `Removal ${range}`,
      description: `${count(hunk.newLines, 'line')} for ${count(hunk.oldLines, 'line')}`,
      value: hunk.id,
    }
  })
  const chosen =
    open.length === 1
      ? open[0]?.id
      : await host.pick(items, {
          title: decision === 'accepted' ? 'Accept a change' : 'Reject a change',
          placeholder: plainVisible(proposal.title),
        })
  if (chosen !== undefined) await proposals.decide(proposal, decision, [chosen])
}

function lines(start: number, length: number): string {
  return length === 1 ? `Line ${start}` : `Lines ${start} to ${start + length - 1}`
}

/** Takes changes back, of a turn or of the session: what was chosen last is asked for first. */
export async function revertAll(host: CheckpointHost, { store, acts, preferences }: Parts): Promise<void> {
  if (!store.state) await store.refresh()
  const sets = (store.state?.sets ?? []).filter((set) => set.files.some((file) => file.agent))
  const last = currentSet(store.state) ?? sets.at(-1)
  if (!last) {
    host.notify.info('This session has not changed any files.')
    return
  }
  if (sets.length === 1) return void (await acts.revertAll('turn'))
  const items: PickItem<RevertScope>[] = [
    {
      label: '$(comment) This turn',
      description: inPick(shortTitle(last.title)),
      detail: `${count(last.files.length, 'file')} changed`,
      value: 'turn',
    },
    {
      label: '$(comment-discussion) Whole session',
      description: count(sets.length, 'turn'),
      detail: 'Everything that the agent has changed in this session',
      value: 'session',
    },
  ]
  const first = items.findIndex((item) => item.value === preferences.scope)
  const scope = await host.pick([...items.slice(first), ...items.slice(0, first)], {
    title: 'Revert all changes',
    placeholder: 'What you changed since stays. You can undo this',
  })
  if (scope === undefined) return
  preferences.setScope(scope)
  await acts.revertAll(scope)
}
