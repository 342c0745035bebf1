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
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { ConfigurationTarget } from '@codingame/monaco-vscode-api/vscode/vs/platform/configuration/common/configuration'
import {
  ContextKeyExpr,
  type ContextKeyExpression,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/contextkey/common/contextkey'
import type { IExtensionDescription } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensions/common/extensions'
import {
  StorageScope,
  StorageTarget,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/storage/common/storage'
import { ColorScheme } from '@codingame/monaco-vscode-api/vscode/vs/platform/theme/common/theme'
import {
  eventsOf,
  type Look,
  type Media,
  type StepEvent,
  type Walkthrough,
  type WalkthroughSource,
} from '../../features/walkthrough'
import type { OwnWalkthrough } from '../welcome'
import {
  isExtensionFile,
  buttonRefusal,
  walkthroughsIn,
  type MediaManifest,
  type WalkthroughManifest,
} from '../extension'
import { openWalkthrough, type Asked } from './asked'
import { completedBy, isCompletedBy, namedBy, type Completing } from './completion'
import { Progress, type Kept } from './progress'

/** Where it is kept what is done, and which walkthrough is shown in this folder. */
const doneKey = 'keel.walkthroughs.done'
const shownKey = 'keel.walkthroughs.shown'

const longestName = 200

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
export async function loadWalkthroughs(own: OwnWalkthrough): Promise<InstalledWalkthroughs> {
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
  return new InstalledWalkthroughs(services, own)
}

/** One walkthrough as its extension has it, and as it is shown. */
interface Brought {
  readonly manifest: WalkthroughManifest
  readonly whole: Walkthrough
}

/** InstalledWalkthroughs are the walkthroughs of extensions, as long as the window is open. */
export class InstalledWalkthroughs implements WalkthroughSource {
  private readonly changed = new Emitter<void>()
  private readonly progress: Progress
  /** Settled once all extensions that are installed have been read. */
  private readonly known: Promise<void>
  private all: readonly Brought[] = []
  private completing: readonly Completing[] = []
  /** The context keys that conditions name. */
  private keys: ReadonlySet<string> = new Set()
  private shown: (Asked & { restored?: boolean }) | undefined
  private readonly expressions = new Map<string, ContextKeyExpression | undefined>()

  constructor(
    private readonly services: Services,
    private readonly own: OwnWalkthrough,
  ) {
    const { commands, configuration, contexts, extensions, storage, themes, views } = services
    this.progress = new Progress(kept(storage))
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
      .filter(({ manifest }) => this.holds(manifest.when))
      .map(({ manifest, whole }) => {
        const steps = whole.steps.filter((_, at) => this.holds(manifest.steps[at]?.when))
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
    if (isOwn(walkthrough)) return
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
      if (await this.own.act(command, args)) this.complete(`onCommand:${command}`)
      else await this.services.commands.executeCommand(command, ...args)
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
    await this.services.commands.executeCommand('workbench.action.closeActiveEditor')
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
    this.keys = new Set(conditions.flatMap((when) => this.expression(when)?.keys() ?? []))
    const names = new Set(extensions.extensions.map(({ identifier }) => identifier.value.toLowerCase()))
    for (const name of namedBy(this.completing, 'extensionInstalled'))
      if (names.has(name.toLowerCase())) this.complete(`extensionInstalled:${name}`)
    for (const view of namedBy(this.completing, 'onView'))
      if (views.isViewVisible(view)) this.complete(`onView:${view}`)
    this.lookAtContext()
  }

  private lookAtContext(): void {
    for (const when of namedBy(this.completing, 'onContext'))
      if (this.expression(when) && this.holds(when)) this.complete(`onContext:${when}`)
    this.changed.fire()
  }

  private complete(event: string): void {
    this.markAll(completedBy(this.completing, event))
  }

  private markAll(steps: readonly Completing[]): void {
    const changes = steps.map(({ walkthrough, step }) => this.progress.mark(walkthrough, step, true))
    if (changes.includes(true)) this.changed.fire()
  }

  private holds(when: string | undefined): boolean {
    return this.services.contexts.contextMatchesRules(this.expression(when))
  }

  private expression(when: string | undefined): ContextKeyExpression | undefined {
    if (!when) return undefined
    const known = this.expressions.get(when)
    if (known || this.expressions.has(when)) return known
    const read = ContextKeyExpr.deserialize(when)
    this.expressions.set(when, read)
    return read
  }
}

/** Every walkthrough of an extension names it; see broughtBy. */
function isOwn({ extension }: Walkthrough): boolean {
  return extension === undefined
}

const brought = new WeakMap<IExtensionDescription, readonly Brought[]>()

function broughtBy(extension: IExtensionDescription): readonly Brought[] {
  const known = brought.get(extension)
  if (known) return known
  const { identifier, name, displayName, contributes } = extension
  const read = walkthroughsIn(contributes?.walkthroughs).map((manifest) => ({
    manifest,
    whole: {
      id: `${identifier.value}#${manifest.id}`,
      extension: { id: identifier.value, name: (displayName ?? name).slice(0, longestName) },
      title: manifest.title,
      description: manifest.description,
      steps: manifest.steps.map(({ id, title, description, media }) => ({
        id,
        title,
        description,
        media: mediaOf(extension, media),
      })),
    },
  }))
  brought.set(extension, read)
  return read
}

function mediaOf({ extensionLocation }: IExtensionDescription, media: MediaManifest): Media {
  const words = media.altText
  const { image, markdown } = media
  const address = (path: string) => URI.joinPath(extensionLocation, path).toString()
  if (!isExtensionFile(extensionLocation)) return { words }
  if (markdown !== undefined) return { text: address(markdown), words }
  if (!image) return { words }
  return {
    pictures: {
      dark: address(image.dark),
      light: address(image.light),
      hc: address(image.hc),
      hcLight: address(image.hcLight),
    },
    words,
  }
}

/** What is judged is what is run: as from a link of VS Code's, an address is an address again. */
function alive(args: readonly unknown[]): readonly unknown[] {
  return args.map((each) => revive<unknown>(structuredClone(each)))
}

function kept(storage: IStorageService): Kept {
  return {
    read: () => storage.get(doneKey, StorageScope.PROFILE, ''),
    write: (text) => storage.store(doneKey, text, StorageScope.PROFILE, StorageTarget.USER),
  }
}
