interface Answer {
  readonly id: number
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: ArrayBuffer
  readonly failure?: string
}

/** The file below one of these places that an address names; undefined for every other address. */
export function extensionFile(address: unknown, places: readonly string[]): URL | undefined {
  if (typeof address !== 'string' || !URL.canParse(address)) return undefined
  const url = new URL(address) // takes every "." and ".." out of it
  if (!places.some((place) => url.href.startsWith(place)) || url.username !== '' || url.password !== '')
    return undefined
  // A server that decodes them would see other folders than this does.
  if (/%(2e|2f|5c|00)/i.test(url.pathname) || url.pathname.includes('\\')) return undefined
  return url
}

/** answerFiles reads files of extensions, and nothing else, for the worker behind a port. */
export function answerFiles(port: MessagePort, places: readonly string[]): void {
  const answer = async (id: number, address: unknown): Promise<Answer> => {
    const url = extensionFile(address, places)
    if (!url) return { id, failure: 'This is not a file of an extension.' }
    const response = await fetch(url, { credentials: 'omit', redirect: 'error' })
    const type = response.headers.get('Content-Type') ?? 'application/octet-stream'
    const body = await response.arrayBuffer()
    return { id, status: response.status, headers: { 'Content-Type': type }, body }
  }
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (typeof data !== 'object' || data === null || !('id' in data) || !('address' in data)) return
    const { id, address } = data
    if (typeof id !== 'number') return
    answer(id, address).then(
      (found) => port.postMessage(found, found.body ? [found.body] : []),
      () => port.postMessage({ id, failure: 'The file cannot be read.' }),
    )
  }
}
