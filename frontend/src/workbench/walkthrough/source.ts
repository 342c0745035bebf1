import {
  getService,
  ICommandService,
  IConfigurationService,
  IContextKeyService,
  IExtensionService,
  IOpenerService,
  IStorageService,
  IThemeService,
  IViewsService,
} from '@codingame/monaco-vscode-api'
import { Emitter } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import { revive } from '@codingame/monaco-vscode-api/vscode/vs/base/common/marshalling'
import { ConfigurationTarget } from '@codingame/monaco-vscode-api/vscode/vs/platform/configuration/common/configuration'
import {
  StorageScope,
  StorageTarget,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/storage/common/storage'
import { ColorScheme } from '@codingame/monaco-vscode-api/vscode/vs/platform/theme/common/theme'
import type { Bridge } from '../../bridge'
import {
  eventsOf,
  walkthroughPage,
  type Look,
  type StepEvent,
  type Walkthrough,
  type WalkthroughSource,
} from '../../features/walkthrough'
import { buttonRefusal } from '../extension'
import { closePage } from '../pages'
import type { OwnWalkthrough } from '../welcome'
import { openWalkthrough, type Asked } from './asked'
import { broughtBy, isOwn, type Brought } from './brought'
import { completedBy, isCompletedBy, namedBy, type Completing } from './completion'
import { Conditions } from './conditions'
import { keptBy, Progress } from './progress'

/** Where it is kept which walkthrough is shown in this folder. */
const shownKey = 'keel.walkthroughs.shown'

interface Services {
  readonly commands: ICommandService
  readonly configuration: IConfigurationService
  readonly contexts: IContextKeyService
  readonly extensions: IExtensionService
  readonly opener: IOpenerService
  readonly storage: IStorageService
  readonly themes: IThemeService
  readonly views: IViewsService
}

/** loadWalkthroughs begins to follow the walkthroughs of the extensions that are installed, and Keel's own. */
export async function loadWalkthroughs(
  own: OwnWalkthrough,
  bridge: Pick<Bridge, 'Storage'>,
): Promise<InstalledWalkthroughs> {
  const progress = Progress.load(keptBy(bridge))
  const [commands, configuration, contexts, extensions, opener, storage, themes, views] = await Promise.all([
    getService(ICommandService),
    getService(IConfigurationService),
    getService(IContextKeyService),
    getService(IExtensionService),
    getService(IOpenerService),
    getService(IStorageService),
    getService(IThemeService),
    getService(IViewsService),
  ])
  const services = { commands, configuration, contexts, extensions, opener, storage, themes, views }
  return new InstalledWalkthroughs(services, own, await progress)
}

/** InstalledWalkthroughs are the walkthroughs of extensions, as long as the window is open. */
export class InstalledWalkthroughs implements WalkthroughSource {
  private readonly changed = new Emitter<void>()
  private readonly conditions: Conditions
  /** Settled once all extensions that are installed have been read. */
  private readonly known: Promise<void>
  private all: readonly Brought[] = []
  private completing: readonly Completing[] = []
  /** The context keys that conditions name. */
  private keys: ReadonlySet<string> = new Set()
  private shown: (Asked & { restored?: boolean }) | undefined

  constructor(
    private readonly services: Services,
    private readonly own: OwnWalkthrough,
    private readonly progress: Progress,
  ) {
    const { commands, configuration, contexts, extensions, storage, themes, views } = services
    this.conditions = new Conditions(contexts)
    const shown = storage.get(shownKey, StorageScope.WORKSPACE, '')
    this.shown = shown ? { id: shown, restored: true } : undefined
    // The workbench tells of changes only, and reads the list once without a word.
    this.known = extensions.whenInstalledExtensionsRegistered().then(() => this.read())
    extensions.onDidChangeExtensions(() => this.read())
    contexts.onDidChangeContext((event) => {
      if (event.affectsSome(this.keys)) this.lookAtContext()
    })
    themes.onDidColorThemeChange(() => this.changed.fire())
    commands.onDidExecuteCommand(({ commandId }) => this.complete(`onCommand:${commandId}`))
    views.onDidChangeViewVisibility(({ id, visible }) => {
      if (visible) this.complete(`onView:${id}`)
    })
    configuration.onDidChangeConfiguration((event) => {
      if (event.source === ConfigurationTarget.DEFAULT) return
      for (const key of namedBy(this.completing, 'onSettingChanged'))
        if (event.affectsConfiguration(key)) this.complete(`onSettingChanged:${key}`)
    })
  }

  async list(): Promise<readonly Walkthrough[]> {
    await this.known
    return this.all
      .filter(({ manifest }) => this.conditions.holds(manifest.when))
      .map(({ manifest, whole }) => {
        const steps = whole.steps.filter((_, at) => this.conditions.holds(manifest.steps[at]?.when))
        // What has not changed stays the very same, so that nothing of it is drawn again.
        return steps.length === whole.steps.length ? whole : { ...whole, steps }
      })
      .filter(({ steps }) => steps.length > 0)
  }

  wanted(): (Asked & { restored?: boolean }) | undefined {
    return this.shown
  }

  /** Says which walkthrough the page shows, now and when the window opens again. */
  want(asked: Asked): void {
    this.shown = asked
    this.services.storage.store(shownKey, asked.id, StorageScope.WORKSPACE, StorageTarget.MACHINE)
    this.changed.fire()
  }

  onChange(listener: () => void) {
    return this.changed.event(listener)
  }

  look(): Look {
    const looks: Partial<Record<ColorScheme, Look>> = {
      [ColorScheme.LIGHT]: 'light',
      [ColorScheme.HIGH_CONTRAST_DARK]: 'hc',
      [ColorScheme.HIGH_CONTRAST_LIGHT]: 'hcLight',
    }
    return looks[this.services.themes.getColorTheme().type] ?? 'dark'
  }

  done(id: string): ReadonlySet<string> {
    return this.progress.of(id)
  }

  mark(id: string, step: string, done: boolean): void {
    if (this.progress.mark(id, step, done)) this.changed.fire()
  }

  opened(walkthrough: Walkthrough): void {
    if (isOwn(walkthrough)) {
      void this.own.shown()
      return
    }
    const { id } = walkthrough
    const name = id.slice(id.indexOf('#') + 1)
    void this.services.extensions.activateByEvent(`onWalkthrough:${name}`)
  }

  happened({ id }: Walkthrough, event: StepEvent): void {
    const steps = this.completing.filter(({ walkthrough }) => walkthrough === id)
    this.markAll(steps.filter((step) => isCompletedBy(step, event)))
  }

  refusal(walkthrough: Walkthrough, command: string, args: readonly unknown[]): string | undefined {
    return isOwn(walkthrough) ? undefined : buttonRefusal(command, alive(args))
  }

  async run(walkthrough: Walkthrough, command: string, args: readonly unknown[]): Promise<void> {
    if (isOwn(walkthrough)) {
      const done = await this.own.act(command, args)
      if (done === undefined) await this.services.commands.executeCommand(command, ...args)
      else if (done) this.complete(`onCommand:${command}`)
      return
    }
    const given = alive(args)
    const why = buttonRefusal(command, given)
    if (why !== undefined) throw new Error(`Keel does not let extensions run it, because ${why}.`)
    await this.services.commands.executeCommand(command, ...given)
  }

  async openAddress(address: string): Promise<void> {
    await this.services.opener.open(address, { openExternal: true })
  }

  async choose(): Promise<void> {
    await this.services.commands.executeCommand(openWalkthrough)
  }

  async close(): Promise<void> {
    await closePage(walkthroughPage)
  }

  private read(): void {
    const { extensions, views } = this.services
    const brought = extensions.extensions.filter(({ isBuiltin }) => !isBuiltin).flatMap(broughtBy)
    this.all = [this.own, ...brought]
    this.completing = this.all.flatMap(({ manifest, whole }) =>
      manifest.steps.map((step) => ({
        walkthrough: whole.id,
        step: step.id,
        events: step.completionEvents ?? eventsOf(step.description),
      })),
    )
    const conditions = [
      ...this.all.flatMap(({ manifest }) => [manifest.when, ...manifest.steps.map(({ when }) => when)]),
      ...namedBy(this.completing, 'onContext'),
    ]
    this.keys = this.conditions.keys(conditions)
    const names = new Set(extensions.extensions.map(({ identifier }) => identifier.value.toLowerCase()))
    for (const name of namedBy(this.completing, 'extensionInstalled'))
      if (names.has(name.toLowerCase())) this.complete(`extensionInstalled:${name}`)
    for (const view of namedBy(this.completing, 'onView'))
      if (views.isViewVisible(view)) this.complete(`onView:${view}`)
    this.lookAtContext()
  }

  private lookAtContext(): void {
    for (const when of namedBy(this.completing, 'onContext'))
      if (this.conditions.canBeRead(when) && this.conditions.holds(when)) this.complete(`onContext:${when}`)
    this.changed.fire()
  }

  private complete(event: string): void {
    this.markAll(completedBy(this.completing, event))
  }

  private markAll(steps: readonly Completing[]): void {
    const changes = steps.map(({ walkthrough, step }) => this.progress.mark(walkthrough, step, true))
    if (changes.includes(true)) this.changed.fire()
  }
}

/** What is judged is what is run: as from a link of VS Code's, an address is an address again. */
function alive(args: readonly unknown[]): readonly unknown[] {
  return args.map((each) => revive<unknown>(structuredClone(each)))
}
