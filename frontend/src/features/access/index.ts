import { mount, unmount } from 'svelte'
import type { Disposable } from '../../bridge'
import type { WindowHost } from '../../ui/host'
import AccessPage from './AccessPage.svelte'
import { AccessStore } from './store.svelte'

/** The ids of the page and of the command that shows it. */
export const accessPage = 'keel.access'
export const showAccess = 'keel.showAccess'

/** startAccess adds the page of what the agent can reach, and its command, also to the menu of a view. */
export function startAccess(host: WindowHost, menu: string): Disposable {
  const page = host.registerPage({
    id: accessPage,
    title: 'Agent Access',
    icon: 'shield',
    render(container) {
      const component = mount(AccessPage, {
        target: container,
        props: { host, store: new AccessStore(host) },
      })
      return { dispose: () => void unmount(component) }
    },
  })
  const command = host.registerCommand({
    id: showAccess,
    title: 'Keel: Show What the Agent Can Access',
    menu,
    run: () => host.openPage(accessPage),
  })
  return {
    dispose() {
      command.dispose()
      page.dispose()
    },
  }
}
