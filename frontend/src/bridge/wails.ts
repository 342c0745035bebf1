import { Failure, toFailure, type Bridge, type Bytes, type Disposable, type ReadOptions } from './bridge'
import { webviewBytes } from './webviews'
import { methodNames, type Code, type Events, type Methods } from './wire.gen'

type Call = (...args: unknown[]) => Promise<unknown>

interface WailsGlobals {
  go?: { bind?: Record<string, Record<string, Call>> }
  runtime?: { EventsOn(name: string, callback: (payload: unknown) => void): () => void }
}

/** A call that Go never answers (a page that outlived its window) must not wait for ever. */
const timeLimit = 120_000

/** Calls that wait for a person, or whose end must be known, have no limit. */
const unlimited = new Set([
  'Window.PickFolder',
  'Window.OpenFolder',
  'Extensions.PickFile',
  'Checkpoints.Restore',
  'Checkpoints.Undo',
  'Checkpoints.Create',
  'Checkpoints.Preview',
  'Checkpoints.Prune',
  'Checkpoints.Forget',
  'Checkpoints.Purge',
  'Review.State',
  'Review.Decide',
  'Review.Resolve',
  'Review.Undo',
  'Review.Redo',
])

/** connect joins the page to Go through the bindings that Wails put on the window. */
export function connect(): Bridge {
  const globals = window as unknown as WailsGlobals
  const services: Record<string, Record<string, Call>> = {}
  for (const [service, names] of Object.entries(methodNames)) {
    const methods: Record<string, Call> = {}
    for (const name of names) methods[name] = method(globals, service, name)
    services[service] = methods
  }
  return {
    ...(services as unknown as Methods),
    bytes,
    webviews: webviewBytes(body),
    on(name: keyof Events, listener: (payload: never) => void): Disposable {
      const runtime = globals.runtime
      if (!runtime) throw new Failure('internal', 'This page is not inside a Keel window.', '')
      const off = runtime.EventsOn(name, (payload) => listener(payload as never))
      return { dispose: off }
    },
  }
}

function method(globals: WailsGlobals, service: string, name: string): Call {
  return async (...args) => {
    const call = globals.go?.bind?.[service]?.[name]
    if (!call) throw new Failure('internal', `This window does not know ${service}.${name}.`, 'Restart Keel.')
    try {
      return await withLimit(call(...args), `${service}.${name}`)
    } catch (cause) {
      throw toFailure(cause)
    }
  }
}

function withLimit<T>(work: Promise<T>, name: string): Promise<T> {
  if (unlimited.has(name)) return work
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      console.error(`no answer from ${name}`)
      reject(
        new Failure(
          'timeout',
          'Keel has not answered for two minutes.',
          'It may still finish; look whether it has before you try again.',
        ),
      )
    }, timeLimit)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** How many bytes tell whether a file is text: as many as the workbench looks at. */
const glanced = 8192

const bytes: Bytes = {
  async readFile(area, path, options) {
    return body(await get(area, path, options))
  },
  async *streamFile(area, path, options) {
    const response = await get(area, path, options)
    if (!response.ok || !response.body) {
      yield await body(response)
      return
    }
    const reader = response.body.getReader()
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return
        yield value
      }
    } finally {
      await reader.cancel().catch(() => undefined)
    }
  },
  async writeFile(area, path, content, options) {
    const query: Record<string, string> = { path }
    if (options.create) query['create'] = '1'
    if (options.overwrite) query['overwrite'] = '1'
    if (options.ifVersion) query['version'] = options.ifVersion
    // An ArrayBuffer of its own: posting a Blob ends the process on Linux.
    const copy = content.slice().buffer
    const response = await fetch(address(`file/${area}`, query), { method: 'PUT', body: copy })
    await body(response)
    return response.headers.get('X-Keel-Version') ?? ''
  },
  async readCheckpoint(id, path) {
    return body(await fetch(address(`checkpoint/${encodeURIComponent(id)}`, { path })))
  },
  async glance(checkpoint, path) {
    const where = checkpoint === null ? 'file/workspace' : `checkpoint/${encodeURIComponent(checkpoint)}`
    const headers = { Range: `bytes=0-${glanced - 1}` }
    const response = await fetch(address(where, { path }), { headers })
    const head = await body(response)
    const whole = /\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '')?.[1]
    const mode = parseInt(response.headers.get('X-Keel-Mode') ?? '', 8)
    return {
      size: whole === undefined ? head.length : Number(whole),
      mode: Number.isNaN(mode) ? 0 : mode,
      head,
    }
  },
  async readProposal(session, id, side) {
    return body(await fetch(address(`proposal/${encodeURIComponent(id)}`, { session, side })))
  },
  async writeProposal(session, id, hash, content) {
    const where = address(`proposal/${encodeURIComponent(id)}`, { session, side: 'after', hash })
    const response = await fetch(where, { method: 'PUT', body: content.slice().buffer })
    await body(response)
    return response.headers.get('X-Keel-Version') ?? ''
  },
  async writeExtensionFile(name, content) {
    const where = address('extension-file', { name })
    const response = await fetch(where, { method: 'PUT', body: content.slice().buffer })
    return new TextDecoder().decode(await body(response))
  },
}

function get(area: string, path: string, options: ReadOptions = {}): Promise<Response> {
  const init: RequestInit = {}
  if (options.signal) init.signal = options.signal
  const from = options.position ?? 0
  if (from > 0 || options.length !== undefined) {
    const to = options.length === undefined ? '' : String(from + options.length - 1)
    init.headers = { Range: `bytes=${from}-${to}` }
  }
  return fetch(address(`file/${area}`, { path }), init)
}

function address(path: string, query: Record<string, string>): string {
  return `/keel/${path}?${new URLSearchParams(query).toString()}`
}

/** A range that begins at or after the end of a file has no bytes. */
const rangeNotSatisfiable = 416

async function body(response: Response): Promise<Uint8Array> {
  if (response.status === rangeNotSatisfiable) return new Uint8Array()
  const content = await response.arrayBuffer()
  if (response.ok) return new Uint8Array(content)
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder().decode(content))
  } catch {
    throw new Failure(
      'internal' satisfies Code,
      `Keel answered with status ${response.status}.`,
      'Try again.',
    )
  }
  throw toFailure(parsed)
}
