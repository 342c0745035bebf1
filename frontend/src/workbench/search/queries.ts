import type { IExpression } from '@codingame/monaco-vscode-api/vscode/vs/base/common/glob'
import type {
  IFileQuery,
  IFolderQuery,
  ITextQuery,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/search/common/search'
import type { FileSearch, TextSearch } from '../../bridge'
import type { PathMap } from '../files/paths'

/** Without a limit of the query's own: more than anyone reads, few enough to send. */
const mostFiles = 20_000
const mostMatches = 20_000

/** textSearchOf is the workbench's query for one folder, as Go takes it. */
export function textSearchOf(
  id: string,
  query: ITextQuery,
  folder: IFolderQuery,
  paths: PathMap,
): TextSearch {
  const pattern = query.contentPattern
  return {
    id,
    pattern: pattern.pattern,
    regex: pattern.isRegExp ?? false,
    caseSensitive: pattern.isCaseSensitive ?? false,
    wholeWord: pattern.isWordMatch ?? false,
    multiline: pattern.isMultiline ?? false,
    include: includes(query.includePattern, folder),
    exclude: excludes(query.excludePattern, folder),
    useIgnoreFiles: !folder.disregardIgnoreFiles,
    maxResults: query.maxResults ?? mostMatches,
    folder: paths.toPath(folder.folder) ?? '.',
  }
}

/** fileSearchOf is the workbench's query for file names, as Go takes it. */
export function fileSearchOf(query: IFileQuery, folder: IFolderQuery): FileSearch {
  const pattern = query.filePattern ?? ''
  const globbed = query.shouldGlobMatchFilePattern === true && pattern !== ''
  // With no pattern and a limit of none the workbench only wants the list kept.
  const warming = pattern === '' && query.maxResults === 0
  return {
    pattern: globbed ? '' : pattern,
    include: [...includes(query.includePattern, folder), ...(globbed ? [pattern] : [])],
    exclude: excludes(query.excludePattern, folder),
    useIgnoreFiles: !folder.disregardIgnoreFiles,
    maxResults: warming || query.exists ? 1 : (query.maxResults ?? mostFiles),
    cacheKey: query.cacheKey ?? '',
  }
}

/** globs returns the patterns of an expression that are switched on. Those that depend on a sibling are left out. */
export function globs(expression: IExpression | undefined): string[] {
  return Object.entries(expression ?? {})
    .filter(([, on]) => on === true)
    .map(([pattern]) => anchored(pattern))
}

/**
 * anchored says to Go what the workbench means: its expressions count from the
 * folder's top unless they begin with **, while Go takes patterns as people
 * type them, at any depth.
 */
function anchored(pattern: string): string {
  return /^(\*\*|\.?\/)/.test(pattern) ? pattern : `./${pattern}`
}

function includes(all: IExpression | undefined, folder: IFolderQuery): string[] {
  return unique([...globs(all), ...globs(folder.includePattern)])
}

function excludes(all: IExpression | undefined, folder: IFolderQuery): string[] {
  const own = (folder.excludePattern ?? []).flatMap((exclude) => globs(exclude.pattern))
  return unique([...globs(all), ...own])
}

function unique(patterns: readonly string[]): string[] {
  return [...new Set(patterns)]
}
