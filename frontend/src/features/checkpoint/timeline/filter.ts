import type { Checkpoint } from '../../../bridge'
import { plainVisible } from '../../../lib/visible'
import { reasonText } from '../wording'

/** Filter chooses checkpoints; an empty field chooses all. */
export interface Filter {
  readonly text: string
  readonly kind: Kind
}

export type Kind = '' | 'mine' | 'messages' | 'steps' | 'restores'

export const everything: Filter = { text: '', kind: '' }

export const kindChoices: readonly { value: Kind; label: string }[] = [
  { value: '', label: 'All' },
  { value: 'mine', label: 'Mine' },
  { value: 'messages', label: 'Messages' },
  { value: 'steps', label: 'Steps' },
  { value: 'restores', label: 'Restores' },
]

const reasons: Record<Exclude<Kind, '' | 'mine'>, readonly string[]> = {
  messages: ['turn-start', 'turn-end'],
  steps: ['pre-tool', 'post-tool', 'drift'],
  restores: ['pre-restore', 'post-restore'],
}

/** Reports whether a filter may leave something out. */
export function narrows({ text, kind }: Filter): boolean {
  return kind !== '' || words(text).length > 0
}

/** The checkpoints that a filter chooses: of its kind, and with each of its words somewhere. */
export function chosen(all: readonly Checkpoint[], { text, kind }: Filter): readonly Checkpoint[] {
  const wanted = words(text)
  if (kind === '' && wanted.length === 0) return all
  return all.filter((each) => isOf(each, kind) && (wanted.length === 0 || has(each, wanted)))
}

function isOf({ reason, name, pinned }: Checkpoint, kind: Kind): boolean {
  if (kind === '') return true
  // What a person named or pinned is kept for that person, whoever took it.
  return kind === 'mine' ? reason === 'manual' || name !== '' || pinned : reasons[kind].includes(reason)
}

function has({ label, name, reason }: Checkpoint, wanted: readonly string[]): boolean {
  const text = `${label}\n${plainVisible(label)}\n${name}\n${reasonText(reason)}`.toLowerCase()
  return wanted.every((word) => text.includes(word))
}

function words(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean)
}
