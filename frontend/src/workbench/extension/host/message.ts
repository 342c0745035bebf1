/** What the document of the extensions says to the page. */
export type Message =
  | { readonly type: 'extensionHost.ready' }
  | { readonly type: 'extensionHost.port'; readonly port: MessagePort }
  | { readonly type: 'extensionHost.failed'; readonly message: string }

/** The messages that the document sends; whatever else comes out of it is nothing. */
export function known(data: unknown): Message | undefined {
  if (typeof data !== 'object' || data === null || !('type' in data)) return undefined
  if (data.type === 'extensionHost.ready') return { type: data.type }
  if (data.type === 'extensionHost.port' && 'port' in data && data.port instanceof MessagePort)
    return { type: data.type, port: data.port }
  if (data.type === 'extensionHost.failed' && 'message' in data && typeof data.message === 'string')
    return { type: data.type, message: data.message.slice(0, 1000) }
  return undefined
}
