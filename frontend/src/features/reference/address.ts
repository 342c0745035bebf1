import { outsideAddress } from '../../lib/address'
import type { Pointed } from './host'

/** A text with more addresses than this is a list or a log, whose pages nobody wants read. */
export const mostPasted = 5

/** Longer ones are no address that a person means. */
const longest = 2000

const inText = /\bhttps?:\/\/[^\s<>"'`\\^{|}\p{Cc}\p{Cf}]+/giu

/**
 * The web addresses in a text that was pasted, each once, as they stand there; none
 * where there are many. What ends a sentence or closes a bracket is no part of one.
 */
export function addressesIn(text: string): readonly string[] {
  const found = new Set<string>()
  for (const [match] of text.slice(0, 100_000).matchAll(inText)) {
    const address = trimmed(match)
    if (webAddress(address)) found.add(address)
    if (found.size > mostPasted) return []
  }
  return [...found]
}

/** The address that someone has typed, also without "https://"; undefined when it is none. */
export function typedAddress(text: string): string | undefined {
  if (/^https?:\/\//i.test(text)) return webAddress(text)
  if (text.includes('@') || !/^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+(:\d+)?([/?#]|$)/u.test(text))
    return undefined
  return webAddress(`https://${text}`)
}

/** What points at a web address. */
export function urlReference(address: string): Pointed {
  return { kind: 'url', name: shortAddress(address), address: webAddress(address) ?? address }
}

/** The host that an address is fetched from: an international one as punycode. */
export function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : address
}

function webAddress(text: string): string | undefined {
  if (text.length > longest) return undefined
  const address = outsideAddress(text)
  return address?.startsWith('http') ? address : undefined
}

/** "go.dev/ref/spec" */
function shortAddress(address: string): string {
  if (!URL.canParse(address)) return address
  const url = new URL(address)
  return url.host + (url.pathname + url.search).replace(/\/$/, '')
}

function trimmed(match: string): string {
  let address = match
  for (;;) {
    const last = address.at(-1) ?? ''
    const open = { ')': '(', ']': '[' }[last]
    const unbalanced = open !== undefined && address.split(last).length > address.split(open).length
    if (!unbalanced && !/[.,;:!?*_~…。，、]$/.test(address)) return address
    address = address.slice(0, -1)
  }
}
