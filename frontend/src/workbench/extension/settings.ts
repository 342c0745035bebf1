import {
  Extensions,
  type IConfigurationRegistry,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/configuration/common/configurationRegistry'
import { Registry } from '@codingame/monaco-vscode-api/vscode/vs/platform/registry/common/platform'

/** Where the workbench believes updates of extensions to come from. */
const theirs = 'The updates are fetched from a Microsoft online service.'

/** The settings that say so. */
export const aboutUpdates = ['extensions.autoUpdate', 'extensions.autoCheckUpdates'] as const

/** nameUpdates says in the settings where updates come from. Their texts are fixed before Keel can say anything. */
export function nameUpdates(registry: string): void {
  const settings = Registry.as<IConfigurationRegistry>(Extensions.Configuration).getConfigurationProperties()
  for (const name of aboutUpdates) {
    const setting = settings[name]
    if (setting?.description) setting.description = ours(setting.description, registry)
  }
}

export function ours(description: string, registry: string): string {
  return description.replace(theirs, `Updates come from the registry of extensions, ${registry}.`)
}
