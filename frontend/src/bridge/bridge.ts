import type { WebviewBytes } from './webviews'
import type { Area, Code, Events, Methods } from './wire.gen'

export type * from './wire.gen'

/** Failure is how a call to Go fails; callers branch on code only. */
export class Failure extends Error {
  constructor(
    readonly code: Code | 'timeout',
    message: string,
    readonly hint: string,
  ) {
    super(message)
    this.name = 'Failure'
  }
}

/** toFailure makes a Failure of whatever was thrown. */
export function toFailure(cause: unknown): Failure {
  if (cause instanceof Failure) return cause
  if (typeof cause === 'object' && cause !== null && 'code' in cause && 'message' in cause) {
    const hint = 'hint' in cause && typeof cause.hint === 'string' ? cause.hint : ''
    return new Failure(cause.code as Code, String(cause.message), hint)
  }
  const text = cause instanceof Error ? cause.message : String(cause)
  return parsed(text) ?? new Failure('internal', text, '')
}

/** Wails makes a text of whatever Go fails with, so Go sends the failure as JSON. */
function parsed(text: string): Failure | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    const known = typeof value === 'object' && value !== null && 'code' in value && 'message' in value
    return known ? toFailure(value) : undefined
  } catch {
    return undefined
  }
}

export interface Disposable {
  dispose(): void
}

export interface ReadOptions {
  /** ends the transfer */
  signal?: AbortSignal
  /** the first byte to read; 0 when left out */
  position?: number
  /** how many bytes at most; all when left out */
  length?: number
}

export interface WriteOptions {
  create: boolean
  overwrite: boolean
  /** code "changed" when the disk has another version */
  ifVersion?: string
}

/** Glance is a file without its contents: what can be said before deciding how to show it. */
export interface Glance {
  /** in bytes */
  size: number
  /** the twelve permission bits */
  mode: number
  /** its first bytes */
  head: Uint8Array
}

export type ProposalSide = 'before' | 'after'

/** Bytes is what the asset handler moves: file contents, outside the JSON calls. */
export interface Bytes {
  /** Reads a file of an area. */
  readFile(area: Area, path: string, options?: ReadOptions): Promise<Uint8Array>
  /** Reads a file of an area piece by piece, as the pieces arrive. */
  streamFile(area: Area, path: string, options?: ReadOptions): AsyncIterable<Uint8Array>
  /** Writes a file whole. Returns its new version. */
  writeFile(area: Area, path: string, content: Uint8Array, options: WriteOptions): Promise<string>
  /** Reads a file as it was in a checkpoint; code "not_found" when it was not there. */
  readCheckpoint(id: string, path: string): Promise<Uint8Array>
  /** Looks at the beginning of a file, in a checkpoint or, with null, on the disk. */
  glance(checkpoint: string | null, path: string): Promise<Glance>
  /** Reads one side of a change that waits for an approval; code "not_found" when it no longer does. */
  readProposal(sessionId: string, approvalId: string, side: ProposalSide): Promise<Uint8Array>
  /**
   * Replaces what is proposed by the user's own text; code "changed" when the
   * proposal is no longer the one with this hash. Returns the new hash.
   */
  writeProposal(sessionId: string, approvalId: string, hash: string, content: Uint8Array): Promise<string>
  /** Hands a packed extension to Go. Returns the token that names it in a plan. */
  writeExtensionFile(name: string, content: Uint8Array): Promise<string>
}

/** Bridge is everything the page knows of Go. */
export interface Bridge extends Methods {
  readonly bytes: Bytes
  readonly webviews: WebviewBytes
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): Disposable
}
