import { getService, INotificationService } from '@codingame/monaco-vscode-api'
import Severity from '@codingame/monaco-vscode-api/vscode/vs/base/common/severity'
import { toFailure } from '../bridge'
import type { ToastAction } from '../features/checkpoint'

function show(severity: Severity, message: string, actions: readonly ToastAction[] = []): void {
  const choices = actions.map(({ label, run }) => ({
    label,
    run: () => {
      void Promise.resolve()
        .then(run)
        .catch((cause: unknown) => notify.failure(cause))
    },
  }))
  void getService(INotificationService).then((service) => service.prompt(severity, message, choices))
}

/** notify shows toasts. They go after a while, and stay with their actions among the notifications. */
export const notify = {
  info: (message: string, actions?: readonly ToastAction[]) => show(Severity.Info, message, actions),
  warn: (message: string, actions?: readonly ToastAction[]) => show(Severity.Warning, message, actions),
  error: (message: string, actions?: readonly ToastAction[]) => show(Severity.Error, message, actions),
  /** Says what went wrong and what to do. */
  failure(cause: unknown): void {
    const { code, message, hint } = toFailure(cause)
    if (code === 'cancelled') return
    show(Severity.Error, hint ? `${message} ${hint}` : message)
  },
}
