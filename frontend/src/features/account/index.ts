import { mount, unmount } from 'svelte'
import type { Disposable } from '../../bridge'
import type { WindowHost } from '../../ui/host'
import AccountsPage from './AccountsPage.svelte'
import { accountsPage, showAccounts } from './ids'
import { AccountStore } from './store.svelte'

export { accountsPage, showAccounts } from './ids'
export { askToSignIn } from './asking'
export { default as SignInOffer } from './SignInOffer.svelte'

/** startAccounts adds the page of who is signed in where, and its command, also to the menu of a view. */
export function startAccounts(host: WindowHost, menu: string): Disposable {
  const page = host.registerPage({
    id: accountsPage,
    title: 'Accounts',
    icon: 'account',
    render(container) {
      const component = mount(AccountsPage, {
        target: container,
        props: { host, store: new AccountStore(host) },
      })
      return { dispose: () => void unmount(component) }
    },
  })
  const command = host.registerCommand({
    id: showAccounts,
    title: 'Keel: Show Accounts',
    menu,
    run: () => host.openPage(accountsPage),
  })
  return {
    dispose() {
      command.dispose()
      page.dispose()
    },
  }
}
