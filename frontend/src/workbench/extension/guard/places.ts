import { normalizePath } from '@codingame/monaco-vscode-api/vscode/vs/base/common/resources'
import { URI, type UriComponents } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { obeyedByOthers } from './names'

/** What an extension may do with a resource. */
export type Permission = 'write' | 'ask' | 'read' | 'nothing'

/** A filter of documents, as far as it matters here. */
export interface DocumentFilter {
  readonly scheme?: string
  readonly language?: string
}

/** Below these, extensions keep what is their own. */
const storage = ['/User/globalStorage/', '/User/workspaceStorage/']

/** Where the host of extensions keeps the logs of each. */
const logs = /^\/[^/]+\/exthost\/./

/** Documents that are nobody's file. */
const loose = new Set(['untitled', 'output', 'vscode-notebook-cell', 'vscode-scm'])

/**
 * Schemes that an extension cannot take for its own: somebody else's, or what a page
 * obeys. Some of the workbench's stand for any other file, such as what was saved of it.
 */
const taken = new RegExp(
  `^(${[
    'file|https?|wss?|ftp|wails|about|data|blob|javascript|command|mailto|inmemory|private|walkthrough.*|output|untitled',
    'vscode.*|keel.*|extension.*|webview.*|showmodifications|conflictresolution|trusteddomains|terminal_output',
    'environment_changes_collection|scm-history.*|comment|code-setting|accessible-view|search-editor|interactive',
    'chat.*|copilot.*|ahp.*|mcp.*|debug|vsls',
  ].join('|')})$`,
  'i',
)

/** Places says where extensions may read and write. What they bring themselves is theirs. */
export class Places {
  private readonly own = new Set<string>()

  constructor(
    /** The opened folder, "" without one. */
    private readonly folder: string,
    /** Where files of extensions are served. */
    private readonly extensions: Pick<URI, 'scheme' | 'authority' | 'path'>,
  ) {}

  /** Takes a scheme for an extension; false when it is not to be had. */
  take(scheme: unknown): boolean {
    if (typeof scheme !== 'string' || taken.test(scheme)) return false
    this.own.add(scheme)
    return true
  }

  /** Whether an extension answers for documents of this scheme. */
  isOwn(scheme: string): boolean {
    return this.own.has(scheme)
  }

  /** A filter of documents, as filters of only those that extensions may know. */
  narrowed(filter: DocumentFilter): DocumentFilter[] {
    const known = ['file', ...loose, ...this.own]
    if (filter.scheme === undefined || filter.scheme === '*')
      return known.map((scheme) => ({ ...filter, scheme }))
    return known.includes(filter.scheme) || !taken.test(filter.scheme) ? [filter] : []
  }

  permission(resource: UriComponents | URI): Permission {
    const uri = normalizePath(URI.revive(resource))
    const { scheme, path } = uri
    if (loose.has(scheme) || this.own.has(scheme)) return 'write'
    if (scheme === 'file') {
      if (!this.isInFolder(path)) return 'nothing'
      return obeyedByOthers(path.slice(this.folder.length)) === undefined ? 'write' : 'ask'
    }
    if (scheme === 'extension-file') return 'read'
    if (scheme === 'vscode-log') return logs.test(path) ? 'write' : 'nothing'
    if (scheme === 'vscode-userdata') {
      const below = storage.find((place) => path.startsWith(place))
      // "keel" is Keel's own, the storage as a whole nobody's.
      return below !== undefined && path.length > below.length ? 'write' : 'nothing'
    }
    const { extensions } = this
    const served = scheme === extensions.scheme && uri.authority === extensions.authority
    return served && path.startsWith(extensions.path) ? 'read' : 'nothing'
  }

  private isInFolder(path: string): boolean {
    return this.folder !== '' && (path === this.folder || path.startsWith(`${this.folder}/`))
  }
}
