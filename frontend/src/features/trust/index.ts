import { mount, unmount } from 'svelte'
import type { Disposable } from '../../bridge'
import type { WindowHost } from '../../ui/host'
import { showBadge } from './badge.svelte'
import { TrustStore } from './store.svelte'
import TrustPage from './TrustPage.svelte'

export { explainPattern } from './wording'

const pageId = 'keel.trustedCommands'

/**
 * startTrust adds the page of trusted commands and the command that opens it,
 * and keeps a badge in the status bar while every command is trusted. The state
 * outlives the page, which may be closed and opened again at any time.
 */
export function startTrust(host: WindowHost): Disposable {
  const store = new TrustStore(host.bridge)
  const page = host.registerPage({
    id: pageId,
    title: 'Trusted Commands',
    icon: 'shield',
    render(target) {
      const component = mount(TrustPage, { target, props: { host, store } })
      return { dispose: () => void unmount(component) }
    },
  })
  const command = host.registerCommand({
    id: 'keel.editTrustedCommands',
    title: 'Keel: Edit Trusted Commands',
    run: () => host.openPage(pageId),
  })
  const hideBadge = showBadge(host, store)
  void store.load()
  return {
    dispose() {
      hideBadge()
      command.dispose()
      page.dispose()
      store.dispose()
    },
  }
}
