import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Failure } from '../../bridge'
import { calls } from '../../testing/window'
import { minutesAndSeconds, wholeMinutes } from './countdown.svelte'
import { AccountStore } from './store.svelte'
import { fakeAccounts, identityCenter, mona, service, signIn, type FakeAccounts } from './testing/fake'
import { goodFor, regionProblem, roleItems, signOutQuestion, startProblem } from './wording'

let fake: FakeAccounts
let store: AccountStore

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  store.dispose()
  vi.useRealTimers()
})

async function open(part: Parameters<typeof fakeAccounts>[0] = {}): Promise<void> {
  fake = fakeAccounts(part)
  store = new AccountStore(fake.host)
  store.follow()
  await vi.advanceTimersByTimeAsync(0)
}

test('it takes what is newer, whatever arrives last', async () => {
  await open()
  const first = fake.state
  fake.change({ accounts: [mona] })
  expect(store.accounts).toEqual([mona])
  fake.host.bridge.emit('accounts', first)
  expect(store.accounts).toEqual([mona])
  store.dispose()
  fake.change({ accounts: [] })
  expect(store.accounts, 'it no longer follows').toEqual([mona])
})

test('an answer that is older than an event is dropped', async () => {
  await open()
  const slow = fake.state
  let answer: (value: typeof slow) => void = () => undefined
  fake.host.bridge.Accounts.State = () => new Promise((resolve) => (answer = resolve))
  const refreshed = store.refresh()
  fake.change({ accounts: [mona] })
  answer(slow)
  await refreshed
  expect(store.accounts).toEqual([mona])
})

test('a sign-in is asked for whole, and its failure is shown', async () => {
  await open()
  const id = await store.signIn({ kind: 'github', host: 'github.com' })
  expect(id).toBe('in1')
  expect(calls(fake.host, 'Accounts.SignIn')).toEqual([
    [
      {
        kind: 'github',
        host: 'github.com',
        method: '',
        accountId: '',
        use: '',
        startUrl: '',
        region: '',
        share: false,
        scopes: [],
      },
    ],
  ])
  expect(store.open.map(({ stage }) => stage)).toEqual(['starting'])
  fake.fails = new Failure('internal', 'The proxy refuses.', 'Look at the settings.')
  expect(await store.signIn({ kind: 'google' })).toBeUndefined()
  expect(store.trouble?.message).toBe('The proxy refuses.')
})

test('one that is done is told of for a while, then taken off the list', async () => {
  await open()
  const id = (await store.signIn({ kind: 'github' })) ?? ''
  fake.change({ accounts: [mona] })
  fake.step(id, { stage: 'done', accountId: mona.id })
  expect(store.signIns).toHaveLength(1)
  expect(store.open).toEqual([])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(store.signIns).toEqual([])
  expect(calls(fake.host, 'Accounts.Cancel')).toEqual([[id]])
})

test('one that was cancelled is taken off the list at once', async () => {
  await open()
  const id = (await store.signIn({ kind: 'github' })) ?? ''
  await store.cancel(id)
  expect(store.signIns).toEqual([])
  await vi.advanceTimersByTimeAsync(0)
  expect(fake.state.signIns).toEqual([])
})

test('trying again asks for the same, and takes the failure off the list', async () => {
  await open()
  const startUrl = 'https://x.awsapps.com/start'
  const id = (await store.signIn({ kind: 'aws', startUrl, region: 'eu-west-1', share: true })) ?? ''
  fake.step(id, { stage: 'failed', message: 'The code has run out.' })
  const [failed] = store.open
  if (!failed) throw new Error('nothing has failed')
  await store.again(failed)
  expect(store.open.map(({ id, stage }) => [id, stage])).toEqual([['in2', 'starting']])
  expect(calls(fake.host, 'Accounts.SignIn')[1]).toEqual(calls(fake.host, 'Accounts.SignIn')[0])
})

test('after AWS the role is asked for, grouped by account', async () => {
  await open()
  fake.host.picks = ['Bedrock']
  const id = (await store.signIn({ kind: 'aws' })) ?? ''
  fake.change({ accounts: [identityCenter] })
  fake.step(id, { stage: 'done', accountId: identityCenter.id })
  await vi.advanceTimersByTimeAsync(0)
  expect(fake.host.picked[0]?.map(({ label, group }) => [group, label])).toEqual([
    ['Main (111111111111)', 'Admin'],
    ['Tools (222222222222)', 'Bedrock'],
    ['Tools (222222222222)', 'ReadOnly'],
  ])
  expect(calls(fake.host, 'Accounts.SetRole')).toEqual([[identityCenter.id, '222222222222/Bedrock']])
  expect(store.accounts[0]?.role).toBe('222222222222/Bedrock')
})

test('roles that cannot be listed are said so, and a cancelled choice changes nothing', async () => {
  await open({ accounts: [identityCenter] })
  await store.chooseRole(identityCenter)
  expect(calls(fake.host, 'Accounts.SetRole')).toEqual([])
  fake.fails = new Failure('internal', 'AWS does not answer.', '')
  await store.chooseRole(identityCenter)
  expect(store.trouble?.message).toBe('AWS does not answer.')
})

test('a sign-in of another window asks for no role here', async () => {
  await open()
  fake.change({
    accounts: [identityCenter],
    signIns: [signIn({ kind: 'aws', stage: 'done', accountId: identityCenter.id })],
  })
  await vi.advanceTimersByTimeAsync(0)
  expect(fake.host.picked).toEqual([])
})

test('signing out says what stops working, and is asked', async () => {
  await open({ accounts: [mona] })
  expect(await store.signOut(mona)).toBe(false)
  expect(fake.host.questions[0]?.detail).toContain('GitHub Models')
  expect(fake.host.questions[0]?.detail).not.toContain('git in Keel')
  expect(calls(fake.host, 'Accounts.SignOut')).toEqual([])
  fake.host.confirms = [true]
  expect(await store.signOut(mona)).toBe(true)
  expect(store.accounts).toEqual([])
  expect(signOutQuestion({ ...mona, uses: [] }).detail).toContain('Nothing uses')
})

test('what is abandoned is cancelled, also where its id comes later', async () => {
  await open()
  await store.signIn({ kind: 'github' })
  const late = store.signIn({ kind: 'google' })
  store.abandon()
  await late
  expect(calls(fake.host, 'Accounts.Cancel').flat().sort()).toEqual(['in1', 'in2'])
})

test('the client secret goes to Go and is nowhere in the page', async () => {
  await open()
  const [service] = store.services
  if (!service) throw new Error('there is no service')
  await store.askSecret(service)
  expect(calls(fake.host, 'Accounts.SetClientSecret')).toEqual([])
  fake.host.answers = [' s3cret ']
  await store.askSecret(service)
  expect(calls(fake.host, 'Accounts.SetClientSecret')).toEqual([['github', 'github.com', 's3cret']])
  expect(JSON.stringify(store.state)).not.toContain('s3cret')
})

test.each([
  [0, '0:00', 'The time is up.'],
  [-5, '0:00', 'The time is up.'],
  [1, '0:01', 'Less than a minute left.'],
  [59_001, '1:00', 'Less than a minute left.'],
  [60_001, '1:01', '2 minutes left.'],
  [847_000, '14:07', '15 minutes left.'],
  [7_200_000, '120:00', '120 minutes left.'],
])('%d ms are %s, and said as “%s”', (left, shown, said) => {
  expect([minutesAndSeconds(left), wholeMinutes(left)]).toEqual([shown, said])
})

test.each([
  ['', false],
  ['my-company', false],
  ['http://my-company.awsapps.com/start', false],
  ['https://me:pw@my-company.awsapps.com/start', false],
  [' https://my-company.awsapps.com/start ', true],
])('the start URL “%s” will do: %s', (text, good) => {
  expect(startProblem(text) === undefined).toBe(good)
})

test.each([
  ['', false],
  ['Frankfurt', false],
  ['eu-central', false],
  ['eu-central-1', true],
  ['us-gov-west-1', true],
])('the region “%s” will do: %s', (text, good) => {
  expect(regionProblem(text) === undefined).toBe(good)
})

test('the role in use is marked, and hidden characters show', () => {
  const [item] = roleItems([{ role: '1/Ad\u202emin', account: '1', name: '', email: '' }], '1/Ad\u202emin')
  expect(item).toMatchObject({ current: true, group: '1' })
  expect(item?.label).toContain('U+202E')
})

test('GitHub Models are offered at the public GitHub only', () => {
  expect(goodFor(service({ kind: 'github', host: 'github.com' }))).toContain('Models')
  expect(goodFor(service({ kind: 'github', host: 'ghe.example.com' }))).not.toContain('Models')
  expect(goodFor(service({ kind: 'google', host: 'accounts.google.com' }))).toContain('Bedrock')
})
