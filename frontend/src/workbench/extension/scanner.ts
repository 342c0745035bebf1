import { CancellationError } from '@codingame/monaco-vscode-api/vscode/vs/base/common/errors'
import Severity from '@codingame/monaco-vscode-api/vscode/vs/base/common/severity'
import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import type {
  IGalleryExtension,
  Metadata,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/extensionManagement/common/extensionManagement'
import { getGalleryExtensionId } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensionManagement/common/extensionManagementUtil'
import {
  localizeManifest,
  type ITranslations,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/extensionManagement/common/extensionNls'
import {
  ExtensionType,
  TargetPlatform,
  type IExtension,
  type IExtensionManifest,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/extensions/common/extensions'
import { IBuiltinExtensionsScannerService } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensions/common/extensions.service'
import { validateExtensionManifest } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensions/common/extensionValidator'
import { ILogService } from '@codingame/monaco-vscode-api/vscode/vs/platform/log/common/log.service'
import { IProductService } from '@codingame/monaco-vscode-api/vscode/vs/platform/product/common/productService.service'
import type {
  IScannedExtension,
  ScanOptions,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/extensionManagement/common/extensionManagement'
import type { IWebExtensionsScannerService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/extensionManagement/common/extensionManagement.service'
import { toFailure, type Bridge, type Extension } from '../../bridge'
import { plainVisible } from '../../lib/visible'
import { notify } from '../notify'
import { locate } from './address'
import { ownCommands, trimmed } from './guard'
import type { Plans } from './plans'
import { whileShown } from './progress'

/** Of what is left out of one extension: a log is not the place for more. */
const mostTold = 20

/**
 * InstalledExtensions is where the workbench looks for extensions and where it
 * installs them: Go has them all, in one place for all windows and folders. There
 * are no profiles, so the places that the workbench names make no difference.
 */
export class InstalledExtensions implements IWebExtensionsScannerService {
  declare readonly _serviceBrand: undefined
  /** Folders of extensions about which it has been said what was left out. */
  private readonly told = new Set<string>()

  constructor(
    private readonly bridge: Pick<Bridge, 'Extensions'>,
    private readonly plans: Plans,
    private readonly builtin: IBuiltinExtensionsScannerService,
    private readonly product: IProductService,
    private readonly log: ILogService,
  ) {}

  scanSystemExtensions(): Promise<IExtension[]> {
    return this.builtin.scanBuiltinExtensions()
  }

  async scanUserExtensions(_?: URI, options?: ScanOptions): Promise<IScannedExtension[]> {
    const scanned = (await this.known()).flatMap((each) => this.scan(each) ?? [])
    return options?.skipInvalidExtensions ? scanned.filter(({ isValid }) => isValid) : scanned
  }

  scanExtensionsUnderDevelopment(): Promise<IExtension[]> {
    return Promise.resolve([])
  }

  async scanExistingExtension(location: URI, type: ExtensionType): Promise<IScannedExtension | null> {
    const at = location.toString()
    const all =
      type === ExtensionType.System ? await this.scanSystemExtensions() : await this.scanUserExtensions()
    return all.find((each) => each.location.toString() === at) ?? null
  }

  async addExtensionFromGallery(gallery: IGalleryExtension, metadata: Metadata): Promise<IScannedExtension> {
    const { id } = gallery.identifier
    const name = plainVisible(gallery.displayName || id)
    return this.add(name, (report, signal) =>
      this.plans.install(id, gallery.version, JSON.stringify(metadata), report, signal),
    )
  }

  /**
   * Where the workbench installs what is at an address, it is there already: a
   * file that was agreed to is installed before the workbench hears of it.
   */
  async addExtension(location: URI, metadata: Metadata): Promise<IScannedExtension> {
    const found = await this.scanExistingExtension(location, ExtensionType.User)
    if (!found) throw new Error(`There is no extension at ${location.toString()}.`)
    return this.updateMetadata(found, metadata)
  }

  async removeExtension({ identifier }: Pick<IScannedExtension, 'identifier'>): Promise<void> {
    await this.bridge.Extensions.Uninstall(identifier.id)
  }

  async updateMetadata(
    { identifier }: Pick<IScannedExtension, 'identifier'>,
    change: Partial<Metadata>,
  ): Promise<IScannedExtension> {
    const before = await this.plans.installed(identifier.id)
    const metadata = JSON.stringify({ ...parsed(before.metadata), ...change })
    await this.bridge.Extensions.SetMetadata(before.id, metadata)
    return this.whole({ ...before, metadata })
  }

  copyExtensions(): Promise<void> {
    return Promise.resolve()
  }

  async scanExtensionManifest(location: URI): Promise<IExtensionManifest | null> {
    return (await this.scanExistingExtension(location, ExtensionType.User))?.manifest ?? null
  }

  /** Installs, and shows how far it is. Why it failed is shown here: the workbench would not say. */
  private async add(
    name: string,
    install: (...args: Parameters<Parameters<typeof whileShown<Extension>>[1]>) => Promise<Extension>,
  ): Promise<IScannedExtension> {
    try {
      return this.whole(await whileShown(name, install))
    } catch (cause) {
      notify.failure(cause)
      throw new CancellationError()
    }
  }

  /** What cannot be listed must not keep the window from opening. */
  private async known(): Promise<readonly Extension[]> {
    try {
      return (await this.bridge.Extensions.State()).installed
    } catch (cause) {
      const { message, hint } = toFailure(cause)
      notify.error(`What is installed cannot be listed, so no extension is loaded: ${message} ${hint}`.trim())
      return []
    }
  }

  private whole(extension: Extension): IScannedExtension {
    const scanned = this.scan(extension)
    if (!scanned) throw new Error(`The manifest of ${extension.id} cannot be read.`)
    return scanned
  }

  private scan(extension: Extension): IScannedExtension | undefined {
    const raw = parsed(extension.manifest) as IExtensionManifest | undefined
    if (!raw) {
      this.log.error(`the manifest of ${extension.id} is no JSON`)
      return undefined
    }
    const metadata: Metadata = parsed(extension.metadata) ?? {}
    const location = locate(extension.folder)
    const manifest = this.trimmed(this.translated(raw, extension), extension)
    const { version, date } = this.product
    const validations = [...validateExtensionManifest(version, date, location, manifest, false)]
    const id = getGalleryExtensionId(manifest.publisher, manifest.name)
    return {
      type: ExtensionType.User,
      isBuiltin: false,
      identifier: metadata.id ? { id, uuid: metadata.id } : { id },
      manifest,
      location,
      targetPlatform: TargetPlatform.WEB,
      ...(extension.readme ? { readmeUrl: locate(extension.folder, extension.readme) } : {}),
      ...(extension.changelog ? { changelogUrl: locate(extension.folder, extension.changelog) } : {}),
      metadata: { ...metadata, size: extension.size },
      validations,
      isValid: !validations.some(([severity]) => severity === Severity.Error),
      preRelease: metadata.preRelease ?? false,
    }
  }

  /** Translations come first: they may hold names of commands too. */
  private trimmed(manifest: IExtensionManifest, { folder }: Extension): IExtensionManifest {
    const { manifest: rest, leftOut } = trimmed(manifest, (id) => ownCommands.has(id))
    if (leftOut.length > 0 && !this.told.has(folder)) {
      this.told.add(folder)
      const all = leftOut.map((each) => plainVisible(each.slice(0, 200)))
      const more = all.length > mostTold ? `; and ${all.length - mostTold} more` : ''
      this.log.warn(`of ${folder} Keel leaves out: ${all.slice(0, mostTold).join('; ')}${more}`)
    }
    return rest
  }

  private translated(manifest: IExtensionManifest, { translations }: Extension): IExtensionManifest {
    const texts = parsed(translations) as ITranslations | undefined
    return texts ? localizeManifest(this.log, manifest, texts) : manifest
  }
}

// What a constructor is given after its own arguments.
IBuiltinExtensionsScannerService(InstalledExtensions, '', 2)
IProductService(InstalledExtensions, '', 3)
ILogService(InstalledExtensions, '', 4)

/** parsed reads what Go has kept as text; undefined when it is empty or no JSON. */
function parsed(text: string): object | undefined {
  if (!text) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
