import { getService, IAuthenticationService } from '@codingame/monaco-vscode-api'
import { CancellationError } from '@codingame/monaco-vscode-api/vscode/vs/base/common/errors'
import { Emitter } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import type {
  AuthenticationSession,
  AuthenticationSessionsChangeEvent,
  IAuthenticationProvider,
  IAuthenticationProviderSessionOptions,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/authentication/common/authentication'
import type { Account, AccountKind, AccountsState, Bridge, SignInRequest } from '../bridge'

/** SignInAsker signs somebody in before everyone's eyes; undefined when that was cancelled. */
export type SignInAsker = (
  request: Partial<SignInRequest> & Pick<SignInRequest, 'kind'>,
) => Promise<string | undefined>

/** ProviderPlace is what an authentication provider of VS Code stands for. */
export interface ProviderPlace {
  readonly id: string
  readonly label: string
  readonly kind: AccountKind
  /** Reports whether accounts at a host are this provider's. */
  has(host: string): boolean
}

/** The providers that extensions know; the ids are VS Code's own. */
export const places: readonly ProviderPlace[] = [
  { id: 'github', label: 'GitHub', kind: 'github', has: (host) => host === 'github.com' },
  {
    id: 'github-enterprise',
    label: 'GitHub Enterprise',
    kind: 'github',
    has: (host) => host !== 'github.com',
  },
  { id: 'google', label: 'Google', kind: 'google', has: () => true },
]

/** The scopes that are meant for a service: not those that extensions add for VS Code itself. */
export function serviceScopes(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => !scope.startsWith('VSCODE_'))
}

/**
 * AccountProvider shows the accounts of one service to the workbench as sessions.
 * They hold no token: authenticationTokens.ts says how an extension gets one.
 */
export class AccountProvider implements IAuthenticationProvider {
  readonly id: string
  readonly label: string
  readonly supportsMultipleAccounts = true
  private readonly changes = new Emitter<AuthenticationSessionsChangeEvent>()
  readonly onDidChangeSessions = this.changes.event
  private accounts: readonly Account[] = []

  constructor(
    readonly place: ProviderPlace,
    private readonly bridge: Bridge,
    private readonly ask: SignInAsker,
  ) {
    this.id = place.id
    this.label = place.label
  }

  /** Takes what Go has sent, and tells what is different. */
  take(state: AccountsState): void {
    const before = this.accounts
    this.accounts = state.accounts.filter(
      ({ kind, host }) => kind === this.place.kind && this.place.has(host),
    )
    const added = this.accounts.filter((each) => !before.some(({ id }) => id === each.id))
    const removed = before.filter((each) => !this.accounts.some(({ id }) => id === each.id))
    const changed = this.accounts.filter((each) => {
      const old = before.find(({ id }) => id === each.id)
      return old !== undefined && looks(old) !== looks(each)
    })
    if (added.length + removed.length + changed.length === 0) return
    this.changes.fire({
      added: added.map(toSession),
      removed: removed.map(toSession),
      changed: changed.map(toSession),
    })
  }

  /** The sessions with the scopes; without any, everyone who is signed in. */
  async getSessions(
    scopes: readonly string[] | undefined,
    options: IAuthenticationProviderSessionOptions = {},
  ): Promise<readonly AuthenticationSession[]> {
    this.take(await this.bridge.Accounts.State())
    const wanted = serviceScopes(scopes ?? [])
    return this.accounts
      .filter((each) => options.account === undefined || each.id === options.account.id)
      .filter((each) => scopes === undefined || !each.expired)
      .filter((each) => holds(each, wanted))
      .map(toSession)
  }

  /** Signs in for the scopes. Who is signed in already is asked for what is missing, and keeps the rest. */
  async createSession(
    scopes: readonly string[],
    options: IAuthenticationProviderSessionOptions = {},
  ): Promise<AuthenticationSession> {
    this.take(await this.bridge.Accounts.State())
    const only = this.accounts.length === 1 ? this.accounts[0] : undefined
    const known = options.account ? this.accounts.find(({ id }) => id === options.account?.id) : only
    const wanted = serviceScopes(scopes)
    const host = known?.host ?? (this.id === 'github-enterprise' ? await this.enterprise() : '')
    const id = await this.ask({
      kind: this.place.kind,
      host,
      // Somebody else may sign in where no account was named and none lacks a scope.
      accountId: options.account || !known || lacks(known, wanted) ? (known?.id ?? '') : '',
      scopes: [...new Set([...(known?.scopes ?? []), ...wanted])],
    })
    this.take(await this.bridge.Accounts.State())
    const account = this.accounts.find((each) => each.id === id)
    if (!account) throw new CancellationError()
    return toSession(account)
  }

  async removeSession(id: string): Promise<void> {
    await this.bridge.Accounts.SignOut(id)
  }

  dispose(): void {
    this.changes.dispose()
  }

  private async enterprise(): Promise<string> {
    const { services } = await this.bridge.Accounts.State()
    const service = services.find(({ kind, host }) => kind === this.place.kind && this.place.has(host))
    if (!service) throw new Error('No GitHub Enterprise host is set in keelAgent.accounts.githubClientIds.')
    return service.host
  }
}

function lacks(account: Account, scopes: readonly string[]): boolean {
  return account.expired || !holds(account, scopes)
}

/** Tokens of GitHub Apps name no scopes: what they may do only GitHub knows. */
function holds(account: Account, scopes: readonly string[]): boolean {
  return account.scopes.length === 0 || scopes.every((scope) => account.scopes.includes(scope))
}

/** What a session shows of an account. */
function looks({ label, scopes, expired }: Account): string {
  return JSON.stringify([label, scopes, expired])
}

function toSession({ id, label, scopes }: Account): AuthenticationSession {
  return { id, accessToken: '', account: { id, label }, scopes: [...scopes] }
}

/** provideAuthentication puts Go's accounts into the workbench: its Accounts menu, and what extensions ask. */
export async function provideAuthentication(bridge: Bridge, ask: SignInAsker): Promise<void> {
  const service = await getService(IAuthenticationService)
  const providers = places.map((place) => new AccountProvider(place, bridge, ask))
  let seq = -1
  const take = (state: AccountsState): void => {
    if (state.seq < seq) return
    seq = state.seq
    for (const provider of providers) {
      provider.take(state)
      const there = state.services.some(
        ({ kind, host }) => kind === provider.place.kind && provider.place.has(host),
      )
      // It stays once it is there: an extension may be waiting for its answer.
      if (there && !service.isAuthenticationProviderRegistered(provider.id)) {
        service.registerAuthenticationProvider(provider.id, provider)
      }
    }
  }
  bridge.on('accounts', take)
  take(await bridge.Accounts.State())
}
