/** WebviewDocument is one state of what an extension draws; Go serves it. */
export interface WebviewDocument {
  /** of this page */
  origin: string
  /** names this state */
  version: number
  html: string
  /** absolute folders that it may load files from */
  roots: readonly string[]
  scripts: boolean
  forms: boolean
  /** it may load from https, where extensions may at all */
  network: boolean
  /** of our own script in it */
  nonce: string
}

/** WebviewBytes is how documents of webviews reach Go, and answers to what they load. */
export interface WebviewBytes {
  /** Registers a document; code "not_allowed" where there are no webviews. */
  show(name: string, document: WebviewDocument): Promise<void>
  /** Drops it. */
  drop(name: string): Promise<void>
  /** Answers an event `webview`; null when there is nothing to load. */
  answer(name: string, id: number, content: Uint8Array | null): Promise<void>
}

/** webviewBytes speaks to Go; read takes what it answers, or throws its failure. */
export function webviewBytes(read: (response: Response) => Promise<unknown>): WebviewBytes {
  const address = (name: string, rest = '') => `/keel/webview/${name}${rest}`
  return {
    async show(name, document) {
      const body = new TextEncoder().encode(JSON.stringify(document)).buffer
      await read(await fetch(address(name), { method: 'PUT', body }))
    },
    async drop(name) {
      await read(await fetch(address(name), { method: 'DELETE' }))
    },
    async answer(name, id, content) {
      const body = (content ?? new Uint8Array()).slice().buffer
      const found = content ? '?found=1' : ''
      await read(await fetch(address(name, `/answer/${id}${found}`), { method: 'PUT', body }))
    },
  }
}
