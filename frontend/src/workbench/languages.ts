import { getService, ILifecycleService } from '@codingame/monaco-vscode-api'
import { LifecyclePhase } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/lifecycle/common/lifecycle'

/** bringLanguages adds what understands the web's languages, once the window has come up. */
export async function bringLanguages(): Promise<void> {
  const lifecycle = await getService(ILifecycleService)
  await lifecycle.when(LifecyclePhase.Restored)
  await import('./languageFeatures')
}
