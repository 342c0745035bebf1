import type { SessionEvent } from '../../bridge'

/**
 * Events can overtake each other on their way to the page. Sequence puts them
 * back in order: it holds those that came early until the missing ones are here.
 */
export interface Sequence {
  /** the last number that was handed out */
  readonly seq: number
  readonly early: ReadonlyMap<number, SessionEvent>
}

export function startAt(seq: number): Sequence {
  return { seq, early: new Map() }
}

/** Takes an event in; `ready` is what can be applied now, in order. Old ones are dropped. */
export function take(sequence: Sequence, event: SessionEvent): { next: Sequence; ready: SessionEvent[] } {
  if (event.seq <= sequence.seq) return { next: sequence, ready: [] }
  const early = new Map(sequence.early).set(event.seq, event)
  const ready: SessionEvent[] = []
  let seq = sequence.seq
  for (let event = early.get(seq + 1); event; event = early.get(seq + 1)) {
    ready.push(event)
    early.delete(event.seq)
    seq = event.seq
  }
  return { next: { seq, early }, ready }
}

/** Reports whether an event is missing that a later one has overtaken. */
export function hasGap(sequence: Sequence): boolean {
  return sequence.early.size > 0
}
