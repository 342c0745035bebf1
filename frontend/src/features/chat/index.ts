import { mount, unmount } from 'svelte'
import type { Disposable } from '../../bridge'
import type { Review } from '../review'
import { askCommands } from './ask'
import ChatView from './ChatView.svelte'
import { chatCommands, viewId, type ChatActs } from './commands'
import { keepContext } from './contextKeys.svelte'
import type { ChatHost } from './host'
import { learnCommands } from './input/slash'
import { Remembered } from './remembered.svelte'
import { callAttention } from './session/attention.svelte'
import { tellOfOthers } from './session/elsewhere.svelte'
import { ChatStore } from './store.svelte'
import { warnOfTrustingAll } from './trustingAll'

export type * from './host'
export { chooseModelCommand, chosenModel, getStartedCommand, tryExampleCommand, viewId } from './commands'
export { blockFragment, markdownBlocks, type Block } from './markdown'

/**
 * startChat puts the chat into the window: its view, its commands and what
 * keeps them up to date. The state outlives the view, which may be closed and
 * drawn again at any time. The review, where there is one, follows the shown session.
 */
export function startChat(host: ChatHost, review?: Review): Disposable {
  const store = new ChatStore(host.bridge, host.sources)
  const remembered = new Remembered(host.bridge, ({ message, hint }) =>
    host.notify.warn(`${message} ${hint}`.trim()),
  )
  let acts: ChatActs | undefined

  const view = host.registerView({
    id: viewId,
    title: 'Keel',
    icon: 'comment-discussion',
    render(container) {
      const component = mount(ChatView, {
        target: container,
        props: { host, store, remembered, review, onready: (ready: ChatActs) => (acts = ready) },
      })
      return {
        dispose() {
          acts = undefined
          void unmount(component)
        },
      }
    },
  })
  const commands = chatCommands(host, store, remembered, () => acts).map((command) =>
    host.registerCommand(command),
  )
  const asks = askCommands(host, store, () => acts?.focusInput()).map((command) => host.registerAsk(command))
  const stopKeys = keepContext(host, store, review)
  const warning = warnOfTrustingAll(host)
  const others = tellOfOthers(host, store, viewId)
  const attention = callAttention(host, store, {
    visible: () => acts?.visible() ?? false,
    show: () => host.showView(viewId),
  })
  void learnCommands(host, store)
  void store.start()

  return {
    dispose() {
      stopKeys()
      warning.dispose()
      others.dispose()
      attention.dispose()
      remembered.dispose()
      for (const command of [...commands, ...asks]) command.dispose()
      view.dispose()
      store.dispose()
    },
  }
}
