import type { TrustImport } from '../../bridge'
import type { Taken } from './store.svelte'

/** Choice is one thing that another editor's settings hold, and whether it is to be taken over. */
export interface Choice {
  readonly kind: 'pattern' | 'denied'
  readonly text: string
  /** as it stands there, where Keel writes it otherwise */
  readonly original: string
  readonly note: string
  /** why it cannot be chosen: it is here already, or has no counterpart */
  readonly fixed: 'known' | 'unusable' | ''
  readonly wide: boolean
}

/** Source is one file with what can be chosen from it. */
export interface Source {
  readonly editor: string
  readonly file: string
  readonly problem: string
  readonly choices: readonly Choice[]
}

/** The key of a choice: the same thing in two files is chosen once. */
export function choiceKey({ kind, text }: Choice): string {
  return `${kind} ${text}`
}

/** sources says what can be chosen. denied is the user's own deny list. */
export function sources(found: readonly TrustImport[], denied: readonly string[]): Source[] {
  return found.map(({ editor, file, problem, patterns, denied: texts }) => ({
    editor,
    file,
    problem,
    choices: [
      ...patterns.map(({ pattern, original, note, known, usable, wide }): Choice => ({
        kind: 'pattern',
        text: usable ? pattern : original,
        original: usable && original !== pattern ? original : '',
        note,
        fixed: known ? 'known' : usable ? '' : 'unusable',
        wide,
      })),
      ...texts.map((text): Choice => ({
        kind: 'denied',
        text,
        original: '',
        note: text.endsWith(' ')
          ? 'A space stands behind it, so that it is not found within longer words.'
          : '',
        fixed: denied.includes(text) ? 'known' : '',
        wide: false,
      })),
    ],
  }))
}

/** chosenAtFirst is what asks for nothing wide: narrow patterns, and what only makes more commands ask. */
export function chosenAtFirst(all: readonly Source[]): Set<string> {
  return new Set(choosable(all).flatMap((choice) => (choice.wide ? [] : [choiceKey(choice)])))
}

/** taken is what has been chosen, each once, in the order of the files. */
export function taken(all: readonly Source[], chosen: ReadonlySet<string>): Taken {
  const wanted = choosable(all).filter((choice) => chosen.has(choiceKey(choice)))
  const texts = (kind: Choice['kind']): string[] => [
    ...new Set(wanted.filter((choice) => choice.kind === kind).map((choice) => choice.text)),
  ]
  return { patterns: texts('pattern'), denied: texts('denied') }
}

function choosable(all: readonly Source[]): Choice[] {
  return all.flatMap((source) => source.choices.filter((choice) => choice.fixed === ''))
}
