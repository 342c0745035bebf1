import type {
  Account,
  AccountService,
  AccountsState,
  SecretsState,
  SignIn,
  SignInRequest,
} from '../../../bridge'
import { Failure } from '../../../bridge'
import { fakeWindow, type FakeWindow } from '../../../testing/window'

/** FakeAccounts is Go's side of accounts, in memory: acts change the state and send it. */
export interface FakeAccounts {
  readonly host: FakeWindow
  state: AccountsState
  secrets: SecretsState
  /** what the next act fails with */
  fails: Failure | undefined
  /** Changes the state and sends it, as Go would. */
  change(part: Partial<AccountsState>): void
  /** Brings a sign-in on. */
  step(id: string, part: Partial<SignIn>): void
}

export function account(part: Partial<Account> = {}): Account {
  return {
    id: 'github:github.com/1',
    kind: 'github',
    host: 'github.com',
    service: 'GitHub',
    label: '@mona',
    name: 'Mona Lisa',
    email: 'mona@example.com',
    avatar: '',
    expired: false,
    message: '',
    scopes: ['read:user'],
    signedInAt: Date.UTC(2026, 10, 2, 9, 30),
    manage: 'https://github.com/settings/connections/applications/abc',
    uses: [],
    role: '',
    startUrl: '',
    region: '',
    ...part,
  }
}

export const google = account({
  id: 'google:accounts.google.com/7',
  kind: 'google',
  host: 'accounts.google.com',
  service: 'Google',
  label: 'ada@example.com',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  manage: 'https://myaccount.google.com/connections',
  uses: [
    {
      use: 'bedrock',
      title: 'Amazon Bedrock',
      detail: 'Your Google account is exchanged for an AWS role.',
      on: false,
      blocked: 'No AWS role is set.',
      asks: false,
    },
  ],
})

export const identityCenter = account({
  id: 'aws:my-company.awsapps.com/42',
  kind: 'aws',
  host: 'my-company.awsapps.com',
  service: 'AWS IAM Identity Center',
  label: 'my-company',
  name: '',
  email: '',
  manage: '',
  startUrl: 'https://my-company.awsapps.com/start',
  region: 'eu-central-1',
  uses: [
    {
      use: 'bedrock',
      title: 'Amazon Bedrock',
      detail: 'The credentials of the role, for an hour at a time.',
      on: true,
      blocked: '',
      asks: false,
    },
  ],
})

export const mona = account({
  uses: [
    {
      use: 'github-models',
      title: 'GitHub Models',
      detail: 'They are in the model picker.',
      on: true,
      blocked: '',
      asks: false,
    },
    {
      use: 'github-pages',
      title: 'Private issues, pull requests and files',
      detail: 'The agent reads those whose address you give it.',
      on: false,
      blocked: '',
      asks: true,
    },
    {
      use: 'git-terminal',
      title: 'git in Keel’s terminal',
      detail: 'git asks Keel for a password for github.com.',
      on: false,
      blocked: '',
      asks: true,
    },
  ],
})

export function service(part: Partial<AccountService> = {}): AccountService {
  return {
    kind: 'github',
    host: 'github.com',
    title: 'GitHub',
    methods: ['device'],
    setup: [],
    setupAddress: '',
    setting: 'keelAgent.accounts.githubClientIds',
    takesSecret: false,
    hasSecret: false,
    starts: [],
    ...part,
  }
}

export const services: readonly AccountService[] = [
  service(),
  service({
    kind: 'google',
    host: 'accounts.google.com',
    title: 'Google',
    methods: ['browser'],
    setting: 'keelAgent.accounts.googleClientId',
  }),
  service({
    kind: 'aws',
    host: '',
    title: 'AWS IAM Identity Center',
    methods: ['device'],
    setting: '',
    starts: [
      { name: 'my-company', startUrl: 'https://my-company.awsapps.com/start', region: 'eu-central-1' },
    ],
  }),
]

/** Google without a client id. */
export const withoutClient = service({
  kind: 'google',
  host: 'accounts.google.com',
  title: 'Google',
  methods: [],
  setup: [
    'Make a client of the type “Desktop app” in the Google Cloud console.',
    'Copy its client id into the setting below.',
    'If it came with a client secret, enter that here.',
  ],
  setupAddress: 'https://console.cloud.google.com/auth/clients',
  setting: 'keelAgent.accounts.googleClientId',
})

export function signIn(part: Partial<SignIn> = {}): SignIn {
  return {
    id: 'in1',
    kind: 'github',
    host: 'github.com',
    title: 'GitHub',
    stage: 'starting',
    address: '',
    code: '',
    untilAt: 0,
    canPaste: false,
    noBrowser: false,
    accountId: '',
    message: '',
    hint: '',
    ...part,
  }
}

/** fakeAccounts is a window over such a Go. */
export function fakeAccounts(
  part: Partial<AccountsState> = {},
  methods: Record<string, (...args: never[]) => unknown> = {},
): FakeAccounts {
  let count = 0
  const fake: FakeAccounts = {
    host: fakeWindow({
      methods: {
        'Accounts.State': () => fake.state,
        'Accounts.SignIn': (request: SignInRequest) =>
          mayFail(() => {
            const id = `in${++count}`
            const host = request.host || (services.find(({ kind }) => kind === request.kind)?.host ?? '')
            const title = services.find(({ kind }) => kind === request.kind)?.title ?? ''
            fake.change({
              signIns: [...fake.state.signIns, signIn({ id, kind: request.kind, host, title })],
            })
            return id
          }),
        'Accounts.Cancel': (id: string) =>
          mayFail(() => {
            const found = fake.state.signIns.find((each) => each.id === id)
            if (!found) throw new Failure('not_found', 'There is no such sign-in.', '')
            if (['done', 'failed', 'cancelled'].includes(found.stage)) {
              fake.change({ signIns: fake.state.signIns.filter((each) => each.id !== id) })
            } else fake.step(id, { stage: 'cancelled' })
          }),
        'Accounts.Paste': () => mayFail(() => undefined),
        'Accounts.Browse': () => mayFail(() => undefined),
        'Accounts.SignOut': (id: string) =>
          mayFail(() => fake.change({ accounts: fake.state.accounts.filter((each) => each.id !== id) })),
        'Accounts.SetUse': (id: string, use: string, on: boolean) =>
          mayFail(() =>
            changeAccount(id, (each) => ({
              uses: each.uses.map((one) => (one.use === use ? { ...one, on } : one)),
            })),
          ),
        'Accounts.Roles': () =>
          mayFail(() => [
            { role: '222222222222/ReadOnly', account: '222222222222', name: 'Tools', email: '' },
            { role: '111111111111/Admin', account: '111111111111', name: 'Main', email: 'aws@example.com' },
            { role: '222222222222/Bedrock', account: '222222222222', name: 'Tools', email: '' },
          ]),
        'Accounts.SetRole': (id: string, role: string) => mayFail(() => changeAccount(id, () => ({ role }))),
        'Accounts.SetClientSecret': () => mayFail(() => undefined),
        'Accounts.ExtensionSession': () => mayFail(() => ({ token: 'fake-token' })),
        'Secrets.State': () => fake.secrets,
        'Window.OpenExternal': () => undefined,
        ...methods,
      },
    }),
    state: { seq: 1, accounts: [], services: [...services], signIns: [], ...part },
    secrets: {
      seq: 1,
      place: 'keychain',
      locked: false,
      message: '',
      hint: '',
      undecided: false,
      kept: 2,
    },
    fails: undefined,
    change(changed) {
      fake.state = { ...fake.state, ...changed, seq: fake.state.seq + 1 }
      fake.host.bridge.emit('accounts', fake.state)
    },
    step(id, changed) {
      fake.change({
        signIns: fake.state.signIns.map((each) => (each.id === id ? { ...each, ...changed } : each)),
      })
    },
  }
  return fake

  function mayFail<T>(run: () => T): T {
    const { fails } = fake
    fake.fails = undefined
    if (fails) throw fails
    return run()
  }

  function changeAccount(id: string, changed: (before: Account) => Partial<Account>): void {
    fake.change({
      accounts: fake.state.accounts.map((each) => (each.id === id ? { ...each, ...changed(each) } : each)),
    })
  }
}
