import { SyncDescriptor } from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/descriptors'
import type { IEditorOverrideServices } from '@codingame/monaco-vscode-api/vscode/vs/editor/standalone/browser/standaloneServices'
import { ISearchService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/search/common/search.service'
import getSearch from '@codingame/monaco-vscode-search-service-override'
import { SearchService } from '@codingame/monaco-vscode-search-service-override/vscode/vs/workbench/services/search/common/searchService'

/**
 * searchServices are the search view and quick open without a provider of their
 * own: the one the package brings walks the whole folder at the start.
 */
export function searchServices(): IEditorOverrideServices {
  return { ...getSearch(), [ISearchService.toString()]: new SyncDescriptor(SearchService, [], true) }
}
