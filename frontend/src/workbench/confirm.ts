import { getService, IDialogService } from '@codingame/monaco-vscode-api'
import type { Question } from '../features/chat'

/** confirm asks a modal question; false when it was cancelled. */
export async function confirm({ message, detail, primary }: Question): Promise<boolean> {
  const dialogs = await getService(IDialogService)
  return (await dialogs.confirm({ message, detail, primaryButton: primary })).confirmed
}
