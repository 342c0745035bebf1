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
import { guardExtensions } from '../guard'
import { IsolatedExtensionHost } from './isolated'
import { tellOfEnd, tellOfTrouble } from './trouble'
import { WaitingHost } from './waiting'

/** extensionService is VS Code's, with extensions apart from the page, guarded, and only when they are needed. */
export function extensionService(folder: string): typeof ExtensionServiceOverride {
  return class ExtensionService extends ExtensionServiceOverride {
    constructor(...parts: ConstructorParameters<typeof ExtensionServiceOverride>) {
      super(...parts)
      const services = this._instantiationService
      guardExtensions(
        folder,
        () => this.extensions,
        (use) => services.invokeFunction(use),
      )
      tellOfTrouble(this, () => this.startExtensionHosts())
      this._extensionHostFactory.createExtensionHost = (running, location) => {
        if (location.kind !== ExtensionHostKind.LocalWebWorker) return null
        const getInitData = async () => {
          const { versionId, extensions } = await this._getExtensionRegistrySnapshotWhenReady()
          const mine = running.filterByRunningLocation(extensions, location).map((each) => each.identifier)
          return { extensions: new ExtensionHostExtensions(versionId, extensions, mine) }
        }
        const startup = ExtensionHostStartup.LazyAutoStart
        return services.createInstance(IsolatedExtensionHost, location, startup, { getInitData })
      }
    }

    protected override _onExtensionHostCrashed(
      host: IExtensionHostManager,
      code: number,
      signal: string | null,
    ): void {
      super._onExtensionHostCrashed(host, code, signal)
      void this._doStopExtensionHosts()
      tellOfEnd(() => this.startExtensionHosts())
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
}
