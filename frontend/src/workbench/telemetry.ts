import {
  Extensions,
  type IConfigurationRegistry,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/configuration/common/configurationRegistry'
import { Registry } from '@codingame/monaco-vscode-api/vscode/vs/platform/registry/common/platform'

/** The workbench's own, among all settings that extensions do not bring. */
const isAboutTelemetry = /^telemetry\.|Telemetry$/

/**
 * retireTelemetry takes the workbench's settings about telemetry out of the settings
 * editor, and says in settings.json that they do nothing: the product has none, and
 * what would send it is not in the page. What an extension sends is its own, and so is
 * its setting about that, which works.
 */
export function retireTelemetry(): void {
  const registry = Registry.as<IConfigurationRegistry>(Extensions.Configuration)
  const retire = (): void => {
    for (const [name, setting] of Object.entries(registry.getConfigurationProperties()))
      if (isAboutTelemetry.test(name) && !setting.source && !setting.section?.extensionInfo)
        setting.deprecationMessage = 'This has no effect: Keel sends no telemetry.'
  }
  retire()
  registry.onDidUpdateConfiguration(retire)
}
