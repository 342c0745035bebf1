import type { SessionReferenceKind } from '../../bridge'
import { lookOf } from './pointed'
import type { Pointed, ReferenceSources } from './host'

/** Kind is what can follow a "#". */
export interface Kind {
  word: string
  title: string
  detail: string
  icon: string
  act: KindAct
}

export type KindAct =
  /** goes on with "#word:", behind which is what is looked for */
  | { readonly type: 'narrow' }
  /** points at something at once; `none` says why there is nothing, to a person */
  | {
      readonly type: 'point'
      readonly none: string
      find(sources: ReferenceSources): Promise<Pointed | undefined>
    }

const at = (kind: SessionReferenceKind, name: string) => async (): Promise<Pointed> => ({ kind, name })

/** The kinds, as the picker offers them. */
export const kinds: readonly Kind[] = [
  narrow('file', 'File', 'Look for a file of this folder', 'file'),
  narrow('folder', 'Folder', 'What is in a folder', 'folder'),
  narrow('symbol', 'Symbol', 'A function, a type … of this folder', 'code'),
  point('codebase', 'Codebase', 'What of this folder matters for your message', 'codebase', ''),
  point('git-diff', 'Git changes', 'What is not committed', 'git-diff', ''),
  {
    ...point('terminal', 'Terminal', 'What is selected in the terminal, or its end', 'terminal', ''),
    act: {
      type: 'point',
      none: 'There is nothing in a terminal. Open one, or run something in it.',
      find: (sources) => sources.terminal(),
    },
  },
  point('problems', 'Problems', 'What the editor has found wrong', 'problems', ''),
  {
    ...point('current', 'Current file', 'The file you are editing', 'file', ''),
    icon: 'go-to-file',
    act: {
      type: 'point',
      none: 'No file is open in the editor. Open one, or choose it by name.',
      find: (sources) => sources.current(),
    },
  },
  {
    ...point('selection', 'Selection', 'What is selected in the editor', 'code', ''),
    icon: 'list-selection',
    act: {
      type: 'point',
      none: 'Nothing is selected in the editor. Select some lines first.',
      find: (sources) => sources.selection(),
    },
  },
  narrow('url', 'Web address', 'A page, fetched when you send', 'globe'),
  narrow('image', 'Picture', 'From this folder or this device', 'file-media'),
]

function narrow(word: string, title: string, detail: string, icon: string): Kind {
  return { word, title, detail, icon, act: { type: 'narrow' } }
}

function point(word: string, title: string, detail: string, kind: SessionReferenceKind, none: string): Kind {
  return { word, title, detail, icon: lookOf(kind).icon, act: { type: 'point', none, find: at(kind, title) } }
}

/** The kinds that fit what is typed: at the start of their word or of a word of their title. */
export function kindsFor(typed: string): readonly Kind[] {
  const wanted = typed.toLowerCase()
  return kinds.filter(
    ({ word, title }) =>
      word.startsWith(wanted) ||
      title
        .toLowerCase()
        .split(' ')
        .some((part) => part.startsWith(wanted)),
  )
}

const also: Readonly<Record<string, string>> = { code: 'symbol', picture: 'image', web: 'url' }

/** What "#file:calc" narrows to, and what is typed behind it; undefined where it narrows to nothing. */
export function narrowed(typed: string): { word: string; rest: string } | undefined {
  const [, first = '', rest = ''] = /^([a-z]+):(.*)$/is.exec(typed) ?? []
  const lower = first.toLowerCase()
  const word = also[lower] ?? lower
  const known = kinds.some((kind) => kind.word === word && kind.act.type === 'narrow')
  return known ? { word, rest } : undefined
}
