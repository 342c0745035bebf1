import {
  toFailure,
  type Account,
  type AccountRole,
  type AccountService,
  type AccountsState,
  type AccountUse,
  type Bridge,
  type Disposable,
  type Failure,
  type SignIn,
  type SignInRequest,
} from '../../bridge'
import type { WindowHost } from '../../ui/host'
import { hasEnded, requestFor, roleItems, signOutQuestion, togetherTitle } from './wording'

/** What is busy while a sign-in is being started. */
export const starting = 'sign-in'

/** Milliseconds for which a sign-in that worked is told of. */
const telling = 8000

/**
 * AccountStore is the page's copy of who is signed in where. Go owns it and sends
 * it whole with every change; an older one that arrives late is dropped. It never
 * holds a token.
 */
export class AccountStore implements Disposable {
  state = $state.raw<AccountsState | undefined>(undefined)
  /** why nothing is known */
  failure = $state.raw<Failure | undefined>(undefined)
  /** why the last act changed nothing */
  trouble = $state.raw<Failure | undefined>(undefined)
  /** what is being done, by the id of an account, a use or a sign-in */
  busy = $state.raw<readonly string[]>([])

  /** told when a sign-in that was started here has worked or was cancelled */
  onended: ((signIn: SignIn) => void) | undefined
  private abandoned = false
  // None of these is drawn: plain sets are enough.
  /* eslint-disable svelte/prefer-svelte-reactivity */
  /** the sign-ins that were started here, until they have ended */
  private readonly own = new Set<string>()
  /** what was asked for, by the id of its sign-in: for trying again */
  private readonly asked = new Map<string, SignInRequest>()
  /** the sign-ins that are to be taken off the list */
  private readonly ended = new Set<string>()
  /* eslint-enable svelte/prefer-svelte-reactivity */
  private readonly timers: ReturnType<typeof setTimeout>[] = []
  private readonly subscriptions: Disposable[] = []
  private readonly bridge: Bridge

  constructor(private readonly host: WindowHost) {
    this.bridge = host.bridge
  }

  /** Looks now, and takes every change, for as long as it is looked at. */
  follow(): void {
    this.subscriptions.push(this.bridge.on('accounts', (state) => this.take(state)))
    void this.refresh()
  }

  /** Ends what follow began. */
  dispose(): void {
    for (const timer of this.timers.splice(0)) clearTimeout(timer)
    for (const each of this.subscriptions.splice(0)) each.dispose()
  }

  async refresh(): Promise<void> {
    try {
      this.take(await this.bridge.Accounts.State())
      this.failure = undefined
    } catch (cause) {
      this.failure = toFailure(cause)
    }
  }

  get accounts(): readonly Account[] {
    return this.state?.accounts ?? []
  }

  get services(): readonly AccountService[] {
    return this.state?.services ?? []
  }

  /** What is under way or has ended just now; one that was cancelled is no news to anyone. */
  get signIns(): readonly SignIn[] {
    return this.state?.signIns.filter((each) => each.stage !== 'cancelled') ?? []
  }

  /** Those that still have something to show or to ask. */
  get open(): readonly SignIn[] {
    return this.signIns.filter((each) => each.stage !== 'done')
  }

  /** Those that have worked with something to know of; they stay until that was read. */
  get notes(): readonly SignIn[] {
    return this.signIns.filter((each) => each.stage === 'done' && each.message !== '')
  }

  isBusy(id: string): boolean {
    return this.busy.includes(id)
  }

  /** Starts a sign-in; undefined when it could not be started. */
  async signIn(request: Partial<SignInRequest> & Pick<SignInRequest, 'kind'>): Promise<string | undefined> {
    let id: string | undefined
    await this.act(starting, async () => {
      await this.clear(request.kind, request.host ?? '')
      const whole = requestFor(request)
      id = await this.bridge.Accounts.SignIn(whole)
      this.own.add(id)
      this.asked.set(id, whole)
      if (this.abandoned) this.takeOff(id)
    })
    if (this.state) this.afterwards(this.state)
    return id
  }

  signInAgain(account: Account): Promise<string | undefined> {
    const { kind, host, id, startUrl, region } = account
    return this.signIn({ kind, host, accountId: id, startUrl, region })
  }

  /** Tries once more what has failed. */
  again({ id, kind, host }: SignIn): Promise<string | undefined> {
    return this.signIn(this.asked.get(id) ?? { kind, host })
  }

  /** Ends what was started here and is still under way, also what is only just starting. */
  abandon(): void {
    this.abandoned = true
    for (const id of this.own) this.takeOff(id)
  }

  /** Ends a sign-in, or takes one that has ended off the list. */
  cancel(id: string): Promise<boolean> {
    return this.act(id, () => this.bridge.Accounts.Cancel(id))
  }

  /** Gives a sign-in what was copied from the browser, or says why that is of no use: it goes on waiting. */
  async paste(id: string, text: string): Promise<Failure | undefined> {
    try {
      await this.bridge.Accounts.Paste(id, text.trim())
      return undefined
    } catch (cause) {
      return toFailure(cause)
    }
  }

  browse(id: string): Promise<boolean> {
    return this.act(id, () => this.bridge.Accounts.Browse(id))
  }

  /** Signs out, after saying what stops working; false when that is not wanted. */
  async signOut(account: Account): Promise<boolean> {
    if (this.isBusy(account.id) || !(await this.host.confirm(signOutQuestion(account)))) return false
    return this.act(account.id, () => this.bridge.Accounts.SignOut(account.id))
  }

  /** Throws the switch of a use; one that needs further rights signs in again for them. */
  async setUse(account: Account, use: AccountUse, on: boolean): Promise<void> {
    if (on && use.asks) {
      const { kind, host, id, startUrl, region } = account
      await this.signIn({ kind, host, accountId: id, use: use.use, startUrl, region })
      return
    }
    await this.act(`${account.id} ${use.use}`, () => this.bridge.Accounts.SetUse(account.id, use.use, on))
  }

  /** Lets the person choose among the AWS accounts and roles that an account may use. */
  async chooseRole(account: Account): Promise<void> {
    await this.act(account.id, async () => {
      const roles = this.bridge.Accounts.Roles(account.id).then((all: AccountRole[]) =>
        roleItems(all, account.role),
      )
      const role = await this.host.pick(roles, {
        title: togetherTitle('AWS account and role', account.label),
        placeholder: 'Which role shall Keel use? Choose one that can do little.',
      })
      if (role !== undefined) await this.bridge.Accounts.SetRole(account.id, role)
    })
  }

  /** Asks for the secret of a client id, which goes to the secret store and never comes back. */
  async askSecret(service: AccountService): Promise<void> {
    const secret = await this.host.ask({
      title: togetherTitle('Client secret', service.title),
      value: '',
      placeholder: service.hasSecret
        ? 'A new secret; left empty, the present one is deleted'
        : 'It is kept where your tokens are, not in the settings',
      secret: true,
      check: (text) => (service.hasSecret || text.trim() ? undefined : 'Paste the client secret.'),
    })
    if (secret === undefined) return
    await this.act(service.host, () =>
      this.bridge.Accounts.SetClientSecret(service.kind, service.host, secret.trim()),
    )
  }

  dismissTrouble(): void {
    this.trouble = undefined
  }

  private take(state: AccountsState): void {
    if (this.state && state.seq < this.state.seq) return
    this.state = state
    this.afterwards(state)
  }

  /** What follows on its own from a sign-in that has ended. */
  private afterwards({ signIns, accounts }: AccountsState): void {
    for (const each of signIns) {
      const { id, stage, accountId } = each
      if (stage !== 'done' && stage !== 'cancelled') continue
      if (!this.ended.has(id) && (stage !== 'done' || each.message === '')) {
        this.ended.add(id)
        const wait = stage === 'done' ? telling : 0
        this.timers.push(setTimeout(() => this.takeOff(id), wait))
      }
      if (!this.own.delete(id)) continue
      this.onended?.(each)
      if (stage !== 'done') continue
      const account = accounts.find((one) => one.id === accountId)
      if (account?.kind === 'aws' && !account.role) void this.chooseRole(account)
    }
  }

  /** Takes one that has ended off the list; that another window was faster is as good. */
  private takeOff(id: string): void {
    this.own.delete(id)
    this.bridge.Accounts.Cancel(id).catch(() => undefined)
  }

  /** Trying again takes what had failed off the list. */
  private async clear(kind: string, host: string): Promise<void> {
    const ended = this.signIns.filter(
      (each) => each.kind === kind && (host === '' || each.host === host) && hasEnded(each),
    )
    await Promise.allSettled(ended.map((each) => this.bridge.Accounts.Cancel(each.id)))
  }

  private async act(id: string, run: () => Promise<unknown>): Promise<boolean> {
    this.trouble = undefined
    this.busy = [...this.busy, id]
    try {
      await run()
      return true
    } catch (cause) {
      this.trouble = toFailure(cause)
      return false
    } finally {
      const at = this.busy.indexOf(id)
      this.busy = this.busy.filter((_, index) => index !== at)
    }
  }
}
