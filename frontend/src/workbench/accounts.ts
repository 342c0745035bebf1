import { MenuId, MenuRegistry } from '@codingame/monaco-vscode-api/vscode/vs/platform/actions/common/actions'
import { ContextKeyExpr } from '@codingame/monaco-vscode-api/vscode/vs/platform/contextkey/common/contextkey'
import type { AccountsState, Bridge } from '../bridge'
import { showAccounts } from '../features/account'
import type { WindowHost } from '../ui/host'
import type { SignInAsker } from './authentication'

/** The services with an entry of their own in the Accounts menu while nobody is signed in there. */
const entries = [
  { kind: 'github', host: 'github.com', title: 'GitHub' },
  { kind: 'google', host: '', title: 'Google' },
] as const

/** keepAccountsMenu adds to the Accounts menu, which lists who is signed in, what Keel has besides. */
export function keepAccountsMenu(host: WindowHost, ask: SignInAsker): void {
  for (const [order, { kind, host: at, title }] of entries.entries()) {
    const id = `keel.signIn.${kind}`
    host.registerCommand({
      id,
      title: `Keel: Sign In with ${title}`,
      run: async () => void (await ask({ kind, host: at })),
    })
    MenuRegistry.appendMenuItem(MenuId.AccountsContext, {
      group: '1_keel',
      order,
      when: ContextKeyExpr.not(signedIn(kind)),
      command: { id, title: `Sign in with ${title}…` },
    })
  }
  MenuRegistry.appendMenuItem(MenuId.AccountsContext, {
    group: '2_keel',
    command: { id: showAccounts, title: 'Keel: Show Accounts' },
  })
  followAccounts(host.bridge, host.setContext)
}

function signedIn(kind: string): string {
  return `keel.signedIn.${kind}`
}

function followAccounts(bridge: Bridge, setContext: WindowHost['setContext']): void {
  let seq = -1
  const take = (state: AccountsState): void => {
    if (state.seq < seq) return
    seq = state.seq
    for (const { kind, host } of entries) {
      const there = state.accounts.some((each) => each.kind === kind && (!host || each.host === host))
      setContext(signedIn(kind), there)
    }
  }
  bridge.on('accounts', take)
  // The Accounts page says why, and offers to try again.
  bridge.Accounts.State().then(take, () => undefined)
}
