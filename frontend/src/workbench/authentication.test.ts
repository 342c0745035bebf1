import '../testing/styles'
import { Emitter, Event } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import { NullLogService } from '@codingame/monaco-vscode-api/vscode/vs/platform/log/common/log'
import { InMemoryStorageService } from '@codingame/monaco-vscode-api/vscode/vs/platform/storage/common/storage'
import type {
  AuthenticationSession,
  AuthenticationSessionsChangeEvent,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/authentication/common/authentication'
import { AuthenticationService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/authentication/browser/authenticationService'
import { AuthenticationAccessService } from '@codingame/monaco-vscode-authentication-service-override/vscode/vs/workbench/services/authentication/browser/authenticationAccessService'
import { MainThreadAuthentication } from '@codingame/monaco-vscode-extensions-service-override/vscode/vs/workbench/api/browser/mainThreadAuthentication'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Account, AccountsState } from '../bridge'
import { fakeBridge, type FakeBridge } from '../bridge/fake'
import { AccountProvider, places, type SignInAsker } from './authentication'
import { giveTokens, type Seam } from './authenticationTokens'

// The workbench's own classes answer the extension; only its dialogs and stores are small ones.

const octocat: Account = {
  id: 'github:github.com/1',
  kind: 'github',
  host: 'github.com',
  service: 'GitHub',
  label: '@octocat',
  name: '',
  email: '',
  avatar: '',
  expired: false,
  message: '',
  scopes: ['read:user'],
  signedInAt: 0,
  manage: '',
  uses: [],
  role: '',
  startUrl: '',
  region: '',
}
const hubot: Account = { ...octocat, id: 'github:github.com/2', label: '@hubot' }
const ada: Account = {
  ...octocat,
  id: 'google:accounts.google.com/3',
  kind: 'google',
  host: 'accounts.google.com',
  label: 'ada@example.com',
}

let state: AccountsState
let bridge: FakeBridge
let access: AuthenticationAccessService
let service: AuthenticationService
let thread: MainThreadAuthentication
let provider: AccountProvider
/** what the person answers to "The extension wants to sign in" */
let consents: boolean
/** which account they pick */
let picks: string
let asked: Parameters<SignInAsker>[0][]
let answer: SignInAsker
let seam: Seam
let patched: { dispose(): void }

beforeEach(() => {
  state = { seq: 1, accounts: [octocat, ada], services: [], signIns: [] }
  consents = false
  picks = ''
  asked = []
  answer = async () => undefined
  bridge = fakeBridge({
    methods: {
      'Accounts.State': () => state,
      'Accounts.SignOut': () => undefined,
      'Accounts.ExtensionSession': () => ({ token: 'gho_secret' }),
    },
  })
  access = new AuthenticationAccessService(new InMemoryStorageService(), {} as never)
  service = new AuthenticationService(
    { activateByEvent: async () => undefined } as never,
    access,
    {} as never,
    new NullLogService(),
  )
  const [place] = places
  if (!place) throw new Error('there is no provider')
  provider = new AccountProvider(place, bridge, (request) => {
    asked.push(request)
    return answer(request)
  })
  service.registerAuthenticationProvider(provider.id, provider)
  seam = {
    provider: (id) => (service.isAuthenticationProviderRegistered(id) ? service.getProvider(id) : undefined),
    isAllowed: (...question) => access.isAccessAllowed(...question) === true,
  }
  patched = giveTokens(bridge, async () => seam)
  thread = mainThread()
})

afterEach(() => {
  patched.dispose()
  thread.dispose()
  service.dispose()
})

function mainThread(): MainThreadAuthentication {
  const nothing = {} as never
  const preferences = new Map<string, string>()
  const extensions = {
    onDidChangeAccountPreference: Event.None,
    getAccountPreference: (extension: string) => preferences.get(extension),
    updateAccountPreference: (extension: string, _: string, { label }: { label: string }) =>
      void preferences.set(extension, label),
    updateNewSessionRequests: () => undefined,
    requestSessionAccess: () => undefined,
    requestNewSession: async () => undefined,
    selectSession: async (
      _provider: string,
      _id: string,
      _name: string,
      _scopes: unknown,
      all: AuthenticationSession[],
    ) => all.find(({ account }) => account.label === picks),
  }
  return new MainThreadAuthentication(
    {
      getProxy: () => ({ $onDidChangeAuthenticationSessions: () => undefined }),
      extensionHostKind: 1,
    } as never,
    nothing,
    service,
    extensions as never,
    access,
    { addAccountUsage: () => undefined } as never,
    { prompt: async () => ({ result: consents }) } as never,
    nothing,
    nothing,
    { publicLog2: () => undefined } as never,
    nothing,
    new NullLogService(),
    nothing,
    { onDidChangeTokens: Event.None } as never,
    nothing,
    nothing,
    nothing,
    nothing,
  )
}

function getSession(
  options: { createIfNone?: boolean; silent?: boolean } = { createIfNone: true },
  scopes = ['read:user'],
  extension = 'acme.reviews',
): Promise<AuthenticationSession | undefined> {
  return thread.$getSession('github', scopes, extension, 'Reviews', options)
}

function tokenCalls(): unknown[] {
  return bridge.calls
    .filter(({ name }) => name === 'Accounts.ExtensionSession')
    .map((call) => call.arguments[0])
}

test('without consent no token is asked for, and the extension gets none', async () => {
  await expect(getSession()).rejects.toThrow(/consent/)
  expect(await getSession({ silent: true })).toBeUndefined()
  expect(tokenCalls()).toEqual([])
})

test('with consent Go is asked for a token exactly once, for this extension', async () => {
  consents = true
  picks = '@octocat'
  expect(await getSession()).toEqual({
    id: octocat.id,
    accessToken: 'gho_secret',
    account: { id: octocat.id, label: '@octocat' },
    scopes: ['read:user'],
  })
  expect(tokenCalls()).toEqual([
    {
      accountId: octocat.id,
      extensionId: 'acme.reviews',
      extensionName: 'Reviews',
      scopes: ['read:user'],
    },
  ])
})

test('one extension’s consent is no other’s, and the workbench itself holds no token', async () => {
  consents = true
  picks = '@octocat'
  await getSession()
  consents = false
  expect((await getSession({ silent: true }))?.accessToken, 'it is remembered').toBe('gho_secret')
  expect(await getSession({ silent: true }, ['read:user'], 'other.thing')).toBeUndefined()
  await expect(getSession({ createIfNone: true }, ['read:user'], 'other.thing')).rejects.toThrow(/consent/)
  expect(tokenCalls()).toHaveLength(2)
  const sessions = await service.getSessions('github')
  expect(sessions.map((each) => each.accessToken)).toEqual([''])
})

test('consent that was taken back counts at once', async () => {
  consents = true
  picks = '@octocat'
  await getSession()
  access.updateAllowedExtensions('github', '@octocat', [
    { id: 'acme.reviews', name: 'Reviews', allowed: false },
  ])
  expect(await getSession({ silent: true })).toBeUndefined()
  expect(tokenCalls()).toHaveLength(1)
})

test('what the workbench answers is looked at once more before Go is asked', async () => {
  consents = true
  picks = '@octocat'
  seam = { ...seam, isAllowed: () => false }
  expect(await getSession()).toBeUndefined()
  expect(tokenCalls()).toEqual([])
})

test('another provider’s sessions pass as they are', async () => {
  const theirs: AuthenticationSession = {
    id: 'x',
    accessToken: 'theirs',
    account: { id: 'x', label: 'x' },
    scopes: [],
  }
  service.registerAuthenticationProvider('acme', {
    id: 'acme',
    label: 'Acme',
    supportsMultipleAccounts: false,
    onDidChangeSessions: new Emitter<AuthenticationSessionsChangeEvent>().event,
    getSessions: async () => [theirs],
    createSession: async () => theirs,
    removeSession: async () => undefined,
  })
  consents = true
  const got = await thread.$getSession('acme', [], 'acme.reviews', 'Reviews', { createIfNone: true })
  expect(got?.accessToken).toBe('theirs')
  expect(tokenCalls()).toEqual([])
})

test('rights that the account lacks are signed in for, and the ones it has are kept', async () => {
  consents = true
  answer = async () => {
    state = {
      ...state,
      seq: 2,
      accounts: [{ ...octocat, scopes: ['read:user', 'repo'] }, ada],
    }
    return octocat.id
  }
  const session = await getSession({ createIfNone: true }, ['repo', 'VSCODE_CLIENT_ID:1'])
  expect(session?.scopes).toEqual(['read:user', 'repo'])
  expect(session?.accessToken).toBe('gho_secret')
  expect(asked).toEqual([
    { kind: 'github', host: 'github.com', accountId: octocat.id, scopes: ['read:user', 'repo'] },
  ])
  expect(tokenCalls(), 'Go knows no scope of VS Code’s own').toMatchObject([{ scopes: ['repo'] }])
})

test('a sign-in that is cancelled rejects, and no token is asked for', async () => {
  state = { ...state, accounts: [ada] }
  consents = true
  await expect(getSession()).rejects.toThrow(/Canceled/)
  expect(asked).toEqual([{ kind: 'github', host: '', accountId: '', scopes: ['read:user'] }])
  expect(tokenCalls()).toEqual([])
  expect(access.isAccessAllowed('github', '@octocat', 'acme.reviews')).toBeUndefined()
})

test('an account whose scopes nobody names serves every extension that is let use it', async () => {
  state = { ...state, accounts: [{ ...octocat, scopes: [] }] }
  consents = true
  picks = '@octocat'
  expect((await getSession({ createIfNone: true }, ['repo']))?.accessToken).toBe('gho_secret')
  expect(asked).toEqual([])
})

test('of several accounts the extension gets the one that was picked', async () => {
  state = { ...state, accounts: [octocat, hubot, ada] }
  consents = true
  picks = '@hubot'
  expect((await getSession())?.account.label).toBe('@hubot')
  expect(tokenCalls()).toMatchObject([{ accountId: hubot.id }])
})

test('an expired account is listed, and given to no extension', async () => {
  state = { ...state, accounts: [{ ...octocat, expired: true }] }
  expect(await service.getAccounts('github')).toEqual([{ id: octocat.id, label: '@octocat' }])
  expect(await service.getSessions('github', ['read:user'])).toEqual([])
})

test('the workbench is told who came, who went and who changed', () => {
  const told: unknown[] = []
  provider.onDidChangeSessions(({ added, removed, changed }) =>
    told.push([added, removed, changed].map((some) => some?.map(({ account }) => account.label))),
  )
  provider.take(state)
  provider.take({ ...state, accounts: [octocat, hubot] })
  provider.take({ ...state, accounts: [{ ...hubot, scopes: ['repo'] }] })
  provider.take({ ...state, accounts: [{ ...hubot, scopes: ['repo'] }] })
  expect(told).toEqual([
    [['@octocat'], [], []],
    [['@hubot'], [], []],
    [[], ['@octocat'], ['@hubot']],
  ])
})

test('signing out in the workbench signs out in Go', async () => {
  await service.removeSession('github', octocat.id)
  expect(bridge.calls.filter(({ name }) => name === 'Accounts.SignOut')).toMatchObject([
    { arguments: [octocat.id] },
  ])
})
