import { ILifecycleService } from '@codingame/monaco-vscode-api'
import { ExtensionHostKind } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/extensions/common/extensionHostKind'
import {
  ExtensionHostExtensions,
  ExtensionHostStartup,
  type IExtensionHost,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/extensions/common/extensions'
import { LifecyclePhase } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/lifecycle/common/lifecycle'
import { ExtensionServiceOverride } from '@codingame/monaco-vscode-extensions-service-override'
import type { IExtensionHostManager } from '@codingame/monaco-vscode-extensions-service-override/vscode/vs/workbench/services/extensions/common/extensionHostManagers'
import { IsolatedExtensionHost } from './isolated'
import { WaitingHost } from './waiting'

/** ExtensionService is VS Code's, with extensions apart from the page and only when they are needed. */
export class ExtensionService extends ExtensionServiceOverride {
  constructor(...parts: ConstructorParameters<typeof ExtensionServiceOverride>) {
    super(...parts)
    this._extensionHostFactory.createExtensionHost = (running, location) => {
      if (location.kind !== ExtensionHostKind.LocalWebWorker) return null
      const getInitData = async () => {
        const { versionId, extensions } = await this._getExtensionRegistrySnapshotWhenReady()
        const mine = running.filterByRunningLocation(extensions, location).map((each) => each.identifier)
        return { extensions: new ExtensionHostExtensions(versionId, extensions, mine) }
      }
      const data = { getInitData }
      const startup = ExtensionHostStartup.LazyAutoStart
      return this._instantiationService.createInstance(IsolatedExtensionHost, location, startup, data)
    }
  }

  protected override _doCreateExtensionHostManager(
    host: IExtensionHost,
    asked: string[],
  ): IExtensionHostManager {
    const settled = this._instantiationService.invokeFunction((accessor) =>
      accessor.get(ILifecycleService).when(LifecyclePhase.Eventually),
    )
    return new WaitingHost(super._doCreateExtensionHostManager(host, asked), asked, settled)
  }
}
