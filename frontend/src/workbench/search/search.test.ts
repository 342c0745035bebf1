import { CancellationTokenSource } from '@codingame/monaco-vscode-api/vscode/vs/base/common/cancellation'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import {
  QueryType,
  SearchErrorCode,
  type IFileQuery,
  type ISearchProgressItem,
  type ITextQuery,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/search/common/search'
import { describe, expect, it, vi } from 'vitest'
import { Failure, type FileSearch, type TextMatches, type TextSearch } from '../../bridge'
import { fakeBridge, type FakeBridge } from '../../bridge/fake'
import { folderPaths } from '../files/paths'
import { toFileMatch } from './matches'
import { Search } from './provider'
import { fileSearchOf, textSearchOf } from './queries'

const folder = URI.file('/home/user/calc')
const paths = folderPaths(folder.path)
const folderQuery = {
  folder,
  excludePattern: [{ pattern: { '**/.git': true, '**/*.js': { when: '$(basename).ts' }, off: false } }],
}
const text: ITextQuery = {
  type: QueryType.Text,
  contentPattern: { pattern: 'Add', isWordMatch: true },
  folderQueries: [folderQuery],
  includePattern: { '**/*.go': true, 'cmd/**': true },
}
const names: IFileQuery = { type: QueryType.File, folderQueries: [folderQuery] }

describe('queries', () => {
  it('asks for text', () => {
    expect(textSearchOf('1', text, folderQuery, paths)).toEqual({
      id: '1',
      pattern: 'Add',
      regex: false,
      caseSensitive: false,
      wholeWord: true,
      multiline: false,
      include: ['**/*.go', './cmd/**'],
      exclude: ['**/.git'],
      useIgnoreFiles: true,
      maxResults: 20_000,
      folder: '.',
    })
  })

  it.each<[string, Partial<IFileQuery>, object]>([
    [
      'a name',
      { filePattern: 'ma', maxResults: 512, cacheKey: 'k' },
      { pattern: 'ma', maxResults: 512, cacheKey: 'k' },
    ],
    [
      'only to keep the list',
      { filePattern: '', maxResults: 0, cacheKey: 'k' },
      { pattern: '', maxResults: 1 },
    ],
    [
      'whether there is one',
      { exists: true, includePattern: { go: true } },
      { include: ['./go'], maxResults: 1 },
    ],
    ['a glob', { filePattern: '*.go', shouldGlobMatchFilePattern: true }, { pattern: '', include: ['*.go'] }],
  ])('asks for %s', (_, query, expected) => {
    expect(fileSearchOf({ ...names, ...query }, folderQuery)).toMatchObject(expected)
  })
})

describe('toFileMatch', () => {
  it.each([
    [
      'a line',
      { line: 4, offset: 0, text: 'func Add()', ranges: [{ start: 5, end: 8 }] },
      [3, 5, 3, 8],
      [0, 5, 0, 8],
    ],
    [
      'a cut line',
      { line: 4, offset: 900, text: 'Add', ranges: [{ start: 0, end: 3 }] },
      [3, 900, 3, 903],
      [0, 0, 0, 3],
    ],
    [
      'two lines',
      { line: 1, offset: 0, text: 'ab\ncd', ranges: [{ start: 1, end: 4 }] },
      [0, 1, 1, 1],
      [0, 1, 1, 1],
    ],
  ])('places %s', (_, line, source, preview) => {
    const numbers = (range: object): unknown[] => Object.values(range)
    const match = toFileMatch({ path: 'calc.go', lines: [line] }, paths.toResource('calc.go'))
    const result = match.results?.[0]
    if (!result || !('rangeLocations' in result)) throw new Error('no match')
    expect(result.previewText).toBe(line.text)
    expect(result.rangeLocations.map((pair) => [numbers(pair.source), numbers(pair.preview)])).toEqual([
      [source, preview],
    ])
  })
})

describe('Search', () => {
  const batch = (request: TextSearch, seq: number, path: string, done = false): TextMatches => ({
    id: request.id,
    seq,
    files: path ? [{ path, lines: [] }] : [],
    done,
    limitHit: false,
  })

  function start(answer: (bridge: FakeBridge, request: TextSearch) => void, cancel = vi.fn()) {
    const bridge: FakeBridge = fakeBridge({
      methods: {
        'Search.Text': (request: TextSearch) => answer(bridge, request),
        'Search.Cancel': cancel,
      },
    })
    return new Search(bridge, paths, () => undefined)
  }

  it('shows batches in order, however they arrive', async () => {
    const search = start((bridge, request) => {
      bridge.emit('search', batch(request, 3, '', true))
      bridge.emit('search', batch(request, 2, 'b.go'))
      bridge.emit('search', batch({ ...request, id: 'another' }, 1, 'z.go'))
      bridge.emit('search', batch(request, 1, 'a.go'))
    })
    const seen: ISearchProgressItem[] = []
    const complete = await search.textSearch(text, (item) => seen.push(item))
    const found = complete.results.map(({ resource }) => paths.toPath(resource))
    expect(found).toEqual(['a.go', 'b.go'])
    expect(seen).toEqual(complete.results)
  })

  it('ends at once when it is cancelled', async () => {
    const cancel = vi.fn()
    const source = new CancellationTokenSource()
    const search = start((bridge, request) => {
      bridge.emit('search', batch(request, 1, 'a.go'))
      source.cancel()
      bridge.emit('search', batch(request, 2, 'b.go'))
    }, cancel)
    const complete = await search.textSearch(text, undefined, source.token)
    expect(complete.results).toHaveLength(1)
    expect(cancel).toHaveBeenCalledOnce()
  })

  it('says what is wrong with a pattern', async () => {
    const search = start(() => {
      throw new Failure('bad_pattern', 'The pattern "(" has no end.', '')
    })
    await expect(search.textSearch(text)).rejects.toMatchObject({
      message: 'The pattern "(" has no end.',
      code: SearchErrorCode.regexParseError,
    })
  })

  it('shares no list of files with another page', async () => {
    const bridge = fakeBridge({ methods: { 'Search.Files': () => ({ paths: [], limitHit: false }) } })
    const keys = () => bridge.calls.map(({ arguments: [request] }) => (request as FileSearch).cacheKey)
    const pages = [new Search(bridge, paths, () => undefined), new Search(bridge, paths, () => undefined)]
    for (const page of [...pages, ...pages]) await page.fileSearch({ ...names, cacheKey: 'id#1' })
    const [first, second, ...again] = keys()
    expect(first).not.toBe(second)
    expect(again).toEqual([first, second])
  })

  it('tells only once that it has no tool', async () => {
    const missing = vi.fn()
    const bridge = fakeBridge({
      methods: {
        'Search.Files': () => {
          throw new Failure('missing_tool', 'Search needs ripgrep.', '')
        },
      },
    })
    const search = new Search(bridge, paths, missing)
    await search.fileSearch({ ...names, filePattern: 'a' })
    expect(await search.fileSearch({ ...names, filePattern: 'ab' })).toMatchObject({ results: [] })
    expect(missing).toHaveBeenCalledOnce()
  })
})
