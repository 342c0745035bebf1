import { getService, IDialogService } from '@codingame/monaco-vscode-api'
import Severity from '@codingame/monaco-vscode-api/vscode/vs/base/common/severity'
import type { Question } from '../features/chat'

/** confirm asks a modal question; false when it was cancelled. */
export async function confirm({ message, detail, primary, danger }: Question): Promise<boolean> {
  const dialogs = await getService(IDialogService)
  if (!danger) return (await dialogs.confirm({ message, detail, primaryButton: primary })).confirmed
  // The first button has the keyboard: a key too many must not destroy anything.
  const { result } = await dialogs.prompt({
    type: Severity.Warning,
    message,
    detail,
    buttons: [
      { label: 'Cancel', run: () => false },
      { label: primary, run: () => true },
    ],
  })
  return result ?? false
}
