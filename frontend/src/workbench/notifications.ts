import { INotificationService, type IEditorOverrideServices } from '@codingame/monaco-vscode-api'
import { SyncDescriptor } from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/descriptors'
import { NotificationService } from '@codingame/monaco-vscode-notifications-service-override/vscode/vs/workbench/services/notification/common/notificationService'
import { unlinked } from './unlinked'

/** PlainNotifications shows every notification's text as text, the workbench's own as well. */
export class PlainNotifications extends NotificationService {
  constructor(...services: ConstructorParameters<typeof NotificationService>) {
    super(...services)
    const add = this.model.addNotification.bind(this.model)
    this.model.addNotification = (notification) => {
      const handle = add({ ...notification, message: plain(notification.message) })
      const update = handle.updateMessage.bind(handle)
      handle.updateMessage = (message) => update(plain(message))
      return handle
    }
  }
}

function plain(message: string | Error): string | Error {
  if (typeof message === 'string') return unlinked(message)
  // The error keeps its class and its actions.
  return Object.create(message, { message: { value: unlinked(message.message) } }) as Error
}

export function notificationServices(): IEditorOverrideServices {
  return { [INotificationService.toString()]: new SyncDescriptor(PlainNotifications, [], true) }
}
