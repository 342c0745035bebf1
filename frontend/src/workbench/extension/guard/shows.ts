import { harmlessClicks, withoutCommandLinks, type ClickRefusal } from './clicks'
import type { Outgoing } from './seen'

/** Actors that extensions have the workbench show something with. */
const showing = new Set(
  [
    'Comments Decorations Diagnostics EditorInsets LanguageFeatures Languages Notebook NotebookKernels',
    'Progress QuickDiff QuickOpen SCM StatusBar Testing TextEditors Timeline TreeViews WebviewViews',
  ].flatMap((names) => names.split(' ').map((name) => `MainThread${name}`)),
)

/** Those that read links in a plain text. */
const reading = new Set(['MainThreadProgress', 'MainThreadQuickOpen', 'MainThreadTreeViews'])

/** Actors of extensions that answer with something to show. */
const answering = [
  'Comments Decorations EditorInsets LanguageFeatures Notebook NotebookKernels',
  'QuickDiff QuickOpen SCM StatusBar Testing Timeline TreeViews',
].flatMap((names) => names.split(' ').map((name) => `ExtHost${name}`))

/** shownBy is what an extension gives the workbench to show, with harmless clicks. */
export function shownBy(actor: string, args: readonly unknown[], refusal: ClickRefusal): readonly unknown[] {
  if (!showing.has(actor)) return args
  const less = harmlessClicks(args, refusal) as readonly unknown[]
  return reading.has(actor) ? (withoutCommandLinks(less) as readonly unknown[]) : less
}

/** answersOf puts the same before what extensions answer. */
export function answersOf(refusal: ClickRefusal): Readonly<Record<string, Outgoing>> {
  const filter: Outgoing = (args, next) => {
    const answer = next(...args)
    return answer instanceof Promise || isThenable(answer)
      ? Promise.resolve(answer).then((value) => harmlessClicks(value, refusal))
      : answer
  }
  const asked: Outgoing = async (args, next) =>
    withoutCommandLinks(harmlessClicks(await next(...args), refusal))
  const decorations: Outgoing = async (args, next) =>
    plainDecorations(harmlessClicks(await next(...args), refusal))
  const special: Readonly<Record<string, Outgoing>> = {
    ExtHostQuickOpen: asked,
    ExtHostDecorations: decorations,
  }
  return Object.fromEntries(answering.map((name) => [name, special[name] ?? filter]))
}

/**
 * plainDecorations are decorations of files less those that are none: the workbench
 * writes letter and colour into a style sheet as they are, where more of it would
 * lay anything over the window, Keel's questions too.
 */
export function plainDecorations(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null) return answer
  return Object.fromEntries(Object.entries(answer).filter(([, each]) => isPlainDecoration(each)))
}

function isPlainDecoration(value: unknown): boolean {
  if (!Array.isArray(value)) return value === undefined || value === null
  const [, , letter, color] = value as unknown[]
  const isLetter = typeof letter === 'string' && letter.length <= 16 && !/["'\\{};\p{Cc}]/u.test(letter)
  return (letter === undefined || letter === null || isLetter || isPlainIcon(letter)) && isPlainColor(color)
}

const plainName = /^[\w.~-]{1,200}$/

function isPlainColor(value: unknown): boolean {
  if (value === undefined || value === null) return true
  const id: unknown = typeof value === 'object' && 'id' in value ? value.id : undefined
  return typeof id === 'string' && plainName.test(id)
}

function isPlainIcon(value: unknown): boolean {
  return (
    isPlainColor(value) &&
    isPlainColor(typeof value === 'object' && value !== null && 'color' in value ? value.color : undefined)
  )
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
