import type { Emitter, Event } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import {
  InstallOperation,
  type DidUninstallExtensionEvent,
  type ILocalExtension,
  type InstallExtensionResult,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/extensionManagement/common/extensionManagement'
import { ExtensionType } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensions/common/extensions'
import type { Bridge, ExtensionsState } from '../../bridge'

interface Named {
  readonly identifier: { readonly id: string }
}

/** The part of the workbench's management that says what has happened, and what it says it with. */
export interface Management {
  readonly onInstallExtension: Event<Named>
  readonly onDidInstallExtensions: Event<readonly (Named & { readonly local?: ILocalExtension })[]>
  readonly onUninstallExtension: Event<Named>
  readonly onDidUninstallExtension: Event<Named & { readonly error?: string }>
  readonly _onDidInstallExtensions: Pick<Emitter<InstallExtensionResult[]>, 'fire'>
  readonly _onDidUninstallExtension: Pick<Emitter<DidUninstallExtensionEvent>, 'fire'>
  getInstalled(type: ExtensionType): Promise<ILocalExtension[]>
  getCurrentExtensionsManifestLocation(): URI
}

/**
 * Following tells the workbench what was installed and taken away elsewhere, by
 * another window or in a terminal, as if that had happened here. What this window
 * does itself the workbench knows already; it is not told twice.
 */
export class Following {
  /** What the workbench knows: the version, by the id in lower case. */
  private readonly told: Map<string, string>
  /** What this window is about to change. */
  private readonly busy = new Map<string, number>()
  /** Grows with what happens here, so that a list that is older than it counts for nothing. */
  private steps = 0
  private management: Management | undefined
  private checking = false
  private wanted = false

  constructor(
    private readonly bridge: Pick<Bridge, 'Extensions' | 'on'>,
    { installed }: Pick<ExtensionsState, 'installed'>,
  ) {
    this.told = new Map(installed.map(({ id, version }) => [lower(id), version]))
    bridge.on('extensions', () => this.check())
  }

  /** Begins, when the workbench's management is there. */
  attach(management: Management): void {
    this.management = management
    management.onInstallExtension(({ identifier }) => this.begin(identifier.id))
    management.onUninstallExtension(({ identifier }) => this.begin(identifier.id))
    management.onDidInstallExtensions((results) => {
      for (const { identifier, local } of results) {
        if (local) this.told.set(lower(identifier.id), local.manifest.version)
        this.end(identifier.id)
      }
    })
    management.onDidUninstallExtension(({ identifier, error }) => {
      if (error === undefined) this.told.delete(lower(identifier.id))
      this.end(identifier.id)
    })
    this.check()
  }

  /** Does what ends with the workbench's knowing of an extension. */
  async hold<T>(id: string, work: () => Promise<T>): Promise<T> {
    this.begin(id)
    try {
      return await work()
    } finally {
      this.end(id)
    }
  }

  private begin(id: string): void {
    this.steps++
    this.busy.set(lower(id), (this.busy.get(lower(id)) ?? 0) + 1)
  }

  private end(id: string): void {
    this.steps++
    const left = (this.busy.get(lower(id)) ?? 0) - 1
    if (left > 0) this.busy.set(lower(id), left)
    else this.busy.delete(lower(id))
    this.check()
  }

  private check(): void {
    this.wanted = true
    if (!this.checking) void this.checkUntilDone()
  }

  private async checkUntilDone(): Promise<void> {
    this.checking = true
    while (this.wanted) {
      this.wanted = false
      // What cannot be read now is compared at the next change.
      await this.compare().catch(() => undefined)
    }
    this.checking = false
  }

  private async compare(): Promise<void> {
    const { management, steps } = this
    if (!management) return
    const { installed } = await this.bridge.Extensions.State()
    const now = new Map(installed.map(({ id, version }) => [lower(id), version]))
    const changed = [...now].filter(([id, version]) => this.told.get(id) !== version).map(([id]) => id)
    const removed = [...this.told.keys()].filter((id) => !now.has(id) && !this.busy.has(id))
    const added = new Set(changed.filter((id) => !this.busy.has(id)))
    const locals = added.size > 0 ? await management.getInstalled(ExtensionType.User) : []
    if (this.steps !== steps) {
      this.wanted = true
      return
    }
    const profileLocation = management.getCurrentExtensionsManifestLocation()
    const results = locals
      .filter(({ identifier }) => added.has(lower(identifier.id)))
      .map((local) => ({
        identifier: local.identifier,
        local,
        operation: this.told.has(lower(local.identifier.id))
          ? InstallOperation.Update
          : InstallOperation.Install,
        profileLocation,
      }))
    if (results.length > 0) management._onDidInstallExtensions.fire(results)
    for (const { identifier } of results)
      this.told.set(lower(identifier.id), now.get(lower(identifier.id)) ?? '')
    for (const id of removed) {
      this.told.delete(id)
      management._onDidUninstallExtension.fire({ identifier: { id }, profileLocation })
    }
  }
}

function lower(id: string): string {
  return id.toLowerCase()
}
