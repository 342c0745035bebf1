import type { Code, Events, Methods } from './wire.gen'

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
  return new Failure('internal', cause instanceof Error ? cause.message : String(cause), '')
}

export interface Disposable {
  dispose(): void
}

/** Bytes is what the asset handler moves: file contents, outside the JSON calls. */
export interface Bytes {
  /** Reads a file of an area; aborting ends the transfer. */
  readFile(area: 'workspace' | 'config' | 'data', path: string, signal?: AbortSignal): Promise<Uint8Array>
  /** Writes a file whole. With ifVersion, code "changed" when the disk differs. Returns the new version. */
  writeFile(
    area: 'workspace' | 'config' | 'data',
    path: string,
    content: Uint8Array,
    options: { create: boolean; overwrite: boolean; ifVersion?: string },
  ): Promise<void>
  /** Reads a file as it was in a checkpoint; code "not_found" when it was not there. */
  readCheckpoint(id: string, path: string): Promise<Uint8Array>
}

/** Bridge is everything the page knows of Go. */
export interface Bridge extends Methods {
  readonly bytes: Bytes
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): Disposable
}
