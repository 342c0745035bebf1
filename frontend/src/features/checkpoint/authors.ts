import type { SessionFileChange } from '../../bridge'
import { author, authors } from './wording'

/** ChangeGroup is the changes of a turn that have the same author. */
export interface ChangeGroup {
  /** who it was; empty for the agent's own edits */
  title: string
  changes: SessionFileChange[]
}

/** The agent's own edits first, what a revert leaves alone last; paths stay in their order. */
export function byAuthor(changes: readonly SessionFileChange[]): ChangeGroup[] {
  const order = ['', ...Object.values(authors).filter(Boolean)]
  const place = (title: string): number => {
    const at = order.indexOf(title)
    return at < 0 ? order.length : at
  }
  const groups = new Map<string, SessionFileChange[]>()
  for (const change of changes) {
    const title = author(change)
    groups.set(title, [...(groups.get(title) ?? []), change])
  }
  return [...groups]
    .map(([title, all]) => ({ title, changes: all }))
    .sort((a, b) => place(a.title) - place(b.title))
}
