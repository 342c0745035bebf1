import type { ReferenceMatch } from '../../bridge'
import { shortened, splitPath } from '../../lib/format'
import { plainVisible } from '../../lib/visible'
import { hostOf, typedAddress, urlReference } from './address'
import { emphasised } from './hash'
import type { Pointed, ReferenceSources } from './host'
import { kindsFor } from './kinds'
import type { Option } from './listing.svelte'
import { lookOf } from './pointed'

/** Choice is a line of the picker, and what comes of choosing it. */
export interface Choice extends Option {
  readonly act: Act
}

export type Act =
  /** the input goes on with this in the place of the "#word" */
  | { readonly type: 'narrow'; readonly text: string }
  /** the input has "#word ", and the message points at what is found */
  | {
      readonly type: 'point'
      readonly word: string
      /** why nothing was found, to a person */
      readonly none: string
      find(): Promise<Pointed | undefined>
    }
  /** a picture of the folder is added */
  | { readonly type: 'picture'; readonly path: string }
  /** a picture is chosen in the system's own dialog */
  | { readonly type: 'choose' }

export const choosePicture: Choice = {
  key: 'choose',
  icon: 'folder-opened',
  name: [{ text: 'Choose a picture…', hit: false }],
  detail: [{ text: 'From this device', hit: false }],
  act: { type: 'choose' },
}

export function kindChoices(typed: string, sources: ReferenceSources): Choice[] {
  return kindsFor(typed).map(({ act, ...kind }) => ({
    key: `kind ${kind.word}`,
    icon: kind.icon,
    name: emphasised(kind.title, typed),
    detail: [{ text: kind.detail, hit: false }],
    act:
      act.type === 'narrow'
        ? { type: 'narrow', text: `#${kind.word}:` }
        : { type: 'point', word: kind.word, none: act.none, find: () => act.find(sources) },
  }))
}

export function matchChoices(
  matches: readonly ReferenceMatch[],
  text: string,
  sources: ReferenceSources,
): Choice[] {
  const names = new Map<string, number>()
  for (const { name } of matches) names.set(name, (names.get(name) ?? 0) + 1)
  return matches.map((match) => {
    const name = emphasised(plainVisible(match.name), text)
    const { folder } = splitPath(match.path.replace(/\/$/, ''))
    const inName = name.some((piece) => piece.hit)
    const more = (names.get(match.name) ?? 0) > 1 || (text !== '' && !inName)
    const where = match.kind === 'code' ? match.path : more ? folder || './' : ''
    return {
      key: `found ${match.kind} ${match.path} ${match.from} ${match.name}`,
      icon: lookOf(match.kind).icon,
      name,
      detail: [
        ...(match.symbol ? [{ text: `${plainVisible(match.symbol)}${where ? ' · ' : ''}`, hit: false }] : []),
        ...emphasised(plainVisible(where), inName ? '' : text),
      ],
      act: { type: 'point', word: plainVisible(match.name), none: '', find: () => pointAt(match, sources) },
    }
  })
}

async function pointAt(match: ReferenceMatch, sources: ReferenceSources): Promise<Pointed> {
  const { kind, name, path, from, to } = match
  if (kind === 'file') return sources.file(path)
  return kind === 'code' ? { kind, name, path, from, to } : { kind, name, path }
}

/** What there is to choose for an address that is being typed. */
export function addressChoices(typed: string): [readonly Choice[], string] {
  const whole = typedAddress(typed)
  if (!whole)
    return [[], typed === '' ? 'Type or paste an address: https://…' : 'This is no web address yet.']
  const reference = urlReference(whole)
  const choice: Choice = {
    key: 'url',
    icon: 'globe',
    name: [{ text: `Fetch and use ${plainVisible(shortened(whole, 300))}`, hit: false }],
    detail: [{ text: `from ${hostOf(whole)}`, hit: false }],
    act: { type: 'point', word: reference.name, none: '', find: () => Promise.resolve(reference) },
  }
  return [[choice], '']
}

/** Pictures of the folder. */
export function pictureChoices(paths: readonly string[], text: string): Choice[] {
  return paths.map((path) => {
    const { name, folder } = splitPath(path)
    return {
      key: `found picture ${path}`,
      icon: 'file-media',
      name: emphasised(plainVisible(name), text),
      detail: [{ text: plainVisible(folder), hit: false }],
      act: { type: 'picture', path },
    }
  })
}
