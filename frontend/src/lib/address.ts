/**
 * The web or mail address that a link leads to outside, whole and as it is
 * opened: an international host as punycode, what cannot be seen escaped.
 * Undefined where a link must lead nowhere: another scheme, or a name before the
 * host, which only makes "https://bank.example@evil.example" look like another.
 */
export function outsideAddress(link: string): string | undefined {
  if (!URL.canParse(link)) return undefined
  const url = new URL(link)
  if (!['http:', 'https:', 'mailto:'].includes(url.protocol)) return undefined
  return url.username || url.password ? undefined : url.href
}
