import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type { IExtensionManifest } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensions/common/extensions'
import { commandRefusal, keyRefusal } from './commands'
import { keptSetting } from './settings'
import { walkthroughsIn } from './walkthroughs'

/**
 * What no installed extension brings. Style sheets would be the whole page's, Keel's
 * questions in it too; and names that resources are shown by are not for its code
 * to say either.
 */
const never = new Set(['css', 'resourceLabelFormatters'])

/** Editors of the workbench and of Keel: an extension of that name would take their place. */
const takenEditor = /^(default|workbench\.|vscode\.|keel)/i

type Fields = Readonly<Record<string, unknown>>
type Use = (id: string, args: readonly unknown[]) => string | undefined

/**
 * trimmed is what an installed extension says of itself, less what it must not
 * bring along: what its code may not do, its manifest does not do either. Left
 * out says in a few words what that was. Shapes that are nothing to the workbench
 * stay as they are, for the workbench to say so.
 *
 * Whole stay: problem matchers, debuggers and definitions of tasks, which say what
 * things look like and start nothing here; profiles of terminals, whose code asks
 * when it starts one.
 */
export function trimmed(
  whole: IExtensionManifest,
  isOwnCommand: (id: string) => boolean,
): { manifest: IExtensionManifest; leftOut: readonly string[] } {
  // This build of the workbench gives who names one proposal of its API all of them.
  const manifest = { ...whole }
  Reflect.deleteProperty(manifest, 'enabledApiProposals')
  const given: unknown = manifest.contributes
  if (!isFields(given)) return { manifest, leftOut: [] }
  const leftOut: string[] = []
  const drop = (what: string, why: string | undefined): boolean => {
    if (why !== undefined) leftOut.push(`${what}: ${why}`)
    return why !== undefined
  }

  const mine = new Set<string>()
  const commands = filtered(given['commands'], (each) => {
    const id = text(each['command'])
    // Who names a command of the workbench again says what it is called in menus.
    const taken = /^_?workbench\./i.test(id) || isOwnCommand(id)
    if (drop(`the command ${id}`, taken ? 'it is there already' : undefined)) return false
    mine.add(id)
    return true
  })
  const use: Use = (id, args) => (mine.has(id) ? undefined : commandRefusal(id, args))
  const useByKey: Use = (id, args) => (mine.has(id) ? undefined : keyRefusal(id, args))

  const keybindings = filtered(given['keybindings'], (each) => {
    const id = text(each['command'])
    const args = each['args'] === undefined || each['args'] === null ? [] : [each['args']]
    return !drop(`the key ${text(each['key'])} for ${id}`, useByKey(id, args))
  })
  const menus = mapped(given['menus'], (items, menu) =>
    filtered(items, (each) =>
      ['command', 'alt'].every((name) => {
        const id = text(each[name])
        return !drop(`${id} in the menu ${menu}`, use(id, []))
      }),
    ),
  )
  const customEditors = filtered(given['customEditors'], (each) => {
    const id = text(each['viewType'])
    return !drop(`the editor ${id}`, takenEditor.test(id) ? 'it is there already' : undefined)
  })
  const settings = (value: unknown, what: string): unknown =>
    isFields(value)
      ? Object.fromEntries(
          Object.entries(value).filter(
            ([key]) =>
              !drop(`${what} ${key}`, keptSetting(key) ? 'it is a setting of the person' : undefined),
          ),
        )
      : value
  const defaults = mapped(settings(given['configurationDefaults'], 'the default of'), (value, key) =>
    // A value of "[go]" is settings again.
    key.startsWith('[') ? settings(value, 'the default of') : value,
  )
  const section = (each: Fields, depth: number): unknown => ({
    ...each,
    ...('properties' in each ? { properties: settings(each['properties'], 'the setting') } : {}),
    // Sections in a section, which VS Code reads as well.
    ...('allOf' in each
      ? { allOf: depth > 0 ? eachOf(each['allOf'], (inner) => section(inner, depth - 1)) : [] }
      : {}),
  })
  const configuration = eachOf(given['configuration'], (each) => section(each, 8))
  const listed = given['walkthroughs']
  const walkthroughs = listed === undefined ? undefined : walkthroughsIn(listed)
  if (walkthroughs && Array.isArray(listed) && listed.length > walkthroughs.length)
    drop('walkthroughs', 'they are more than are shown, or say too little')
  const changed = {
    commands,
    keybindings,
    menus,
    customEditors,
    configurationDefaults: defaults,
    configuration,
    walkthroughs,
  }
  const contributes = Object.fromEntries(
    Object.entries({ ...given, ...present(changed) })
      .filter(([point]) => !never.has(point) || !drop(point, 'it is the whole window’s'))
      .map(([point, value]) => [
        point,
        // What their links do is judged where they are drawn, which says why one is not there.
        point === 'keybindings' || point === 'walkthroughs'
          ? value
          : withoutLinks(value, (link) => drop(`a link in ${point}`, link), use),
      ]),
  )
  return {
    manifest: { ...manifest, contributes: contributes },
    leftOut,
  }
}

/** What is there, one or many as it was, without what does not belong. */
function filtered(value: unknown, keep: (each: Fields) => boolean): unknown {
  if (Array.isArray(value)) return value.filter((each: unknown) => !isFields(each) || keep(each))
  return isFields(value) && !keep(value) ? [] : value
}

function eachOf(value: unknown, change: (each: Fields) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => (isFields(one) ? change(one) : one))
  return isFields(value) ? change(value) : value
}

function mapped(value: unknown, change: (value: unknown, key: string) => unknown): unknown {
  if (!isFields(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner, key)]))
}

function present(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** All texts below a value, without links to commands that an extension may not run. */
function withoutLinks(value: unknown, drop: (why: string | undefined) => boolean, use: Use): unknown {
  if (typeof value === 'string') return unlinked(value, (id, args) => drop(use(id, args)))
  if (Array.isArray(value)) return value.map((one: unknown) => withoutLinks(one, drop, use))
  return mapped(value, (inner) => withoutLinks(inner, drop, use))
}

/**
 * Each part of it has an end, and begins with what the one before cannot hold: a
 * text of many beginnings would be looked through again and again, for minutes.
 */
const commandLink = /\[([^[\]]*)\]\(\s{0,9}<?(command:[^\s)>]{0,1000})(?:[\s>][^)]{0,200})?\)/gi

/** In a longer text, which nobody reads, no link to a command is looked for: it has none. */
const longest = 20_000

/** A text whose links to commands are those that are not refused; of another the words stay. */
export function unlinked(
  markdown: string,
  refused: (id: string, args: readonly unknown[]) => boolean,
): string {
  const isLong = markdown.length > longest
  const plain = isLong
    ? markdown
    : markdown.replaceAll(commandLink, (whole, words: string, target: string) => {
        const [id, args] = run(target)
        return refused(id, args) ? words : whole
      })
  // A link that is written in a roundabout way, so that this does not see what it runs: then there are none.
  if (!/command:\S/i.test(decoded(isLong ? plain : plain.replaceAll(commandLink, '')))) return plain
  return plain.replaceAll(/\](?=[([:])/g, '] ').replaceAll('<', '‹')
}

/** Which command a link runs, as the workbench reads it. */
function run(target: string): readonly [string, readonly unknown[]] {
  try {
    const { path, query } = URI.parse(target)
    return [path, query ? [JSON.parse(decodeURIComponent(query)) as unknown].flat() : []]
  } catch {
    return ['keel', []] // what cannot be read is not run
  }
}

/** What a reader of Markdown and HTML makes of a text. */
function decoded(markdown: string): string {
  return markdown
    .replaceAll(/&#(x?)([\da-f]+);?/gi, (_, hex: string, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, hex ? 16 : 10)),
    )
    .replaceAll(/&colon;?/gi, ':')
    .replaceAll(/\\|&tab;?|&newline;?|\p{Cc}/giu, '')
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
