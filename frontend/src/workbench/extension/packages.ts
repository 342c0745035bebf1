import { getService, ILifecycleService } from '@codingame/monaco-vscode-api'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { CommandsRegistry } from '@codingame/monaco-vscode-api/vscode/vs/platform/commands/common/commands'
import {
  Action2,
  MenuId,
  registerAction2,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/actions/common/actions'
import { ContextKeyExpr } from '@codingame/monaco-vscode-api/vscode/vs/platform/contextkey/common/contextkey'
import { ResourceContextKey } from '@codingame/monaco-vscode-api/vscode/vs/workbench/common/contextkeys'
import {
  INSTALL_EXTENSION_FROM_VSIX_COMMAND_ID,
  SELECT_INSTALL_VSIX_EXTENSION_COMMAND_ID,
  VIEWLET_ID,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/extensions/common/extensions'
import { IWorkbenchExtensionManagementService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/extensionManagement/common/extensionManagement.service'
import { LifecyclePhase } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/lifecycle/common/lifecycle'
import type { Bridge } from '../../bridge'
import { plainVisible } from '../../lib/visible'
import { notify } from '../notify'
import { locate } from './address'
import type { Following } from './following'
import type { Plans } from './plans'
import { whileShown } from './progress'

/** Packages installs extensions out of *.vsix files, as the registry's are: after the person has seen the plan. */
export class Packages {
  constructor(
    private readonly bridge: Bridge,
    private readonly plans: Plans,
    private readonly following: Pick<Following, 'hold'>,
    /** The opened folder, "" without one. */
    private readonly folder: string,
  ) {}

  /** Adds the commands, and takes files that are dropped on the Extensions view. */
  register(): void {
    const pick = () => this.pick().catch((cause: unknown) => notify.failure(cause))
    const take = (given: unknown) => this.nameAll(given).catch((cause: unknown) => notify.failure(cause))
    registerAction2(
      class extends Action2 {
        constructor() {
          super({
            id: 'keel.extensions.installFile',
            title: { value: 'Install from VSIX…', original: 'Install from VSIX…' },
            category: { value: 'Extensions', original: 'Extensions' },
            f1: true,
            menu: {
              id: MenuId.ViewContainerTitle,
              when: ContextKeyExpr.equals('viewContainer', VIEWLET_ID),
              group: '3_install',
            },
          })
        }

        override run(): Promise<void> {
          return pick()
        }
      },
    )
    registerAction2(
      class extends Action2 {
        constructor() {
          super({
            id: 'keel.extensions.installOpenedFile',
            title: { value: 'Install Extension VSIX', original: 'Install Extension VSIX' },
            menu: {
              id: MenuId.ExplorerContext,
              group: 'extensions',
              when: ContextKeyExpr.regex(ResourceContextKey.Extension.key, /^\.vsix$/i),
            },
          })
        }

        override run(_: unknown, one: unknown, all: unknown): Promise<void> {
          return take(Array.isArray(all) && all.length > 0 ? all : one)
        }
      },
    )
    document.addEventListener('drop', (event) => this.drop(event), true)
  }

  /** Takes the place of the workbench's own commands, which are there once the window is. */
  async replace(): Promise<void> {
    const lifecycle = await getService(ILifecycleService)
    await lifecycle.when(LifecyclePhase.Eventually)
    const pick = () => this.pick().catch((cause: unknown) => notify.failure(cause))
    CommandsRegistry.registerCommand(SELECT_INSTALL_VSIX_EXTENSION_COMMAND_ID, pick)
    CommandsRegistry.registerCommand(INSTALL_EXTENSION_FROM_VSIX_COMMAND_ID, (_, given: unknown) =>
      this.nameAll(given).catch((cause: unknown) => notify.failure(cause)),
    )
  }

  private async pick(): Promise<void> {
    const token = await this.bridge.Extensions.PickFile()
    if (token) await this.install(token)
  }

  /** Files of the opened folder that the workbench names; Go reads them by itself. */
  private async nameAll(given: unknown): Promise<void> {
    const top = this.folder && `${URI.file(this.folder).path.replace(/\/$/, '')}/`
    for (const each of Array.isArray(given) ? (given as unknown[]) : [given]) {
      if (!URI.isUri(each) || each.scheme !== 'file' || !top || !each.path.startsWith(top)) continue
      await this.install(await this.bridge.Extensions.NameFile(each.path.slice(top.length)))
    }
  }

  private drop(event: DragEvent): void {
    const view = event.target instanceof Element ? event.target.closest('.extensions-viewlet') : null
    const files = [...(event.dataTransfer?.files ?? [])]
    if (!view || files.length === 0) return
    // The workbench would open them as texts. It is told that the dragging has ended.
    event.preventDefault()
    event.stopImmediatePropagation()
    event.target?.dispatchEvent(new DragEvent('drop', { bubbles: true }))
    for (const overlay of view.querySelectorAll<HTMLElement>(':scope > .overlay'))
      overlay.style.display = 'none'
    void this.takeAll(files).catch((cause: unknown) => notify.failure(cause))
  }

  private async takeAll(files: readonly File[]): Promise<void> {
    for (const file of files) {
      if (/\.vsix$/i.test(file.name)) {
        await this.hand(file.name, new Uint8Array(await file.arrayBuffer()))
      } else {
        notify.warn(`${plainVisible(file.name)} is no extension: only *.vsix files can be dropped here.`)
      }
    }
  }

  private async hand(name: string, content: Uint8Array): Promise<void> {
    await this.install(await this.bridge.bytes.writeExtensionFile(name, content))
  }

  /**
   * Installs the file that a token names. Go unpacks it; then the workbench is
   * shown where it is, and installs what comes along, all of it in the plan.
   */
  private async install(token: string): Promise<void> {
    const plan = await this.plans.agree({
      id: '',
      version: '',
      preRelease: false,
      file: token,
      update: false,
    })
    const asked = plan?.items.find(({ why }) => why === 'asked')
    if (!asked) return
    const metadata = JSON.stringify({ source: 'vsix', pinned: true, installedTimestamp: Date.now() })
    const name = plainVisible(asked.displayName || asked.id)
    await this.following.hold(asked.id, async () => {
      const { folder } = await whileShown(name, (report, signal) =>
        this.plans.install(asked.id, asked.version, metadata, report, signal),
      )
      const management = await getService(IWorkbenchExtensionManagementService)
      await management.installFromLocation(locate(folder))
    })
    notify.info(`${name} ${plainVisible(asked.version)} is installed.`)
  }
}
