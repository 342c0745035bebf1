import { getService } from '@codingame/monaco-vscode-api'
import { CancellationToken } from '@codingame/monaco-vscode-api/vscode/vs/base/common/cancellation'
import { IExtensionGalleryService } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensionManagement/common/extensionManagement.service'
import { IWorkbenchExtensionManagementService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/extensionManagement/common/extensionManagement.service'
import { Failure, type ExtensionPlan } from '../bridge'
import type { Plans } from './extension'

/** extensionInstaller installs plans that a person has agreed to, as the Extensions view would. */
export function extensionInstaller(plans: Plans): (plan: ExtensionPlan) => Promise<void> {
  return async (plan) => {
    const asked = plan.items.find(({ why }) => why === 'asked')
    if (!asked) return
    const [gallery, management] = await Promise.all([
      getService(IExtensionGalleryService),
      getService(IWorkbenchExtensionManagementService),
    ])
    const { id, version } = asked
    const [found] = await gallery.getExtensions([{ id, version }], CancellationToken.None)
    if (!found) {
      throw new Failure(
        'not_found',
        `The registry does not have ${id} ${version} any more; nothing was installed.`,
        'Look the extensions up again.',
      )
    }
    await plans.take(plan)
    await management.installFromGallery(found)
  }
}
