import { unlinked } from './contributions'
import { keyRefusal } from './commands'

/** Runs in the place of a command that a click must not run, and says so. */
export const refusedClick = '_keel.extensions.refusedClick'

/** Why a click may not run a command that an extension shows; undefined where it may. */
export type ClickRefusal = (id: string, args: readonly unknown[]) => string | undefined

/**
 * clickRefusal is the rule for what a person clicks in what an extension shows: a
 * line of the status bar, a lens, a row, a link. It shows a name that the extension
 * chose, so it may do what its keys may: what hands do, and nothing said with it.
 */
export function clickRefusal(id: string, args: readonly unknown[]): string | undefined {
  if (/^(default:)?(type|paste|replacePreviousChar|compositionType)$/.test(id))
    return 'it types in the place of a person'
  return keyRefusal(id, args)
}

/** How deep what an extension shows is looked at; the rest is not shown. */
const deepest = 500

/**
 * harmlessClicks is what an extension shows, with every command that a click on it
 * must not run changed into one that says so. What holds none stays the same
 * object. Known are the shapes of VS Code's protocol: commands, completions, links,
 * and text that may hold links.
 */
export function harmlessClicks(value: unknown, refusal: ClickRefusal, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > deepest) return undefined
  if (Array.isArray(value)) {
    let changed: unknown[] | undefined
    value.forEach((each: unknown, at) => {
      const less = harmlessClicks(each, refusal, depth + 1)
      if (less !== each) (changed ??= [...(value as unknown[])])[at] = less
    })
    return changed ?? value
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value // bytes
  const fields = value as Readonly<Record<string, unknown>>
  const changed = new Map<string, unknown>()
  for (const [key, each] of Object.entries(fields)) {
    const less = shown(key, each, refusal) ?? harmlessClicks(each, refusal, depth + 1)
    if (less !== each) changed.set(key, less)
  }
  for (const [key, each] of own(fields, refusal)) changed.set(key, each)
  return changed.size === 0 ? value : { ...fields, ...Object.fromEntries(changed) }
}

/** A text that stands under a name by which it is a link. */
function shown(key: string, value: unknown, refusal: ClickRefusal): unknown {
  if (typeof value !== 'string' || !/^(url|target)$/.test(key) || !/^\s*command:/i.test(value))
    return undefined
  const [path = '', query = ''] = value.trim().slice('command:'.length).split('?', 2)
  return refusal(decoded(path), argumentsOf(query)) === undefined ? value : `command:${refusedClick}`
}

/** What is different in the members of one object. */
function own(fields: Readonly<Record<string, unknown>>, refusal: ClickRefusal): [string, unknown][] {
  const { id, value, isTrusted, scheme, path, query } = fields
  if (typeof id === 'string' && ('title' in fields || 'arguments' in fields || '$ident' in fields)) {
    return refusal(id, listed(fields['arguments'])) === undefined
      ? []
      : [
          ['id', refusedClick],
          ['arguments', [id]],
        ]
  }
  // A completion, whose members have the shortest names: "o" is a command, "p" what it is given.
  const command = fields['o']
  if ('a' in fields && typeof command === 'string') {
    return refusal(command, listed(fields['p'])) === undefined
      ? []
      : [
          ['o', refusedClick],
          ['p', [command]],
        ]
  }
  if (typeof value === 'string' && isTrusted) {
    const plain = unlinked(value, (each, args) => refusal(each, args) !== undefined)
    return plain === value ? [] : [['value', plain]]
  }
  if (typeof scheme === 'string' && scheme.toLowerCase() === 'command' && typeof path === 'string') {
    const args = typeof query === 'string' ? argumentsOf(query) : []
    return refusal(path, args) === undefined
      ? []
      : [
          ['path', refusedClick],
          ['query', ''],
          ['external', null],
        ]
  }
  return []
}

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])

/** What a link gives to its command, as the workbench reads it; what cannot be read is something. */
function argumentsOf(query: string): readonly unknown[] {
  if (query === '') return []
  for (const text of [decoded(query), query]) {
    try {
      return [JSON.parse(text) as unknown].flat()
    } catch {
      // Neither, perhaps.
    }
  }
  return [query]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** An address of a link in a page of an extension: whether a click on it runs what it must not. */
export function refusedLink(address: string, refusal: ClickRefusal): boolean {
  return shown('url', address, refusal) === `command:${refusedClick}`
}

/** All texts in a value, without links to commands, as messages, titles and questions are read. */
export function withoutCommandLinks(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(/\]\(\s*command:[^)]*\)/gi, ']')
  if (Array.isArray(value)) return value.map(withoutCommandLinks)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutCommandLinks(each)]))
}
