/** How many bytes become characters at once: each is an argument of a call. */
const piece = 0x8000

/** toBase64 is how bytes cross to Go inside of JSON. */
export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += piece) {
    binary += String.fromCharCode(...bytes.subarray(at, at + piece))
  }
  return btoa(binary)
}

/** fromBase64 is the opposite of toBase64. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
