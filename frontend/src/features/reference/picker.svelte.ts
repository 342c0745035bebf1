import { toFailure, type Bridge, type ReferenceMatch, type SessionReferenceKind } from '../../bridge'
import { shortened, splitPath } from '../../lib/format'
import { plainVisible } from '../../lib/visible'
import { hostOf, typedAddress, urlReference } from './address'
import { emphasised, hashAt, type Hash } from './hash'
import type { Pointed, ReferenceSources } from './host'
import { kindsFor, narrowed } from './kinds'
import { Listing, type Option } from './listing.svelte'
import { lookOf } from './pointed'

/** How many files, folders and symbols are shown. */
const most = 100

const kindOf: Readonly<Record<string, SessionReferenceKind>> = {
  file: 'file',
  folder: 'folder',
  symbol: 'code',
}

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

export interface PickerOptions {
  readonly bridge: Pick<Bridge, 'References' | 'Search'>
  readonly sources: ReferenceSources
}

/**
 * Picker offers what a "#word" in an input can mean. An answer that comes late never
 * takes the place of a newer one. What Go keeps for its questions is forgotten with
 * each closing.
 */
export class Picker {
  readonly list = new Listing<Choice>()
  readonly label = 'What to point at'
  open = $state(false)
  /** an answer is still on its way */
  busy = $state(false)
  /** what stands below the lines: what to type, or why something is missing */
  note = $state('')
  hash: Hash | undefined

  /** where the "#" stands whose picker was closed by hand */
  private dismissed = -1
  private cacheKey = ''
  private asked = 0
  private typed: string | undefined

  constructor(private readonly options: PickerOptions) {}

  /** Follows what is typed and where the cursor stands. */
  follow(input: string, caret: number): void {
    const hash = hashAt(input, caret)
    if (this.dismissed !== -1 && hash?.from !== this.dismissed) this.dismissed = -1
    if (!hash || this.dismissed === hash.from) {
      this.close()
      return
    }
    this.hash = hash
    if (this.open && this.typed === hash.text) return
    this.open = true
    this.typed = hash.text
    void this.offer(hash.text)
  }

  /** Closes it and keeps it closed for this "#", whose text stays as it is. */
  dismiss(): void {
    this.dismissed = this.hash?.from ?? -1
    this.close()
  }

  close(): void {
    if (!this.open) return
    this.open = false
    this.busy = false
    this.typed = undefined
    this.asked++ // what is still on its way is not wanted
    this.list.set([], true)
    if (!this.cacheKey) return
    this.options.bridge.References.Forget(this.cacheKey).catch(() => undefined)
    this.options.bridge.Search.ClearCache(this.cacheKey).catch(() => undefined)
    this.cacheKey = ''
  }

  private async offer(typed: string): Promise<void> {
    const narrow = narrowed(typed)
    if (narrow?.word === 'url') this.settle(...address(narrow.rest))
    else if (narrow?.word === 'image')
      await this.ask(typed, [choosePicture], () => this.pictures(narrow.rest))
    else if (narrow) await this.ask(typed, [], () => this.find(narrow.rest, kindOf[narrow.word]))
    else await this.ask(typed, kindChoices(typed, this.options.sources), () => this.find(typed))
  }

  /** Shows what is known at once, and with it what Go answers. */
  private async ask(typed: string, first: readonly Choice[], more: () => Promise<Found>): Promise<void> {
    const seq = ++this.asked
    // What was found for the letters before stays until there is better: nothing flickers.
    const stay = this.list.options.filter((each) => each.key.startsWith('found ') && fits(each, typed))
    this.list.set([...first, ...stay], true)
    this.busy = true
    this.note = ''
    let found: Found
    try {
      found = await more()
    } catch (cause) {
      found = { choices: [], note: toFailure(cause).message }
    }
    if (seq !== this.asked) return
    this.list.set([...first, ...found.choices], false)
    this.busy = false
    const nothing = this.list.options.length === 0 ? `Nothing fits “${shortened(typed, 40)}”.` : ''
    this.note = found.note || nothing
  }

  private settle(choices: readonly Choice[], note: string): void {
    this.asked++
    this.list.set(choices, true)
    this.busy = false
    this.note = note
  }

  private async find(text: string, kind?: SessionReferenceKind): Promise<Found> {
    this.cacheKey ||= crypto.randomUUID()
    const { matches, limitHit, problem } = await this.options.bridge.References.Find({
      text,
      kinds: kind ? [kind] : [],
      max: most,
      cacheKey: this.cacheKey,
    })
    const note = problem || (limitHit ? 'There are more: type some letters of the name.' : '')
    return { choices: matchChoices(matches, text, this.options.sources), note }
  }

  private async pictures(text: string): Promise<Found> {
    this.cacheKey ||= crypto.randomUUID()
    const found = await this.options.bridge.Search.Files({
      pattern: text,
      include: ['**/*.{png,jpg,jpeg,gif,webp,PNG,JPG,JPEG,GIF,WEBP}'],
      exclude: [],
      useIgnoreFiles: true,
      maxResults: most,
      cacheKey: this.cacheKey,
    })
    const choices = found.paths.map((path): Choice => {
      const { name, folder } = splitPath(path)
      return {
        key: `found picture ${path}`,
        icon: 'file-media',
        name: emphasised(plainVisible(name), text),
        detail: [{ text: plainVisible(folder), hit: false }],
        act: { type: 'picture', path },
      }
    })
    return { choices, note: '' }
  }
}

/** Whether a line that was found for other letters fits these, too. */
function fits(choice: Choice, typed: string): boolean {
  const wanted = narrowed(typed)?.rest ?? typed
  const texts = [choice.name, choice.detail].map((pieces) => pieces.map((piece) => piece.text).join(''))
  return wanted === '' || texts.some((text) => emphasised(text, wanted).some((piece) => piece.hit))
}

interface Found {
  choices: readonly Choice[]
  note: string
}

const choosePicture: Choice = {
  key: 'choose',
  icon: 'folder-opened',
  name: [{ text: 'Choose a picture…', hit: false }],
  detail: [{ text: 'From this device', hit: false }],
  act: { type: 'choose' },
}

function kindChoices(typed: string, sources: ReferenceSources): Choice[] {
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

function matchChoices(matches: readonly ReferenceMatch[], text: string, sources: ReferenceSources): Choice[] {
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
function address(typed: string): [readonly Choice[], string] {
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
