// The addresses of an extension's files, outside and inside a webview.
//
// VS Code gives an extension https addresses of a host that does not exist, which
// a service worker of the webview answers. Without one they are rewritten where
// something passes into the frame, and back where it passes out, so that an
// extension sees those it has made.

const host = 'vscode-resource.vscode-cdn.net'
const anySource = 'https://*.vscode-cdn.net'
// The plus stands as such or, as an address is usually written, encoded.
const outside = new RegExp(
  `https://([a-z][a-z0-9.-]*)(\\+|%2B)([A-Za-z0-9-]*)\\.${host.replaceAll('.', '\\.')}/`,
  'g',
)

export interface Addresses {
  /** For what passes into the frame. */
  inward(text: string): string
  /** For what passes out of it. */
  outward(text: string): string
}

/** addressesOf rewrites for the webview of this name; origin is the page's. */
export function addressesOf(name: string, origin: string): Addresses {
  const own = `${origin}/keel/webview/${name}/`
  const inside = new RegExp(`${escape(own)}at/([a-z][a-z0-9.-]*)(\\+|%2B)([A-Za-z0-9-]*)/`, 'g')
  // VS Code leaves http addresses as they are: those of extensions, where the page has such an address.
  const extensions = `${origin}/keel/extension/`
  const { scheme, authority } = parts(origin)
  const served = `${own}at/${scheme}+${encodeAuthority(authority)}/keel/extension/`
  return {
    inward(text) {
      if (text.includes(anySource)) text = text.replaceAll(anySource, own)
      if (text.includes(host))
        text = text.replace(outside, (_, ...part: string[]) => `${own}at/${part.slice(0, 3).join('')}/`)
      return text.includes(extensions) ? text.replaceAll(extensions, served) : text
    },
    outward(text) {
      if (!text.includes(own)) return text
      if (scheme === 'http') text = text.replaceAll(served, extensions)
      return text.replace(inside, (_, ...part: string[]) => `https://${part.slice(0, 3).join('')}.${host}/`)
    },
  }
}

function parts(origin: string): { scheme: string; authority: string } {
  const [scheme = '', authority = ''] = origin.split('://')
  return { scheme, authority }
}

/** As VS Code writes an authority into the name of a host. */
function encodeAuthority(authority: string): string {
  return authority.replace(/[^A-Za-z0-9]/g, (each) => `-${each.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')

/** mapStrings applies change to every text in a message, and copies only what it changes. */
export function mapStrings(value: unknown, change: (text: string) => string): unknown {
  const seen = new Map<object, unknown>()
  const visit = (each: unknown): unknown => {
    if (typeof each === 'string') return change(each)
    if (typeof each !== 'object' || each === null) return each
    const known = seen.get(each)
    if (known !== undefined) return known
    if (Array.isArray(each)) return visitArray(each)
    return isRecord(each) ? visitRecord(each) : each
  }
  const visitArray = (list: readonly unknown[]): unknown => {
    seen.set(list, list)
    const changed = list.map(visit)
    const result = changed.some((each, at) => each !== list[at]) ? changed : list
    seen.set(list, result)
    return result
  }
  const visitRecord = (record: Record<string, unknown>): unknown => {
    seen.set(record, record)
    let result = record
    for (const [name, each] of Object.entries(record)) {
      const changed = visit(each)
      if (changed === each) continue
      if (result === record) result = { ...record }
      result[name] = changed
    }
    seen.set(record, result)
    return result
  }
  return visit(value)
}

function isRecord(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
