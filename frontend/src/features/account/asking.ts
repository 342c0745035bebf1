import { mount, unmount } from 'svelte'
import type { SignInRequest } from '../../bridge'
import type { WindowHost } from '../../ui/host'
import { accountsPage } from './ids'
import SignInDialog from './SignInDialog.svelte'
import { AccountStore } from './store.svelte'

/**
 * askToSignIn signs somebody in over whatever they are doing, and resolves with
 * the id of the account; undefined when it was cancelled. Where a service needs a
 * client id first, the page that says so is shown instead.
 */
export async function askToSignIn(
  host: WindowHost,
  request: Partial<SignInRequest> & Pick<SignInRequest, 'kind'>,
): Promise<string | undefined> {
  const { services } = await host.bridge.Accounts.State()
  const service = services.find(
    ({ kind, host: at }) => kind === request.kind && (!request.host || at === request.host),
  )
  if (!service || service.methods.length === 0) {
    await host.openPage(accountsPage)
    return undefined
  }
  const store = new AccountStore(host)
  const id = await host.openModal<string>(`Sign in with ${service.title}`, (target, close) => {
    const dialog = mount(SignInDialog, {
      target,
      props: { host, store, service, request: { ...request, host: service.host }, close },
    })
    return { dispose: () => void unmount(dialog) }
  })
  if (id === undefined) store.abandon()
  return id
}
