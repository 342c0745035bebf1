import { VSBuffer } from '@codingame/monaco-vscode-api/vscode/vs/base/common/buffer'
import type { CancellationToken } from '@codingame/monaco-vscode-api/vscode/vs/base/common/cancellation'
import { Emitter, Event } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import { Disposable, type IDisposable } from '@codingame/monaco-vscode-api/vscode/vs/base/common/lifecycle'
import {
  newWriteableStream,
  type ReadableStreamEvents,
} from '@codingame/monaco-vscode-api/vscode/vs/base/common/stream'
import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import {
  FileSystemProviderCapabilities as Can,
  type FileType,
  type IFileChange,
  type IFileDeleteOptions,
  type IFileOverwriteOptions,
  type IFileReadStreamOptions,
  type IFileSystemProviderWithFileFolderCopyCapability,
  type IFileSystemProviderWithFileReadStreamCapability,
  type IFileSystemProviderWithFileReadWriteCapability,
  type IFileWriteOptions,
  type IStat,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/files/common/files'
import type { Area, Bridge, FileEntry } from '../../bridge'
import { Clock, fileType, toStat } from './entries'
import { guard, notFound, toFileError, tooLarge } from './errors'
import type { PathMap } from './paths'

/** The workbench decodes and splits each piece at once; small ones leave it time to draw. */
const pieceSize = 256 * 1024

/** How many pieces may wait before reading pauses. */
const waitingPieces = 8

/** What the workbench asks about by default: sizes for a program with all of a machine's memory. */
const workbenchLimit = 1024 * 1024 * 1024

/** What a page can hold without a person noticing. */
const pageLimit = 50 * 1024 * 1024

/**
 * sizeLimit is how large a file may be before a person is asked. The workbench
 * looks too, but would have most of the file by then.
 */
function sizeLimit({ limits }: IFileReadStreamOptions): number {
  const limit = limits?.size ?? Number.MAX_VALUE
  return limit === workbenchLimit ? pageLimit : limit
}

/** AreaFiles is one of Go's folder trees as a file system of the workbench. */
export class AreaFiles
  implements
    IFileSystemProviderWithFileReadWriteCapability,
    IFileSystemProviderWithFileReadStreamCapability,
    IFileSystemProviderWithFileFolderCopyCapability
{
  readonly capabilities: number
  readonly onDidChangeCapabilities = Event.None
  private readonly changed = new Emitter<readonly IFileChange[]>()
  readonly onDidChangeFile = this.changed.event
  private readonly clock = new Clock()
  private readonly asked = new Map<string, Promise<FileEntry>>()

  constructor(
    private readonly bridge: Bridge,
    private readonly area: Area,
    private readonly paths: PathMap,
    caseSensitive: boolean,
  ) {
    const base = Can.FileReadWrite | Can.FileReadStream | Can.FileFolderCopy
    this.capabilities = caseSensitive ? base | Can.PathCaseSensitive : base
  }

  /** Tells the workbench what changed on disk. */
  notify(changes: readonly IFileChange[]): void {
    if (changes.length > 0) this.changed.fire(changes)
  }

  /** Go watches the whole area from the start. */
  watch(): IDisposable {
    return Disposable.None
  }

  stat(resource: URI): Promise<IStat> {
    return guard(async () => toStat(await this.entry(this.path(resource)), this.clock))
  }

  readdir(resource: URI): Promise<[string, FileType][]> {
    return guard(async () => {
      const entries = await this.bridge.Files.List(this.area, this.path(resource))
      return entries.map((entry) => [entry.name, fileType(entry)])
    })
  }

  readFile(resource: URI): Promise<Uint8Array> {
    return guard(async () => {
      const path = this.path(resource)
      await this.entry(path) // many files are asked for that are not there
      return this.bridge.bytes.readFile(this.area, path)
    })
  }

  readFileStream(
    resource: URI,
    options: IFileReadStreamOptions,
    token: CancellationToken,
  ): ReadableStreamEvents<Uint8Array> {
    const stream = newWriteableStream<Uint8Array>(
      (pieces) => VSBuffer.concat(pieces.map((piece) => VSBuffer.wrap(piece))).buffer,
      { highWaterMark: waitingPieces },
    )
    const transfer = new AbortController()
    const cancelled = token.onCancellationRequested(() => transfer.abort())
    const pump = async () => {
      const read = {
        signal: transfer.signal,
        ...(options.position === undefined ? {} : { position: options.position }),
        ...(options.length === undefined ? {} : { length: options.length }),
      }
      const path = this.path(resource)
      const { size } = await this.entry(path)
      if (size > sizeLimit(options)) throw tooLarge(path, size)
      for await (const arrived of this.bridge.bytes.streamFile(this.area, path, read)) {
        for (let at = 0; at < arrived.length; at += pieceSize) {
          await stream.write(arrived.subarray(at, at + pieceSize))
          if (token.isCancellationRequested) return
        }
      }
    }
    pump()
      .catch((cause: unknown) => {
        if (!token.isCancellationRequested) stream.error(toFileError(cause))
      })
      .finally(() => {
        cancelled.dispose()
        stream.end()
      })
    return stream
  }

  writeFile(resource: URI, content: Uint8Array, options: IFileWriteOptions): Promise<void> {
    return guard(async () => {
      const path = this.path(resource)
      // The workbench has just compared this version with the one it read;
      // naming it closes the moment between that look and this write.
      const version = options.overwrite ? this.clock.version(path) : undefined
      const written = await this.bridge.bytes.writeFile(this.area, path, content, {
        create: options.create,
        overwrite: options.overwrite,
        ...(version === undefined ? {} : { ifVersion: version }),
      })
      // The next write may wait already, compared with the version before this one.
      this.clock.wrote(path, written)
    })
  }

  mkdir(resource: URI): Promise<void> {
    return guard(() => this.bridge.Files.MakeFolder(this.area, this.path(resource)))
  }

  delete(resource: URI, options: IFileDeleteOptions): Promise<void> {
    return guard(async () => {
      const path = this.path(resource)
      await this.bridge.Files.Delete(this.area, path, options.recursive)
      this.clock.forget(path)
    })
  }

  rename(from: URI, to: URI, options: IFileOverwriteOptions): Promise<void> {
    return guard(async () => {
      const [source, target] = [this.path(from), this.path(to)]
      await this.bridge.Files.Move(this.area, source, target, options.overwrite)
      this.clock.forget(source)
    })
  }

  copy(from: URI, to: URI, options: IFileOverwriteOptions): Promise<void> {
    return guard(() => this.bridge.Files.Copy(this.area, this.path(from), this.path(to), options.overwrite))
  }

  /** The workbench asks for an entry and for its bytes at once: one question is enough for both. */
  private entry(path: string): Promise<FileEntry> {
    const asked = this.asked.get(path)
    if (asked) return asked
    const asking = this.bridge.Files.Stat(this.area, path)
      .catch((cause: unknown) => {
        this.clock.forget(path)
        throw cause
      })
      .finally(() => this.asked.delete(path))
    this.asked.set(path, asking)
    return asking
  }

  private path(resource: URI): string {
    const path = this.paths.toPath(resource)
    if (path === undefined) throw notFound(resource.path)
    return path
  }
}
