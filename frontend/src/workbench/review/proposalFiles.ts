import { Emitter, Event } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import { Disposable, type IDisposable } from '@codingame/monaco-vscode-api/vscode/vs/base/common/lifecycle'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import {
  FileChangeType,
  FilePermission,
  FileSystemProviderCapabilities as Can,
  FileSystemProviderErrorCode,
  FileType,
  type IFileChange,
  type IFileSystemProviderWithFileReadWriteCapability,
  type IStat,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/files/common/files'
import type { Bridge, ProposalSide } from '../../bridge'
import { FileError, guard } from '../files/errors'

export const proposalScheme = 'keel-proposal'

/** ProposalName says which proposal is meant, and of which file. */
export interface ProposalName {
  sessionId: string
  approvalId: string
  path: string
}

/** proposalResource names one side of a proposal. */
export function proposalResource({ sessionId, approvalId, path }: ProposalName, side: ProposalSide): URI {
  const query = new URLSearchParams({ session: sessionId, approval: approvalId, side }).toString()
  return URI.from({ scheme: proposalScheme, path: `/${path}`, query })
}

/** proposalName is the reverse of proposalResource; undefined for what is no proposal. */
export function proposalName(resource: URI): (ProposalName & { side: ProposalSide }) | undefined {
  if (resource.scheme !== proposalScheme) return undefined
  const query = new URLSearchParams(resource.query)
  const side = query.get('side') === 'after' ? 'after' : 'before'
  return {
    sessionId: query.get('session') ?? '',
    approvalId: query.get('approval') ?? '',
    path: resource.path.slice(1),
    side,
  }
}

interface Known {
  name: ProposalName
  hash: string
  editable: boolean
  /** goes up whenever the text of a side may be another */
  version: number
  contents: Map<ProposalSide, Promise<Uint8Array>>
}

/**
 * ProposalFiles are the two sides of changes that wait for an approval. Only the
 * right side of one that is shown can be written, and only as it was shown: Go
 * compares its hash.
 */
export class ProposalFiles implements IFileSystemProviderWithFileReadWriteCapability {
  readonly capabilities = Can.FileReadWrite | Can.PathCaseSensitive
  readonly onDidChangeCapabilities = Event.None
  private readonly changed = new Emitter<readonly IFileChange[]>()
  readonly onDidChangeFile = this.changed.event
  private readonly saved = new Emitter<{ approvalId: string; hash: string }>()
  /** Fires when a person's own text has become what is proposed. */
  readonly onDidSave = this.saved.event
  private readonly known = new Map<string, Known>()

  constructor(private readonly bridge: Bridge) {}

  /** Takes in what is known of a proposal. Reports whether its text may be another than before. */
  take(name: ProposalName, hash: string, editable: boolean): boolean {
    const before = this.known.get(name.approvalId)
    if (before?.hash === hash && before.editable === editable) return false
    const differs = before !== undefined && before.hash !== hash
    const version = (before?.version ?? 0) + 1
    this.known.set(name.approvalId, { name, hash, editable, version, contents: new Map() })
    this.tell(name)
    return differs
  }

  /** Forgets a proposal that no longer waits. */
  forget(approvalId: string): void {
    this.known.delete(approvalId)
  }

  watch(): IDisposable {
    return Disposable.None
  }

  async stat(resource: URI): Promise<IStat> {
    const content = await this.readFile(resource)
    const name = proposalName(resource)
    const known = this.known.get(name?.approvalId ?? '')
    const writable = known?.editable === true && name?.side === 'after'
    return {
      type: FileType.File,
      mtime: known?.version ?? 0,
      ctime: 0,
      size: content.byteLength,
      ...(writable ? {} : { permissions: FilePermission.Readonly }),
    }
  }

  readFile(resource: URI): Promise<Uint8Array> {
    const name = proposalName(resource)
    if (!name) return this.refuse()
    const { sessionId, approvalId, side } = name
    const contents = this.known.get(approvalId)?.contents
    const kept = contents?.get(side)
    if (kept) return kept
    const content = guard(() => this.bridge.bytes.readProposal(sessionId, approvalId, side))
    contents?.set(side, content)
    content.catch(() => contents?.delete(side))
    return content
  }

  async writeFile(resource: URI, content: Uint8Array): Promise<void> {
    const name = proposalName(resource)
    const known = this.known.get(name?.approvalId ?? '')
    if (!name || name.side !== 'after' || !known?.editable) return this.refuse()
    const { sessionId, approvalId } = name
    const hash = await guard(() =>
      this.bridge.bytes.writeProposal(sessionId, approvalId, known.hash, content),
    )
    known.hash = hash
    known.version++
    known.contents.set('after', Promise.resolve(content.slice()))
    this.saved.fire({ approvalId, hash })
  }

  readdir(): Promise<[string, FileType][]> {
    return Promise.resolve([])
  }

  mkdir(): Promise<void> {
    return this.refuse()
  }

  delete(): Promise<void> {
    return this.refuse()
  }

  rename(): Promise<void> {
    return this.refuse()
  }

  private tell(name: ProposalName): void {
    const sides = ['before', 'after'] as const
    this.changed.fire(
      sides.map((side) => ({ type: FileChangeType.UPDATED, resource: proposalResource(name, side) })),
    )
  }

  private refuse(): Promise<never> {
    return Promise.reject(
      new FileError(
        FileSystemProviderErrorCode.NoPermissions,
        'This proposal cannot be changed here. Accept or reject it, or tell the agent what to change.',
      ),
    )
  }
}
