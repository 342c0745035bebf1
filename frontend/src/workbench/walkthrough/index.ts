import { getService, IExtensionService, ILifecycleService } from '@codingame/monaco-vscode-api'
import {
  Action2,
  MenuId,
  MenuRegistry,
  registerAction2,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/actions/common/actions'
import type { IEditorOptions } from '@codingame/monaco-vscode-api/vscode/vs/platform/editor/common/editor'
import type { ServicesAccessor } from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/instantiation'
import { LifecyclePhase } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/lifecycle/common/lifecycle'
import { getStartedCommand } from '../../features/chat'
import { startWalkthroughs, walkthroughPage, type Walkthrough } from '../../features/walkthrough'
import { plainVisible } from '../../lib/visible'
import type { WindowState } from '../../bridge'
import type { WindowHost } from '../../ui/host'
import { notify } from '../notify'
import { openPage } from '../pages'
import { endOffer, startWelcome, welcomeId } from '../welcome/firstStart'
import { askedFor, isMeant, openWalkthrough, type Asked } from './asked'
import { openAfterInstalling } from './installed'
import type { InstalledWalkthroughs } from './source'

/**
 * provideWalkthroughs shows the walkthroughs of extensions: by VS Code's command,
 * and after a person has installed one; and Keel's own, also at the first start. What
 * they are is loaded when one is shown, or an extension brings one.
 */
export function provideWalkthroughs(host: WindowHost, state: WindowState): void {
  let loading: Promise<InstalledWalkthroughs> | undefined
  const load = () =>
    (loading ??= loadAll(host, state).catch((cause: unknown) => {
      loading = undefined // the next one who asks may have better luck
      throw cause
    }))
  startWalkthroughs(host, load)

  const open = async (given: unknown): Promise<void> => {
    const source = await load()
    const all = await source.list()
    const asked = askedFor(given) ?? (await choose(host, all))
    if (!asked) return
    const found = all.find(({ id }) => isMeant(id, asked))
    if (!found) {
      const name = plainVisible(asked.id.slice(0, 200))
      notify.info(
        `There is no walkthrough ${name}: its extension is not installed, or does not offer it here.`,
      )
      return
    }
    source.want({ ...asked, id: found.id })
    await openPage(walkthroughPage)
  }
  registerAction2(
    class extends Action2 {
      constructor() {
        super({
          id: openWalkthrough,
          title: { value: 'Open Walkthrough...', original: 'Open Walkthrough...' },
          category: { value: 'Welcome', original: 'Welcome' },
          f1: true,
        })
      }

      override async run(_: ServicesAccessor, given?: unknown): Promise<void> {
        await open(given).catch((cause: unknown) => notify.failure(cause))
      }
    },
  )
  const openOwn = async (options: IEditorOptions = {}): Promise<void> => {
    endOffer(host)
    const source = await load()
    source.want({ id: welcomeId })
    await openPage(walkthroughPage, options)
  }
  host.registerCommand({ id: getStartedCommand, title: 'Keel: Get Started', run: () => openOwn() })
  MenuRegistry.appendMenuItem(MenuId.MenubarHelpMenu, {
    command: { id: getStartedCommand, title: 'Get Started' },
    group: '1_welcome',
    order: 0,
  })
  void startWelcome(host, state.workspace.path, openOwn).catch(notify.failure)
  void openAfterInstalling(load)
  void followWhereBrought(load)
}

async function loadAll(host: WindowHost, state: WindowState): Promise<InstalledWalkthroughs> {
  const [{ loadWalkthroughs }, { ownWalkthrough }] = await Promise.all([
    import('./source'),
    import('../welcome'),
  ])
  return loadWalkthroughs(await ownWalkthrough(host, state), host.bridge)
}

/** What completes steps is listened for once there are any. */
async function followWhereBrought(load: () => Promise<unknown>): Promise<void> {
  const [extensions, lifecycle] = await Promise.all([
    getService(IExtensionService),
    getService(ILifecycleService),
  ])
  await lifecycle.when(LifecyclePhase.Eventually)
  await extensions.whenInstalledExtensionsRegistered()
  const look = (): void => {
    const isBrought = extensions.extensions.some(
      ({ isBuiltin, contributes }) => !isBuiltin && contributes?.walkthroughs !== undefined,
    )
    if (!isBrought) return
    listening.dispose()
    void load()
  }
  const listening = extensions.onDidChangeExtensions(look)
  look()
}

async function choose(
  host: Pick<WindowHost, 'pick'>,
  all: readonly Walkthrough[],
): Promise<Asked | undefined> {
  return host.pick(
    all.map(({ id, title, extension }) => ({
      label: plain(title),
      description: plain(extension?.name ?? 'Keel'),
      value: { id },
    })),
    { title: 'Open Walkthrough', placeholder: 'Select a walkthrough to open' },
  )
}

/** Of the picker's own signs, "$(name)" is an icon. */
function plain(text: string): string {
  return plainVisible(text).replaceAll('$(', '$ (')
}
