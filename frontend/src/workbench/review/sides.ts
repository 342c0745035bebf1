import type { Bridge, Glance } from '../../bridge'
import { toFailure } from '../../bridge'
import type { DiffTarget } from '../../features/checkpoint'
import { kindOf, type SideKind } from './sizes'

/** Place is where the bytes of a side are: in a checkpoint, or with null on the disk. */
export interface Place {
  checkpoint: string | null
  path: string
}

/** Side is what a glance tells of one side of a comparison. */
export type Side = (Glance & { kind: SideKind }) | { kind: 'absent' } | { kind: 'unreadable'; why: string }

/** placesOf says where the sides of a change are; undefined where the file was not there. */
export function placesOf({ path, kind, from, before, after }: DiffTarget): {
  original: Place | undefined
  modified: Place | undefined
} {
  return {
    original: kind === 'added' ? undefined : { checkpoint: before, path: from ? from : path },
    modified: kind === 'deleted' ? undefined : { checkpoint: after, path },
  }
}

/** lookAt looks at one side without reading all of it. */
async function lookAt(bridge: Bridge, place: Place | undefined): Promise<Side> {
  if (!place) return { kind: 'absent' }
  try {
    const glance = await bridge.bytes.glance(place.checkpoint, place.path)
    return { ...glance, kind: kindOf(glance, place.path) }
  } catch (cause) {
    const { code, message, hint } = toFailure(cause)
    if (code === 'not_found' && place.checkpoint === null) return { kind: 'absent' }
    return { kind: 'unreadable', why: [message, hint].filter(Boolean).join(' ') }
  }
}

/** Changes that a diff of lines cannot show well. */
export interface Looked {
  original: Side
  modified: Side
}

export async function lookAtBoth(bridge: Bridge, target: DiffTarget): Promise<Looked> {
  const { original, modified } = placesOf(target)
  const [left, right] = await Promise.all([lookAt(bridge, original), lookAt(bridge, modified)])
  return { original: left, modified: right }
}

/** hasKind reports whether one of the sides is of a kind. */
export function hasKind({ original, modified }: Looked, ...kinds: readonly Side['kind'][]): boolean {
  return kinds.includes(original.kind) || kinds.includes(modified.kind)
}
