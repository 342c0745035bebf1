import type { Checkpoint } from '../../../bridge'
import { dayName } from '../../../lib/format'

/** Row is a line of the view: a heading that folds what is below it, or a checkpoint. */
export type Row = Heading | Entry

export interface Heading {
  readonly kind: 'day' | 'message'
  /** of all rows; stays the same while the list grows */
  readonly key: string
  readonly level: 1 | 2
  /** the name of the day, or what was asked; may be empty */
  readonly title: string
  /** of the newest checkpoint below it */
  readonly at: number
  /** how many checkpoints are below it */
  readonly count: number
  readonly open: boolean
}

export interface Entry {
  readonly kind: 'checkpoint'
  readonly key: string
  readonly level: 2 | 3
  readonly checkpoint: Checkpoint
}

/** Says whether a heading is open. */
export type IsOpen = (kind: Heading['kind'], key: string) => boolean

interface Message {
  readonly turn: string
  readonly members: Checkpoint[]
}

/** rowsOf groups checkpoints, the newest first, by day and by message. */
export function rowsOf(checkpoints: readonly Checkpoint[], now: number, isOpen: IsOpen): Row[] {
  const rows: Row[] = []
  for (const { key, at, messages, count } of days(checkpoints)) {
    const open = isOpen('day', key)
    rows.push({ kind: 'day', key, level: 1, title: dayName(at, now), at, count, open })
    if (!open) continue
    for (const { turn, members } of messages) {
      const newest = members[0]
      if (!newest) continue
      // A heading over one row would only repeat it.
      if (turn === '' || members.length === 1) {
        rows.push(...members.map((each) => entry(each, 2)))
        continue
      }
      const messageKey = `${key}/${turn}`
      const shown = isOpen('message', messageKey)
      rows.push({
        kind: 'message',
        key: messageKey,
        level: 2,
        title: prompt(members),
        at: newest.createdAt,
        count: members.length,
        open: shown,
      })
      if (shown) rows.push(...members.map((each) => entry(each, 3)))
    }
  }
  return rows
}

function entry(checkpoint: Checkpoint, level: 2 | 3): Entry {
  return { kind: 'checkpoint', key: checkpoint.id, level, checkpoint }
}

interface Day {
  readonly key: string
  readonly at: number
  readonly messages: Message[]
  count: number
}

/** Sessions may work at the same time: what belongs to a message stands together, where its newest is. */
function days(checkpoints: readonly Checkpoint[]): Day[] {
  const found: Day[] = []
  const turns = new Map<string, Message>()
  let from = Infinity
  for (const each of checkpoints) {
    let day = found.at(-1)
    if (!day || each.createdAt < from) {
      from = new Date(each.createdAt).setHours(0, 0, 0, 0)
      day = { key: `day ${from}`, at: each.createdAt, messages: [], count: 0 }
      found.push(day)
      turns.clear()
    }
    day.count++
    const known = each.turnId ? turns.get(each.turnId) : undefined
    if (known) {
      known.members.push(each)
      continue
    }
    const message = { turn: each.turnId, members: [each] }
    if (each.turnId) turns.set(each.turnId, message)
    day.messages.push(message)
  }
  return found
}

/** What was asked: the checkpoint at the end of a turn is called so, those before by the steps they are for. */
function prompt(members: readonly Checkpoint[]): string {
  return members.find(({ reason }) => reason === 'turn-end')?.label ?? ''
}

/** The height of a row in pixels. */
export function heightOf(row: Row): number {
  return row.kind === 'checkpoint' ? 40 : 26
}

/** Where each row stands, and last where all of them end. */
export function topsOf(rows: readonly Row[]): Float64Array {
  const tops = new Float64Array(rows.length + 1)
  rows.forEach((row, index) => (tops[index + 1] = (tops[index] ?? 0) + heightOf(row)))
  return tops
}

/** The row at a distance from the top; the last one for what is below all. */
export function rowAt(tops: Float64Array, distance: number): number {
  let low = 0
  let high = Math.max(0, tops.length - 2)
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((tops[middle] ?? 0) <= distance) low = middle
    else high = middle - 1
  }
  return low
}
