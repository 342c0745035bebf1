import type {
  Account,
  AccountKind,
  AccountRole,
  AccountService,
  SecretsState,
  SignIn,
  SignInRequest,
} from '../../bridge'
import { plainVisible } from '../../lib/visible'
import type { PickItem, Question } from '../../ui/host'

/** ServiceLook is how a kind of service is shown. */
export interface ServiceLook {
  /** a codicon's name; empty where a letter stands for it */
  readonly icon: string
  readonly letter: string
  /** what an account there is good for, in half a line */
  readonly good: string
}

export const looks: Readonly<Record<AccountKind, ServiceLook>> = {
  github: { icon: 'github', letter: '', good: 'Models, private issues and files, git over HTTPS' },
  google: { icon: '', letter: 'G', good: 'Amazon Bedrock through an AWS role, without keys' },
  aws: { icon: 'organization', letter: '', good: 'Amazon Bedrock with your company’s sign-in' },
}

/** What an account at a service is good for: GitHub Models are at the public GitHub only. */
export function goodFor({ kind, host }: AccountService): string {
  if (kind === 'github' && host !== 'github.com') return 'Private issues and files, git over HTTPS'
  return looks[kind].good
}

/** Reports whether a sign-in is over. */
export function hasEnded({ stage }: SignIn): boolean {
  return stage === 'done' || stage === 'failed' || stage === 'cancelled'
}

/** Reports whether nobody can sign in for the want of a client secret alone. */
export function lacksSecret({ methods, takesSecret, hasSecret }: AccountService): boolean {
  return methods.length === 0 && takesSecret && !hasSecret
}

/** The request with everything in it that Go expects. */
export function requestFor(part: Partial<SignInRequest> & Pick<SignInRequest, 'kind'>): SignInRequest {
  return {
    host: '',
    method: '',
    accountId: '',
    use: '',
    startUrl: '',
    region: '',
    share: false,
    scopes: [],
    ...part,
  }
}

/** "Sign in with GitHub" */
export function signInTitle({ title }: AccountService): string {
  return `Sign in with ${plainVisible(title)}`
}

/** "Client secret: GitHub" */
export function togetherTitle(what: string, of: string): string {
  return `${what}: ${plainVisible(of)}`
}

/** What an account is called: the person's name, else the label. */
export function nameOf(account: Account): string {
  return plainVisible(account.name || account.label)
}

/** The question before a sign-out: what stops working. */
export function signOutQuestion(account: Account): Question {
  const uses = account.uses.filter((use) => use.on).map((use) => plainVisible(use.title))
  const stops =
    uses.length > 0
      ? `This stops working until you sign in again: ${uses.join(', ')}.`
      : 'Nothing uses this account at the moment.'
  return {
    message: `Sign out of ${plainVisible(account.service)} as ${plainVisible(account.label)}?`,
    detail: `${stops} Keel deletes its tokens for the account, and asks ${plainVisible(account.service)} to take them back.`,
    primary: 'Sign Out',
    danger: true,
  }
}

/** Roles for the quick pick, those of one AWS account together. */
export function roleItems(roles: readonly AccountRole[], current: string): PickItem<string>[] {
  return [...roles]
    .sort(
      (a, b) =>
        a.name.localeCompare(b.name, 'en') ||
        a.account.localeCompare(b.account) ||
        a.role.localeCompare(b.role, 'en'),
    )
    .map((each) => ({
      label: plainVisible(roleName(each.role)),
      description: plainVisible(each.account),
      ...(each.email ? { detail: plainVisible(each.email) } : {}),
      group: plainVisible(each.name ? `${each.name} (${each.account})` : each.account),
      current: each.role === current,
      value: each.role,
    }))
}

/** "ReadOnly" of "123456789012/ReadOnly" */
export function roleName(role: string): string {
  return role.slice(role.indexOf('/') + 1)
}

/** "ReadOnly in 123456789012" */
export function roleWords(role: string): string {
  const [account = '', ...name] = role.split('/')
  return plainVisible(`${name.join('/')} in ${account}`)
}

/** Where a use that cannot be switched on is made possible; empty where no setting does. */
export function settingOf(account: Account, use: string): string {
  return account.kind === 'google' && use === 'bedrock' ? 'keelAgent.bedrock.googleRole' : ''
}

/** Where keys and tokens are kept, in a sentence. */
export function placeOf({ place, locked, undecided }: SecretsState): string {
  if (undecided) return 'There is no keychain, and you have not said yet where tokens are to be kept.'
  const where = {
    keychain: 'Tokens are kept in the keychain of this machine.',
    passphrase: 'Tokens are kept in a file that is sealed with your passphrase.',
    memory: 'Tokens are kept in memory only: they are gone when Keel closes.',
  }[place]
  return locked ? `${where} It is locked now.` : where
}

/** What is wrong with a start URL; undefined when nothing is. */
export function startProblem(text: string): string | undefined {
  const given = text.trim()
  if (!given) return 'Your company’s start URL is needed.'
  if (!URL.canParse(given)) return 'This is no address: it begins with https://.'
  const { protocol, username, password } = new URL(given)
  if (protocol !== 'https:') return 'The address has to begin with https://.'
  return username || password ? 'The address must not hold a name or a password.' : undefined
}

/** What is wrong with an AWS region; undefined when nothing is. */
export function regionProblem(text: string): string | undefined {
  const given = text.trim()
  if (!given) return 'The region of the identity centre is needed.'
  return /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/.test(given)
    ? undefined
    : 'A region looks like eu-central-1 or us-east-1.'
}
