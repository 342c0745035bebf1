import type { CancellationToken } from '@codingame/monaco-vscode-api/vscode/vs/base/common/cancellation'
import {
  SearchError,
  SearchErrorCode,
  TextSearchCompleteMessageType,
  type IFileQuery,
  type ISearchComplete,
  type ISearchProgressItem,
  type ISearchResultProvider,
  type ITextQuery,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/search/common/search'
import {
  toFailure,
  type Bridge,
  type Failure,
  type FileMatches,
  type FileSearch,
  type TextMatches,
} from '../../bridge'
import { Sequence } from '../../lib/sequence'
import type { PathMap } from '../files/paths'
import { toFileMatch } from './matches'
import { fileSearchOf, textSearchOf } from './queries'

/** A batch on its way is never this late; without it the search would not end. */
const longestWait = 10_000

/** Search answers the search view and quick open from Go. */
export class Search implements ISearchResultProvider {
  private readonly running = new Map<string, Sequence<TextMatches>>()
  private started = 0
  /** The workbench numbers its caches anew with each page; Go may still know those of the last one. */
  private readonly page = `${Date.now()}-${Math.floor(Math.random() * 1e9)}`
  private toldMissing = false

  constructor(
    private readonly bridge: Bridge,
    private readonly paths: PathMap,
    private readonly onMissing: (failure: Failure) => void,
  ) {
    bridge.on('search', (batch) => this.running.get(batch.id)?.push(batch.seq, batch))
  }

  getAIName(): Promise<string | undefined> {
    return Promise.resolve(undefined)
  }

  async textSearch(
    query: ITextQuery,
    onProgress?: (item: ISearchProgressItem) => void,
    token?: CancellationToken,
  ): Promise<ISearchComplete> {
    const complete: ISearchComplete = { results: [], limitHit: false, messages: [] }
    for (const folder of query.folderQueries) {
      const id = `${this.page}-${++this.started}`
      const request = textSearchOf(id, query, folder, this.paths)
      const take = (batch: TextMatches) => {
        for (const file of batch.files) {
          const match = toFileMatch(file, this.paths.toResource(file.path))
          complete.results.push(match)
          onProgress?.(match)
        }
        complete.limitHit ||= batch.limitHit
      }
      const failure = await this.run(id, token, () => this.bridge.Search.Text(request), take)
      // A mistake in the pattern shows below it, all else among the results.
      if (failure?.code === 'bad_pattern') throw searchError(failure)
      if (failure)
        complete.messages.push({ text: inOne(failure), type: TextSearchCompleteMessageType.Warning })
    }
    return complete
  }

  async fileSearch(query: IFileQuery, token?: CancellationToken): Promise<ISearchComplete> {
    const complete: ISearchComplete = { results: [], limitHit: false, messages: [] }
    for (const folder of query.folderQueries) {
      if (token?.isCancellationRequested) break
      const request = fileSearchOf(query, folder)
      const found = await this.findFiles({ ...request, cacheKey: this.cacheKey(request.cacheKey) })
      complete.limitHit ||= query.exists ? found.paths.length > 0 : found.limitHit
      if (query.exists) continue
      complete.results.push(...found.paths.map((path) => ({ resource: this.paths.toResource(path) })))
    }
    return complete
  }

  /** What has no tool has nothing to forget either. */
  clearCache(cacheKey: string): Promise<void> {
    return this.bridge.Search.ClearCache(this.cacheKey(cacheKey)).catch(() => undefined)
  }

  private cacheKey(key: string): string {
    return key && `${this.page} ${key}`
  }

  /** Quick open asks with every key; a person needs to be told only once why there are no files. */
  private async findFiles(request: FileSearch): Promise<FileMatches> {
    try {
      return await this.bridge.Search.Files(request)
    } catch (cause) {
      const failure = toFailure(cause)
      if (failure.code !== 'missing_tool') throw searchError(failure)
      if (!this.toldMissing) this.onMissing(failure)
      this.toldMissing = true
      return { paths: [], limitHit: false }
    }
  }

  /** run starts a search and resolves once its last batch was taken, with why it failed if it did. */
  private run(
    id: string,
    token: CancellationToken | undefined,
    start: () => Promise<void>,
    take: (batch: TextMatches) => void,
  ): Promise<Failure | undefined> {
    return new Promise((resolve) => {
      const cancelled = token?.onCancellationRequested(() => {
        void this.bridge.Search.Cancel(id).catch(() => undefined)
        settle()
      })
      const settle = (failure?: Failure) => {
        this.running.get(id)?.dispose()
        this.running.delete(id)
        cancelled?.dispose()
        resolve(failure)
      }
      const inOrder = new Sequence<TextMatches>(
        (batch) => {
          take(batch)
          if (batch.error) settle(toFailure(batch.error))
          else if (batch.done) settle()
        },
        { first: 1, patience: longestWait },
      )
      this.running.set(id, inOrder)
      start().catch((cause: unknown) => settle(toFailure(cause)))
    })
  }
}

function searchError(failure: Failure): SearchError {
  const code = failure.code === 'bad_pattern' ? SearchErrorCode.regexParseError : SearchErrorCode.other
  return new SearchError(inOne(failure), code)
}

function inOne({ message, hint }: Failure): string {
  return hint ? `${message} ${hint}` : message
}
