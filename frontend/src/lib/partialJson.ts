/**
 * The string value of a top-level key in JSON that is still being received, as
 * far as it has come; undefined when it has not begun.
 */
export function partialString(json: string, key: string): string | undefined {
  const start = new RegExp(`[{,]\\s*"${key}"\\s*:\\s*"`).exec(json)
  if (!start) return undefined
  let body = ''
  for (let i = start.index + start[0].length; i < json.length; i++) {
    const character = json[i] ?? ''
    if (character === '"') break
    if (character !== '\\') {
      body += character
      continue
    }
    const escape = json.slice(i, json[i + 1] === 'u' ? i + 6 : i + 2)
    try {
      body += String(JSON.parse(`"${escape}"`))
    } catch {
      break // the escape itself is cut
    }
    i += escape.length - 1
  }
  return body
}
