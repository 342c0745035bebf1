import {
  Extensions,
  type IConfigurationRegistry,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/configuration/common/configurationRegistry'
import { Registry } from '@codingame/monaco-vscode-api/vscode/vs/platform/registry/common/platform'

/**
 * retireTelemetry takes the workbench's settings about telemetry out of the settings
 * editor, and says in settings.json that they do nothing: the product has none, and
 * what would send it is not in the page.
 */
export function retireTelemetry(): void {
  const registry = Registry.as<IConfigurationRegistry>(Extensions.Configuration)
  const retire = (): void => {
    for (const [name, setting] of Object.entries(registry.getConfigurationProperties()))
      if (/^telemetry\.|Telemetry$/.test(name))
        setting.deprecationMessage = 'This has no effect: Keel sends no telemetry.'
  }
  retire()
  registry.onDidUpdateConfiguration(retire)
}
