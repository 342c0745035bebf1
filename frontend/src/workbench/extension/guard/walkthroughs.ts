/** How much of walkthroughs is shown: more is nothing that anybody reads. */
const most = {
  walkthroughs: 20,
  steps: 50,
  id: 200,
  title: 200,
  lead: 1000,
  text: 4000,
  when: 1000,
  events: 20,
  event: 300,
  path: 300,
}

/** WalkthroughManifest is a walkthrough as an extension may bring it, in VS Code's form. */
export interface WalkthroughManifest {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly when?: string
  readonly steps: readonly StepManifest[]
}

export interface StepManifest {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly when?: string
  readonly completionEvents?: readonly string[]
  readonly media: MediaManifest
}

/** Pictures by kind of theme, or a text; where there is neither, words in their place. */
export interface MediaManifest {
  readonly image?: Pictures
  readonly markdown?: string
  readonly altText: string
}

export interface Pictures {
  readonly dark: string
  readonly light: string
  readonly hc: string
  readonly hcLight: string
}

/**
 * walkthroughsIn reads the walkthroughs of a manifest: of anything only texts, few
 * and not long; of files only pictures and Markdown that lie in the extension. What
 * has no name, or one that is there already, is left out. What links and buttons
 * do is judged when they are drawn and when they are pressed.
 */
export function walkthroughsIn(value: unknown): WalkthroughManifest[] {
  return named(value, most.walkthroughs).flatMap(([id, fields]) => {
    const when = condition(fields['when'])
    const steps = stepsIn(fields['steps'])
    if (when === undefined || steps.length === 0) return []
    return [
      {
        id,
        title: text(fields['title'], most.title) || id,
        description: text(fields['description'], most.lead),
        ...(when ? { when } : {}),
        steps,
      },
    ]
  })
}

function stepsIn(value: unknown): StepManifest[] {
  return named(value, most.steps).flatMap(([id, fields]) => {
    const when = condition(fields['when'])
    if (when === undefined) return []
    const events: unknown = fields['completionEvents']
    return [
      {
        id,
        title: text(fields['title'], most.title) || id,
        description: text(fields['description'], most.text),
        ...(when ? { when } : {}),
        ...(Array.isArray(events) ? { completionEvents: eventsIn(events) } : {}),
        media: mediaIn(fields['media']),
      },
    ]
  })
}

function eventsIn(events: readonly unknown[]): string[] {
  return events
    .slice(0, most.events)
    .filter((event) => typeof event === 'string')
    .filter((event) => event.length <= most.event)
}

/** The first so many of a list that have a name, each name once. */
function named(value: unknown, count: number): [string, Readonly<Record<string, unknown>>][] {
  const found = new Map<string, Readonly<Record<string, unknown>>>()
  for (const each of Array.isArray(value) ? (value as unknown[]) : []) {
    if (found.size >= count) break
    if (typeof each !== 'object' || each === null) continue
    const fields = each as Readonly<Record<string, unknown>>
    const { id } = fields
    if (typeof id !== 'string' || !/^[^#\p{C}]+$/u.test(id) || id.length > most.id) continue
    if (!found.has(id)) found.set(id, fields)
  }
  return [...found]
}

/** A when clause; undefined for one that nobody can tell whether it holds. A part of one would say something else. */
function condition(value: unknown): string | undefined {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' && value.length <= most.when ? value.trim() : undefined
}

function mediaIn(value: unknown): MediaManifest {
  if (typeof value !== 'object' || value === null) return { altText: '' }
  const { image, svg, markdown, path, altText } = value as Readonly<Record<string, unknown>>
  const words = { altText: text(altText, most.text) }
  const page = fileOf(markdown, texts) ?? fileOf(path, texts)
  if (page !== undefined) return { markdown: page, ...words }
  const pictures = picturesIn(image) ?? picturesIn(svg) ?? picturesIn(path)
  return pictures ? { image: pictures, ...words } : words
}

function picturesIn(value: unknown): Pictures | undefined {
  if (typeof value === 'string') {
    const one = fileOf(value, drawings)
    return one === undefined ? undefined : { dark: one, light: one, hc: one, hcLight: one }
  }
  if (typeof value !== 'object' || value === null) return undefined
  const of = (name: string) => fileOf(Reflect.get(value, name), drawings)
  const dark = of('dark') ?? of('light')
  const light = of('light') ?? dark
  if (dark === undefined || light === undefined) return undefined
  return { dark, light, hc: of('hc') ?? dark, hcLight: of('hcLight') ?? light }
}

const drawings = /\.(?:png|jpe?g|gif|webp|svg)$/i
const texts = /\.md$/i

/** A file of the extension by a plain path; undefined for addresses, and for what leads out of it. */
function fileOf(value: unknown, kind: RegExp): string | undefined {
  if (typeof value !== 'string' || value.length > most.path) return undefined
  const path = value.replace(/^\.\//, '')
  if (!/^[^\\:?#%\p{C}]+$/u.test(path) || !kind.test(path)) return undefined
  return path.split('/').some((part) => /^\.*$/.test(part)) ? undefined : path
}

/** A text, or the beginning of a long one. */
function text(value: unknown, longest: number): string {
  if (typeof value !== 'string') return ''
  if (value.length <= longest) return value
  return `${value.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}…`
}
