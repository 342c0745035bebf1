import { getService, IConfigurationService, IExtensionService } from '@codingame/monaco-vscode-api'
import { status } from '@codingame/monaco-vscode-api/vscode/vs/base/browser/ui/aria/aria'
import {
  Extensions,
  type IConfigurationRegistry,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/configuration/common/configurationRegistry'
import {
  EXTENSION_INSTALL_DEP_PACK_CONTEXT,
  EXTENSION_INSTALL_SKIP_WALKTHROUGH_CONTEXT,
  InstallOperation,
  type InstallExtensionResult,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/extensionManagement/common/extensionManagement'
import { Registry } from '@codingame/monaco-vscode-api/vscode/vs/platform/registry/common/platform'
import { IWorkbenchExtensionManagementService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/extensionManagement/common/extensionManagement.service'
import { walkthroughPage } from '../../features/walkthrough'
import { plainVisible } from '../../lib/visible'
import { openPage } from '../pages'
import type { InstalledWalkthroughs } from './source'

const setting = 'workbench.welcomePage.walkthroughs.openOnInstall'

Registry.as<IConfigurationRegistry>(Extensions.Configuration).registerConfiguration({
  id: 'workbench',
  order: 7,
  title: 'Workbench',
  type: 'object',
  properties: {
    [setting]: {
      type: 'boolean',
      default: true,
      description: 'When an extension is installed that brings a walkthrough, the walkthrough is opened.',
    },
  },
})

/** openAfterInstalling opens the walkthrough of an extension, once, when a person has installed it in this window. */
export async function openAfterInstalling(load: () => Promise<InstalledWalkthroughs>): Promise<void> {
  const [management, extensions, configuration] = await Promise.all([
    getService(IWorkbenchExtensionManagementService),
    getService(IExtensionService),
    getService(IConfigurationService),
  ])
  /** Extensions that are installed and may not be known to what runs them yet. */
  const waiting = new Set<string>()
  const look = async (): Promise<void> => {
    const known = extensions.extensions.map(({ identifier }) => identifier.value.toLowerCase())
    const ready = known.filter((id) => waiting.delete(id))
    if (ready.length === 0) return
    const source = await load()
    const found = (await source.list()).find(
      ({ extension }) => extension && ready.includes(extension.id.toLowerCase()),
    )
    if (!found) return
    source.want({ id: found.id })
    await openPage(walkthroughPage, { preserveFocus: true, inactive: isWriting() })
    status(`The walkthrough ${plainVisible(found.title)} is open.`)
  }
  management.onDidInstallExtensions((results) => {
    if (configuration.getValue(setting) !== true) return
    for (const result of results) if (isByPerson(result)) waiting.add(result.identifier.id.toLowerCase())
    void look()
  })
  extensions.onDidChangeExtensions(() => void look())
}

/** What was installed elsewhere has no source; what comes along was not asked for by its name. */
function isByPerson({ operation, source, local, context, error }: InstallExtensionResult): boolean {
  if (operation !== InstallOperation.Install || !source || error !== undefined) return false
  if (local?.manifest.contributes?.walkthroughs === undefined) return false
  return (
    context?.[EXTENSION_INSTALL_DEP_PACK_CONTEXT] !== true &&
    context?.[EXTENSION_INSTALL_SKIP_WALKTHROUGH_CONTEXT] !== true
  )
}

/** Whether the keyboard is in a text among the editors: another tab in front would take it. */
function isWriting(): boolean {
  const focused = document.activeElement
  if (!(focused instanceof HTMLElement) || !focused.closest('.part.editor')) return false
  return focused.isContentEditable || focused.matches('input, textarea, .native-edit-context')
}
