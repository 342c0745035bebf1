import { Event } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import type { IExtensionRecommendationsService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/extensionRecommendations/common/extensionRecommendations.service'

/**
 * NoRecommendations recommends nothing: neither what an opened folder names, nor
 * what the product's maker does. Anybody may have taken such a name in a registry.
 */
export class NoRecommendations implements IExtensionRecommendationsService {
  declare readonly _serviceBrand: undefined
  readonly onDidChangeRecommendations = Event.None

  getAllRecommendationsWithReason(): Record<string, never> {
    return {}
  }

  getImportantRecommendations(): Promise<[]> {
    return Promise.resolve([])
  }

  getOtherRecommendations(): Promise<[]> {
    return Promise.resolve([])
  }

  getFileBasedRecommendations(): [] {
    return []
  }

  getExeBasedRecommendations(): Promise<{ important: []; others: [] }> {
    return Promise.resolve({ important: [], others: [] })
  }

  getConfigBasedRecommendations(): Promise<{ important: []; others: [] }> {
    return Promise.resolve({ important: [], others: [] })
  }

  getWorkspaceRecommendations(): Promise<[]> {
    return Promise.resolve([])
  }

  getKeymapRecommendations(): [] {
    return []
  }

  getLanguageRecommendations(): [] {
    return []
  }

  getRemoteRecommendations(): [] {
    return []
  }
}
