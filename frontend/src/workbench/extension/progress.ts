import { getService, IProgressService } from '@codingame/monaco-vscode-api'
import { ProgressLocation } from '@codingame/monaco-vscode-api/vscode/vs/platform/progress/common/progress'
import { Installations, type Work } from './installations'

const installations = new Installations((title, until, cancel) => {
  void getService(IProgressService).then((service) =>
    service.withProgress(
      { location: ProgressLocation.Notification, title, cancellable: true },
      until,
      cancel,
    ),
  )
})

/** whileShown installs something, and shows how far it is and how to end it when it takes long. */
export function whileShown<T>(name: string, work: Work<T>): Promise<T> {
  return installations.run(name, work)
}
