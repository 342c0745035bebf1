import type { Checkpoint } from '../../../bridge'
import { count } from '../../../lib/format'
import { givenName, list, reasonText } from '../wording'

/** Look is how a checkpoint is shown. */
export interface Look {
  /** a codicon's name without "codicon-" */
  icon: string
  name: string
  /** a person gave it this name */
  named: boolean
  /** the agent's step, or what was asked */
  about: string
  facts: string[]
}

const icons: Record<string, string> = {
  manual: 'bookmark',
  'turn-start': 'comment',
  'turn-end': 'pass',
  'pre-tool': 'circle-small-filled',
  'post-tool': 'circle-small-filled',
  'pre-restore': 'discard',
  'post-restore': 'discard',
  drift: 'circle-small-filled',
}

/** lookOf says how a checkpoint is shown; what its heading says already is left out. */
export function lookOf(checkpoint: Checkpoint, heading = ''): Look {
  const { reason, label, changed, pinned, complete } = checkpoint
  const given = givenName(checkpoint)
  return {
    icon: given ? 'bookmark' : (icons[reason] ?? 'history'),
    name: given || reasonText(reason),
    named: given !== '',
    about: [
      ...(given && reason !== 'manual' ? [reasonText(reason)] : []),
      ...(label && label !== given && label !== heading ? [label] : []),
    ].join(': '),
    facts: [
      changed === 0 ? 'no changes' : count(changed, 'change'),
      ...(pinned ? ['pinned'] : []),
      ...(complete ? [] : ['not complete']),
    ],
  }
}

/** What a checkpoint lacks, in a sentence; empty when it lacks nothing. */
export function lacks({ complete, problems }: Checkpoint): string {
  return complete ? '' : `It does not cover: ${list(problems)}.`
}

export const explanation =
  'A checkpoint is this whole folder as it was at one moment: to compare with, or to go back to.'
