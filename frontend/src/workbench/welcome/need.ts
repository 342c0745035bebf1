import type { IConfigurationService } from '@codingame/monaco-vscode-api/vscode/vs/platform/configuration/common/configuration.service'
import type { WindowHost } from '../../ui/host'
import { localKey } from './steps'

const providerSetting = 'keelAgent.provider'
const profileSetting = 'keelAgent.bedrock.profile'

/** needsNoAccount says that what the settings choose is reached without an account of Keel's. */
export function needsNoAccount(provider: string, profile: string): boolean {
  if (provider === 'bedrock') return profile !== ''
  return provider !== '' && provider !== 'github-models'
}

/** followNeed takes the step about accounts away while what is chosen needs none. */
export function followNeed(
  configuration: Pick<IConfigurationService, 'getValue' | 'onDidChangeConfiguration'>,
  setContext: WindowHost['setContext'],
): void {
  const value = (name: string): string => {
    const found = configuration.getValue<unknown>(name)
    return typeof found === 'string' ? found : ''
  }
  const tell = (): void => setContext(localKey, needsNoAccount(value(providerSetting), value(profileSetting)))
  configuration.onDidChangeConfiguration((event) => {
    if ([providerSetting, profileSetting].some((name) => event.affectsConfiguration(name))) tell()
  })
  tell()
}
