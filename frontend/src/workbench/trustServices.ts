import {
  IConfigurationService,
  IWorkspaceTrustEnablementService,
  IWorkspaceTrustManagementService,
  IWorkspaceTrustRequestService,
  getService,
  type IEditorOverrideServices,
} from '@codingame/monaco-vscode-api'
import { registerServiceInitializePreParticipant } from '@codingame/monaco-vscode-api/lifecycle'
import {
  Extensions,
  type IConfigurationRegistry,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/configuration/common/configurationRegistry'
import { Registry } from '@codingame/monaco-vscode-api/vscode/vs/platform/registry/common/platform'
import type { WorkspaceService } from '@codingame/monaco-vscode-configuration-service-override/vscode/vs/workbench/services/configuration/browser/configurationService'
import { notify } from './notify'
import type { FolderTrust } from './trust'
import './trust.css'

/** trustServices puts Go's answer in the place of the workbench's own; no setting turns the question off. */
export function trustServices(trust: FolderTrust): IEditorOverrideServices {
  return {
    [IWorkspaceTrustManagementService.toString()]: trust,
    [IWorkspaceTrustEnablementService.toString()]: { isWorkspaceTrustEnabled: () => true },
  }
}

/** Settings of the workbench that would answer in Go's place. */
const answers = ['enabled', 'emptyWindow', 'untrustedFiles']

/** retireSettings takes them out of the settings editor, and says in settings.json that they do nothing. */
export function retireSettings(): void {
  const registry = Registry.as<IConfigurationRegistry>(Extensions.Configuration)
  for (const name of answers) {
    const setting = registry.getConfigurationProperties()[`security.workspace.trust.${name}`]
    if (setting) setting.deprecationMessage = 'This has no effect: Keel asks about every folder.'
  }
}

/**
 * offerNo gives the keyboard to the answer that trusts nothing when the workbench
 * asks about a folder: a key that was meant for something else must not trust it.
 */
export function offerNo(): void {
  const asked = new WeakSet<Element>()
  document.addEventListener('focusin', ({ target }) => {
    const dialog = target instanceof Element ? target.closest('.monaco-dialog-box') : null
    if (!dialog?.querySelector('.dialog-icon.codicon-shield') || asked.has(dialog)) return
    asked.add(dialog)
    dialog.querySelector<HTMLElement>('.monaco-button.secondary')?.focus()
  })
}

type WorkspaceSettings = Pick<WorkspaceService, 'getCompleteWorkspace' | 'updateWorkspaceTrust'>

/**
 * restrictSettings keeps settings of an untrusted folder that name programs out
 * of force, before any part of the workbench reads them. A workbench in a web
 * page takes every folder's settings for trusted otherwise.
 */
export function restrictSettings(trust: FolderTrust): void {
  registerServiceInitializePreParticipant(async (accessor) => {
    const settings = accessor.get(IConfigurationService) as unknown as WorkspaceSettings
    const update = () => settings.updateWorkspaceTrust(trust.isWorkspaceTrusted())
    await settings.getCompleteWorkspace()
    update()
    trust.onDidChangeTrust(update)
  })
}

/** trustFailure says why the trust is as it was; whoever waits for it need not any longer. */
export function trustFailure(cause: unknown): void {
  notify.failure(cause)
  void getService(IWorkspaceTrustRequestService).then((requests) => requests.cancelWorkspaceTrustRequest())
}
