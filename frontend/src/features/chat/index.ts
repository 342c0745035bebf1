import type { Disposable } from '../../bridge'
import type { ChatHost } from './host'

export type * from './host'

/** startChat puts the chat into the window: its view, its commands and what keeps them up to date. */
export function startChat(host: ChatHost): Disposable {
  return host.registerView({
    id: 'keel.chat',
    title: 'Keel',
    icon: 'comment-discussion',
    render: (container) => {
      container.textContent = ''
      return { dispose() {} }
    },
  })
}
