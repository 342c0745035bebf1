import { toFailure, type Bridge, type SessionReferenceKind } from '../../bridge'
import { shortened } from '../../lib/format'
import {
  addressChoices,
  choosePicture,
  kindChoices,
  matchChoices,
  pictureChoices,
  type Choice,
} from './choices'
import { emphasised, hashAt, type Hash } from './hash'
import type { ReferenceSources } from './host'
import { narrowed } from './kinds'
import { Listing } from './listing.svelte'

/** How many files, folders and symbols are shown. */
const most = 100

/** How many questions that were asked before can come after one: more are a fault. */
const mostOvertaken = 10

const kindOf: Readonly<Record<string, SessionReferenceKind>> = {
  file: 'file',
  folder: 'folder',
  symbol: 'code',
}

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
    if (narrow?.word === 'url') this.settle(...addressChoices(narrow.rest))
    else if (narrow?.word === 'image')
      await this.ask(typed, [choosePicture], () => this.pictures(narrow.rest))
    else if (narrow) await this.ask(typed, [], (whole) => this.find(narrow.rest, whole, kindOf[narrow.word]))
    else await this.ask(typed, kindChoices(typed, this.options.sources), (whole) => this.find(typed, whole))
  }

  /** Shows what is known at once, and with it what Go answers, until it knows the whole. */
  private async ask(
    typed: string,
    first: readonly Choice[],
    more: (whole: boolean) => Promise<Found>,
  ): Promise<void> {
    const seq = ++this.asked
    // What was found for the letters before stays until there is better: nothing flickers.
    const stay = this.list.options.filter((each) => each.key.startsWith('found ') && fits(each, typed))
    this.list.set([...first, ...stay], true)
    this.busy = true
    this.note = ''
    let found: Found
    let overtaken = 0
    for (let whole = false; ; whole = true) {
      try {
        found = await more(whole)
      } catch (cause) {
        const { code, message } = toFailure(cause)
        // A new question ends the one before; one that Go heard late has ended this one.
        const again = code === 'cancelled' && ++overtaken <= mostOvertaken
        found = { choices: [], note: again ? '' : message, partial: again }
      }
      if (seq !== this.asked) return
      if (!found.partial) break
      if (found.choices.length > 0) this.list.set([...first, ...found.choices], false)
      this.note = found.note
    }
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

  private async find(text: string, whole: boolean, kind?: SessionReferenceKind): Promise<Found> {
    this.cacheKey ||= crypto.randomUUID()
    const { matches, limitHit, partial, problem } = await this.options.bridge.References.Find({
      text,
      kinds: kind ? [kind] : [],
      max: most,
      cacheKey: this.cacheKey,
      whole,
    })
    const note = problem || (limitHit ? 'There are more: type more of the name.' : '')
    return { choices: matchChoices(matches, text, this.options.sources), note, partial }
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
    return { choices: pictureChoices(found.paths, text), note: '' }
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
  /** Go is still looking, or has been stopped: asking for the whole waits for it */
  partial?: boolean
}
