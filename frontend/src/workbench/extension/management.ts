import { CancellationError } from '@codingame/monaco-vscode-api/vscode/vs/base/common/errors'
import {
  ExtensionManagementError,
  ExtensionManagementErrorCode,
  type IGalleryExtension,
  type ILocalExtension,
  type InstallExtensionInfo,
  type InstallExtensionResult,
  type InstallOptions,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/extensionManagement/common/extensionManagement'
import type { IExtensionManagementServer } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/extensionManagement/common/extensionManagement'
import { ExtensionManagementService } from '@codingame/monaco-vscode-extension-gallery-service-override/vscode/vs/workbench/services/extensionManagement/common/extensionManagementService'
import type { ExtensionPlanRequest } from '../../bridge'
import { notify } from '../notify'
import type { Plans } from './plans'

/**
 * plannedManagement is the workbench's management of extensions, which asks the
 * person about the whole of an installation before it begins: about what comes
 * along too, and about each publisher that is new. Extensions that lie in a
 * folder are none of it: a folder brings no code.
 */
export function plannedManagement(plans: Plans): typeof ExtensionManagementService {
  const agree = async (request: ExtensionPlanRequest): Promise<void> => {
    const plan = await plans.agree(request).catch((cause: unknown) => {
      notify.failure(cause)
      return undefined
    })
    if (!plan) throw new CancellationError()
  }

  return class extends ExtensionManagementService {
    override async installFromGallery(
      gallery: IGalleryExtension,
      options?: InstallOptions,
      servers?: IExtensionManagementServer[],
    ): Promise<ILocalExtension> {
      await agree(requestFor(gallery, false))
      return super.installFromGallery(gallery, options, servers)
    }

    override async updateFromGallery(
      gallery: IGalleryExtension,
      extension: ILocalExtension,
      options?: InstallOptions,
    ): Promise<ILocalExtension> {
      await agree(requestFor(gallery, true))
      return super.updateFromGallery(gallery, extension, options)
    }

    override async installGalleryExtensions(
      extensions: InstallExtensionInfo[],
    ): Promise<InstallExtensionResult[]> {
      const installed = new Set((await this.getInstalled()).map(({ identifier }) => lower(identifier.id)))
      const wanted: InstallExtensionInfo[] = []
      for (const each of extensions) {
        const { extension } = each
        const update = installed.has(lower(extension.identifier.id))
        const plan = await plans.agree(requestFor(extension, update)).catch((cause: unknown) => {
          notify.failure(cause)
          return undefined
        })
        if (plan) wanted.push(each)
      }
      return wanted.length > 0 ? super.installGalleryExtensions(wanted) : []
    }

    /** The plan has asked about the publishers, and Go keeps who is trusted. */
    override isPublisherTrusted(): boolean {
      return true
    }

    override async requestPublisherTrust(): Promise<void> {
      // As above.
    }

    override getInstalledWorkspaceExtensionLocations(): [] {
      return []
    }

    override getInstalledWorkspaceExtensions(): Promise<[]> {
      return Promise.resolve([])
    }

    override getExtensions(): Promise<[]> {
      return Promise.resolve([])
    }

    override installResourceExtension(): Promise<never> {
      return Promise.reject(new Error('Keel installs no extensions out of a folder.'))
    }
  }
}

/** isCancelledInstallation says whether an error is the workbench's for an installation that was not wanted. */
export function isCancelledInstallation(cause: unknown): boolean {
  return cause instanceof ExtensionManagementError && cause.code === ExtensionManagementErrorCode.Cancelled
}

function requestFor(
  { identifier, version, properties }: IGalleryExtension,
  update: boolean,
): ExtensionPlanRequest {
  return {
    id: identifier.id,
    version,
    preRelease: properties.isPreReleaseVersion,
    file: '',
    update,
  }
}

function lower(id: string): string {
  return id.toLowerCase()
}
