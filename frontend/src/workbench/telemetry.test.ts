import {
  Extensions,
  type IConfigurationNode,
  type IConfigurationRegistry,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/configuration/common/configurationRegistry'
import { Registry } from '@codingame/monaco-vscode-api/vscode/vs/platform/registry/common/platform'
import { expect, it } from 'vitest'
import { retireTelemetry } from './telemetry'

const registry = Registry.as<IConfigurationRegistry>(Extensions.Configuration)

const setting = (name: string): IConfigurationNode => ({
  id: name,
  properties: { [name]: { type: 'boolean', default: true } },
})

const said = (name: string) => registry.getConfigurationProperties()[name]?.deprecationMessage

it('the workbench’s own settings about telemetry do nothing, whenever they come', () => {
  registry.registerConfiguration(setting('telemetry.before'))
  retireTelemetry()
  registry.registerConfiguration(setting('workbench.enableTelemetry'))
  registry.registerConfiguration(setting('workbench.telemetryColour'))
  expect(said('telemetry.before')).toContain('no effect')
  expect(said('workbench.enableTelemetry')).toContain('no effect')
  expect(said('workbench.telemetryColour')).toBeUndefined()
})

it('an extension’s own setting works, and stays', () => {
  const extensionInfo = { id: 'harbour.julia', displayName: 'Julia' }
  registry.registerConfiguration({ ...setting('julia.enableTelemetry'), extensionInfo })
  registry.registerConfiguration({ ...setting('telemetry.ofAnExtension'), extensionInfo })
  expect(registry.getConfigurationProperties()['julia.enableTelemetry']).toBeDefined()
  expect(said('julia.enableTelemetry')).toBeUndefined()
  expect(said('telemetry.ofAnExtension')).toBeUndefined()
})
