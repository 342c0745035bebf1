import type { ExtensionIdentifier } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensions/common/extensions'
import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { Disposable } from '@codingame/monaco-vscode-api/vscode/vs/base/common/lifecycle'
import type { IExtensionDescription } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensions/common/extensions'
import { ImplicitActivationEvents } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensionManagement/common/implicitActivationEvents'
import type { IExtensionDescriptionDelta } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/extensions/common/extensionHostProtocol'
import type { IResolveAuthorityResult } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/extensions/common/extensionHostProxy'
import type { ExtensionRunningLocation } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/extensions/common/extensionRunningLocation'
import {
  ExtensionHostExtensions,
  type ActivationKind,
  type ExtensionActivationReason,
  type IExtensionInspectInfo,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/extensions/common/extensions'
import type { IExtensionHostManager } from '@codingame/monaco-vscode-extensions-service-override/vscode/vs/workbench/services/extensions/common/extensionHostManagers'

/** Events that only a host that runs can tell have come. */
const ownEvents = (event: string): boolean =>
  event === '*' || event === 'onStartupFinished' || event.startsWith('workspaceContains:')

/**
 * WaitingHost starts a host of extensions when the first of them is needed. The
 * stock one starts with the window as soon as there is a theme.
 */
export class WaitingHost extends Disposable implements IExtensionHostManager {
  readonly onDidExit
  readonly onDidChangeResponsiveState
  private extensions = new ExtensionHostExtensions(0, [], [])
  private started = false
  private awake: Promise<void> | undefined

  constructor(
    private readonly host: IExtensionHostManager,
    /** What has been asked for before this host was there. */
    private readonly asked: readonly string[],
    /** Resolves when the window has come up and extensions may cost time. */
    private readonly settled: Promise<unknown>,
  ) {
    super()
    this.onDidExit = host.onDidExit
    this.onDidChangeResponsiveState = host.onDidChangeResponsiveState
    this._register(host)
  }

  get pid(): number | null {
    return this.host.pid
  }
  get kind() {
    return this.host.kind
  }
  get startup() {
    return this.host.startup
  }
  get friendyName(): string {
    return this.host.friendyName
  }
  get isReady(): boolean {
    return this.awake !== undefined && this.host.isReady
  }

  async ready(): Promise<void> {
    await this.awake
  }

  disconnect(): Promise<void> {
    return this.host.disconnect()
  }

  representsRunningLocation(location: ExtensionRunningLocation): boolean {
    return this.host.representsRunningLocation(location)
  }

  start(version: number, all: readonly IExtensionDescription[], mine: ExtensionIdentifier[]): Promise<void> {
    this.extensions = new ExtensionHostExtensions(version, all, mine)
    this.started = true
    if (this.asked.some((event) => this.extensions.containsActivationEvent(event))) return this.wake()
    this.wakeSoon(all)
    return Promise.resolve()
  }

  async deltaExtensions(delta: IExtensionDescriptionDelta): Promise<void> {
    if (this.awake) {
      await this.awake
      await this.host.deltaExtensions(delta)
    }
    this.extensions.delta(delta)
    if (!this.awake) this.wakeSoon(delta.toAdd)
  }

  containsExtension(id: ExtensionIdentifier): boolean {
    return this.extensions.containsExtension(id)
  }

  async activate(extension: ExtensionIdentifier, reason: ExtensionActivationReason): Promise<boolean> {
    if (!this.containsExtension(extension)) return false
    await this.wake()
    return this.host.activate(extension, reason)
  }

  async activateByEvent(event: string, kind: ActivationKind): Promise<void> {
    if (!this.awake && !this.extensions.containsActivationEvent(event)) return
    await this.wake()
    await this.host.activateByEvent(event, kind)
  }

  activationEventIsDone(event: string): boolean {
    if (this.awake) return this.host.activationEventIsDone(event)
    return this.started && !this.extensions.containsActivationEvent(event)
  }

  getInspectPort(enable: boolean): Promise<IExtensionInspectInfo | undefined> {
    return this.host.getInspectPort(enable)
  }

  resolveAuthority(authority: string, attempt: number): Promise<IResolveAuthorityResult> {
    return this.host.resolveAuthority(authority, attempt)
  }

  getCanonicalURI(authority: string, uri: URI): Promise<URI | null> {
    return this.host.getCanonicalURI(authority, uri)
  }

  extensionTestsExecute(): Promise<number> {
    return this.host.extensionTestsExecute()
  }

  async setRemoteEnvironment(environment: Record<string, string | null>): Promise<void> {
    if (this.awake) await this.host.setRemoteEnvironment(environment)
  }

  private wake(): Promise<void> {
    const { versionId, allExtensions, myExtensions } = this.extensions
    this.awake ??= this.host.start(versionId, allExtensions, myExtensions)
    return this.awake
  }

  private wakeSoon(extensions: readonly IExtensionDescription[]): void {
    // Nothing that comes with Keel starts by itself.
    const wants = (each: IExtensionDescription): boolean =>
      !each.isBuiltin &&
      this.containsExtension(each.identifier) &&
      ImplicitActivationEvents.readActivationEvents(each).some(ownEvents)
    if (!extensions.some(wants)) return
    void this.settled.then(() => (this._store.isDisposed ? undefined : this.wake()))
  }
}
