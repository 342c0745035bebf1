/**
 * Reports whether a link's text looks like another address than the one it leads
 * to: "github.com" that leads elsewhere, or one with letters of other alphabets,
 * which may only look like it.
 */
export function misleads(text: string, address: string): boolean {
  const said = text.replaceAll(/[*_`~]/g, '').trim()
  if (said.length > 2000) return true
  const real = new URL(address)
  const mail = /[^\s@]+@[^\s@]+\.[^\s@]+/.exec(said)?.[0]
  if (mail) return real.protocol !== 'mailto:' || mail.toLowerCase() !== real.pathname.toLowerCase()
  const named = namedHosts(said)
  if (named.length === 0) return false
  return real.protocol === 'mailto:' || named.some((host) => !sameHost(host, real.hostname))
}

/** What in a text looks like the host of an address. */
function namedHosts(text: string): string[] {
  return text
    .split(/[\s(),;"'<>]+/)
    .map((word) => /^(?:[a-z][a-z+.-]*:\/*)?((?:[^\s/?#:@.]+[.。．｡])+\p{L}{2,})(?=[/?#:]|$)/iu.exec(word))
    .flatMap((found) => found?.[1] ?? [])
    .filter((host) => !/^[^.]*\.(?:md|ts|js|py|rs|go|sh|cc|pl|json|txt|html?|svelte|ya?ml)$/i.test(host))
}

function sameHost(named: string, real: string): boolean {
  const plain = (host: string): string => host.toLowerCase().replace(/^www\./, '')
  // Compared as it is written: a letter that was turned into another is not the same.
  return plain(named) === plain(real)
}
