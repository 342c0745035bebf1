import { cleanup, render, type RenderResult } from '@testing-library/svelte'
import { tick } from 'svelte'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Failure, type AccountsState } from '../../bridge'
import { calls } from '../../testing/window'
import AccountsPage from './AccountsPage.svelte'
import { askToSignIn, startAccounts } from '.'
import SignInOffer from './SignInOffer.svelte'
import { AccountStore } from './store.svelte'
import {
  fakeAccounts,
  google,
  identityCenter,
  mona,
  service,
  services,
  signIn,
  withoutClient,
  type FakeAccounts,
} from './testing/fake'

let fake: FakeAccounts
let shown: RenderResult<typeof AccountsPage>
let copied: string[]

beforeEach(() => {
  copied = []
  Object.defineProperty(navigator, 'clipboard', {
    configurable: true,
    value: { writeText: async (text: string) => void copied.push(text) },
  })
})

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

async function settle(): Promise<void> {
  for (let i = 0; i < 12; i++) await tick()
}

async function showPage(): Promise<void> {
  shown = render(AccountsPage, { host: fake.host, store: new AccountStore(fake.host) })
  await settle()
}

async function offer(part: Partial<AccountsState> = {}, offered = true): Promise<void> {
  fake = fakeAccounts(part)
  // What is asked of either is asked of what they draw.
  const drawn: RenderResult<typeof SignInOffer> = render(SignInOffer, { host: fake.host, offer: offered })
  shown = { ...drawn, rerender: async () => undefined }
  await settle()
}

async function page(part: Partial<AccountsState> = {}): Promise<void> {
  fake = fakeAccounts(part)
  await showPage()
}

function button(name: string | RegExp): HTMLElement {
  return shown.getByRole('button', { name })
}

async function press(name: string | RegExp): Promise<void> {
  const found = button(name)
  found.focus()
  found.click()
  await settle()
}

async function key(element: Element, name: string): Promise<KeyboardEvent> {
  const event = new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true })
  element.dispatchEvent(event)
  await settle()
  return event
}

async function type(label: string, text: string): Promise<HTMLInputElement> {
  const field = shown.getByLabelText(label)
  if (!(field instanceof HTMLInputElement)) throw new Error(`${label} is no field`)
  field.value = text
  field.dispatchEvent(new Event('input', { bubbles: true }))
  await settle()
  return field
}

function step(part: Parameters<FakeAccounts['step']>[1]): Promise<void> {
  fake.step('in1', part)
  return settle()
}

test('GitHub and Google come first, and AWS is quieter', async () => {
  await offer()
  expect(shown.getAllByRole('button').map((each) => each.textContent.replaceAll(/\s+/g, ' ').trim())).toEqual(
    [
      'Sign in with GitHub Models, private issues and files, git over HTTPS',
      'G Sign in with Google Amazon Bedrock through an AWS role, without keys',
      'AWS IAM Identity Center',
    ],
  )
})

test('nothing is offered where a model is in use, or there is nowhere to sign in', async () => {
  await offer({}, false)
  expect(shown.container.textContent).toBe('')
  cleanup()
  await offer({ services: [] })
  expect(shown.container.textContent.trim()).toBe('')
})

test('the code can be read, copied and opened once more, and the time runs', async () => {
  vi.useFakeTimers({ now: 1_000_000 })
  await offer()
  await press(/^Sign in with GitHub/)
  await step({
    stage: 'code',
    code: 'WDJB-MJHT',
    address: 'https://github.com/login/device',
    untilAt: 1_000_000 + 125_000,
  })
  expect(shown.getByRole('img', { name: 'Code: W D J B - M J H T' }).textContent).toBe('WDJB-MJHT')
  expect(shown.getByText('https://github.com/login/device')).toBeDefined()
  await press('Copy the code')
  expect(copied).toEqual(['WDJB-MJHT'])
  expect(button('Copied')).toBeDefined()
  await press('Open the page again')
  expect(calls(fake.host, 'Accounts.Browse')).toEqual([['in1']])
  expect(shown.getByText('2:05 left').getAttribute('aria-hidden')).toBe('true')
  expect(shown.getByText('3 minutes left.').getAttribute('role')).toBe('status')
  await vi.advanceTimersByTimeAsync(4000)
  expect(shown.getByText('2:01 left')).toBeDefined()
  expect(shown.getByText('3 minutes left.'), 'nothing new is said').toBeDefined()
  await vi.advanceTimersByTimeAsync(2000)
  expect(shown.getByText('2 minutes left.')).toBeDefined()
})

test('each step takes the keyboard over from the one before, and from nobody else', async () => {
  await offer()
  await press(/^Sign in with GitHub/)
  expect(document.activeElement?.textContent).toContain('Signing in with GitHub')
  await step({ stage: 'code', code: 'A', address: 'https://github.com/login/device' })
  button('Copy the code').focus()
  await step({ stage: 'finishing' })
  expect(document.activeElement?.textContent).toContain('Signing in with GitHub')
  const elsewhere = document.createElement('input')
  document.body.append(elsewhere)
  elsewhere.focus()
  await step({ stage: 'failed', message: 'It was denied.' })
  expect(document.activeElement).toBe(elsewhere)
  elsewhere.remove()
})

test('Escape cancels, goes no further, and the buttons are back with the keyboard in them', async () => {
  await offer()
  await press(/^Sign in with GitHub/)
  const event = await key(document.activeElement ?? document.body, 'Escape')
  expect(event.defaultPrevented).toBe(true)
  expect(calls(fake.host, 'Accounts.Cancel')[0]).toEqual(['in1'])
  expect(button(/^Sign in with GitHub/)).toBeDefined()
  expect(shown.container.contains(document.activeElement)).toBe(true)
})

test('while the browser is waited for, its address can be copied and a code be pasted', async () => {
  await offer()
  await press(/^Sign in with Google/)
  await step({ stage: 'browser', address: 'https://accounts.google.com/o?x=1', canPaste: true })
  expect(shown.getByText(/Waiting for the browser/)).toBeDefined()
  await press('Copy the address')
  expect(copied).toEqual(['https://accounts.google.com/o?x=1'])
  await press('Paste the code')
  const field = await type('The address the browser came to, or the code', ' http://127.0.0.1:1/?code=abc ')
  expect(document.activeElement).toBe(field)
  await key(field, 'Enter')
  expect(calls(fake.host, 'Accounts.Paste')).toEqual([['in1', 'http://127.0.0.1:1/?code=abc']])
  expect(field.value).toBe('')
  fake.fails = new Failure('invalid', 'That address is of another sign-in.', 'Copy it once more.')
  await type('The address the browser came to, or the code', 'wrong')
  await press('Go on')
  expect(shown.getByRole('alert').textContent).toContain('That address is of another sign-in.')
  expect(field.value, 'it can be mended').toBe('wrong')
})

test('what to know of a sign-in that worked stays until it was read', async () => {
  vi.useFakeTimers()
  await offer({
    accounts: [mona],
    signIns: [signIn({ stage: 'done', accountId: mona.id, message: 'It did not give the right "repo".' })],
  })
  await vi.advanceTimersByTimeAsync(60_000)
  vi.useRealTimers()
  expect(shown.getByText(/did not give the right/)).toBeDefined()
  await press('Dismiss')
  expect(calls(fake.host, 'Accounts.Cancel')).toEqual([['in1']])
  expect(shown.queryByText(/did not give the right/)).toBeNull()
})

test('where no browser starts the address is shown', async () => {
  await offer({
    signIns: [signIn({ stage: 'browser', noBrowser: true, address: 'https://accounts.google.com/o' })],
  })
  expect(shown.getByText(/No browser could be started/)).toBeDefined()
  expect(shown.getByText('https://accounts.google.com/o')).toBeDefined()
})

test('a failure says why and what to do, and can be tried again', async () => {
  await offer()
  await press(/^Sign in with GitHub/)
  await step({ stage: 'failed', message: 'The code has run out.', hint: 'Be quicker.' })
  expect(shown.getByRole('alert').textContent).toContain('The code has run out. Be quicker.')
  await press('Try again')
  expect(calls(fake.host, 'Accounts.SignIn')).toHaveLength(2)
  expect(shown.queryByRole('alert')).toBeNull()
})

test('a service without a client id explains how to make one', async () => {
  await offer({ services: [service(), withoutClient] })
  await press(/^Sign in with Google/)
  expect(calls(fake.host, 'Accounts.SignIn')).toEqual([])
  expect(shown.getAllByRole('listitem')).toHaveLength(3)
  await press('https://console.cloud.google.com/auth/clients')
  expect(fake.host.questions[0]?.detail).toBe('https://console.cloud.google.com/auth/clients')
  expect(calls(fake.host, 'Window.OpenExternal')).toEqual([])
  fake.host.confirms = [true]
  await press('https://console.cloud.google.com/auth/clients')
  expect(calls(fake.host, 'Window.OpenExternal')).toEqual([['https://console.cloud.google.com/auth/clients']])
  await press('Open the setting')
  expect(fake.host.opened).toEqual(['settings: keelAgent.accounts.googleClientId'])
  fake.host.answers = ['abc']
  await press('Enter the client secret…')
  expect(calls(fake.host, 'Accounts.SetClientSecret')).toEqual([['google', 'accounts.google.com', 'abc']])
  await press('Back')
  expect(button(/^Sign in with GitHub/)).toBeDefined()
})

test('an address that leads astray is not opened', async () => {
  await offer({ services: [{ ...withoutClient, setupAddress: 'javascript:alert(1)' }] })
  await press(/^Sign in with Google/)
  await press('javascript:alert(1)')
  expect(fake.host.questions).toEqual([])
  expect(fake.host.toasts[0]?.message).toContain('does not open')
})

test('AWS asks which identity centre, and shares with the command line only when told to', async () => {
  await offer()
  await press('AWS IAM Identity Center')
  const box = shown.getByRole('checkbox', { name: /^Also for the AWS command line/ })
  expect(box instanceof HTMLInputElement && box.checked).toBe(false)
  await press('Sign in')
  expect(calls(fake.host, 'Accounts.SignIn')[0]?.[0]).toMatchObject({
    kind: 'aws',
    startUrl: 'https://my-company.awsapps.com/start',
    region: 'eu-central-1',
    share: false,
  })
})

test('an identity centre that is not known is typed in, and checked', async () => {
  await offer({ services: services.map((each) => ({ ...each, starts: [] })) })
  await press('AWS IAM Identity Center')
  await press('Sign in')
  expect(shown.getAllByRole('alert')).toHaveLength(2)
  expect(document.activeElement).toBe(shown.getByLabelText('Start URL'))
  await type('Start URL', 'https://other.awsapps.com/start')
  const region = await type('Region of the identity centre', 'us-east-1')
  shown.getByRole('checkbox').click()
  await settle()
  await key(region, 'Enter')
  expect(calls(fake.host, 'Accounts.SignIn')[0]?.[0]).toMatchObject({
    startUrl: 'https://other.awsapps.com/start',
    region: 'us-east-1',
    share: true,
  })
})

test('who is signed in shows as a row, which says so while it is news', async () => {
  await offer({ accounts: [mona], signIns: [signIn({ stage: 'done', accountId: mona.id })] })
  expect(shown.getByRole('status').textContent.replaceAll(/\s+/g, ' ').trim()).toBe(
    'Signed in as Mona Lisa GitHub',
  )
  await press('Manage accounts')
  expect(fake.host.opened).toEqual(['command: keel.showAccounts'])
})

test('the page switches uses, and shows what is so', async () => {
  await page({ accounts: [mona, google] })
  const models = shown.getByRole('checkbox', { name: /^GitHub Models/ })
  models.click()
  await settle()
  expect(calls(fake.host, 'Accounts.SetUse')).toEqual([[mona.id, 'github-models', false]])
  fake.fails = new Failure('internal', 'The list could not be written.', '')
  models.click()
  await settle()
  expect(models instanceof HTMLInputElement && models.checked).toBe(false)
  expect(shown.getByRole('alert').textContent).toContain('could not be written')
})

test('a use that needs further rights says so before it signs in again for them', async () => {
  await page({ accounts: [mona] })
  const git = shown.getByRole('checkbox', { name: /^git in Keel’s terminal/ })
  const described = document.getElementById(git.getAttribute('aria-describedby') ?? '')
  expect(described?.textContent).toContain('signs in again')
  git.click()
  await settle()
  expect(calls(fake.host, 'Accounts.SetUse')).toEqual([])
  expect(calls(fake.host, 'Accounts.SignIn')[0]?.[0]).toMatchObject({
    accountId: mona.id,
    use: 'git-terminal',
  })
  expect(git instanceof HTMLInputElement && git.checked).toBe(false)
})

test('a use that is blocked says why, and leads to the setting', async () => {
  await page({ accounts: [google] })
  const box = shown.getByRole('checkbox', { name: /^Amazon Bedrock/ })
  expect(box instanceof HTMLInputElement && box.disabled).toBe(true)
  expect(shown.getByText(/No AWS role is set/)).toBeDefined()
  shown.getAllByRole('button', { name: 'Open the setting' })[0]?.click()
  await settle()
  expect(fake.host.opened).toEqual(['settings: keelAgent.bedrock.googleRole'])
})

test('an account whose sign-in has ended signs in again as itself', async () => {
  await page({ accounts: [{ ...mona, expired: true, message: 'It was taken back.' }] })
  expect(shown.getByText('It was taken back.')).toBeDefined()
  await press('Sign in again')
  expect(calls(fake.host, 'Accounts.SignIn')[0]?.[0]).toMatchObject({
    accountId: mona.id,
    host: 'github.com',
  })
})

test('several accounts stand side by side, AWS with its role', async () => {
  await page({ accounts: [mona, { ...mona, id: 'github:github.com/2', label: '@work' }, identityCenter] })
  expect(shown.getAllByRole('button', { name: /^Sign out: / })).toHaveLength(3)
  expect(button('Add another account: GitHub')).toBeDefined()
  expect(shown.getByText(/None is chosen yet/)).toBeDefined()
  fake.host.picks = ['ReadOnly']
  await press('Choose an AWS account and role')
  expect(shown.getByText('ReadOnly in 222222222222')).toBeDefined()
})

test('signing out takes the account away, and the keyboard is not lost', async () => {
  await page({ accounts: [mona] })
  fake.host.confirms = [true]
  await press('Sign out: @mona')
  expect(shown.queryByText('Mona Lisa')).toBeNull()
  expect(document.activeElement).not.toBe(document.body)
})

test('it says where tokens are kept, and leads there only where that is to be had', async () => {
  await page()
  expect(shown.getByText(/kept in the keychain/)).toBeDefined()
  expect(shown.queryByRole('button', { name: 'Change' })).toBeNull()
  fake.host.bridge.emit('secrets', { ...fake.secrets, seq: 2, place: 'memory' })
  await settle()
  expect(shown.getByText(/gone when Keel closes/)).toBeDefined()
  fake.host.bridge.emit('secrets', { ...fake.secrets, seq: 1, place: 'passphrase' })
  await settle()
  expect(shown.getByText(/gone when Keel closes/)).toBeDefined()
  cleanup()
  fake.host.registerCommand({ id: 'keel.showSecrets', title: 'Keel: Secrets', run: () => undefined })
  await showPage()
  await press('Change')
  expect(fake.host.opened).toEqual(['command: keel.showSecrets'])
})

test('the page that cannot be read offers to try again', async () => {
  let broken = true
  fake = fakeAccounts(
    {},
    {
      'Accounts.State': () => {
        if (broken) throw new Failure('internal', 'The list is broken.', '')
        return fake.state
      },
    },
  )
  await showPage()
  expect(shown.getByRole('alert').textContent).toContain('The list is broken.')
  broken = false
  await press('Try again')
  expect(button(/^Sign in with GitHub/)).toBeDefined()
})

test('the command opens the page and stands in the menu of the view', async () => {
  fake = fakeAccounts()
  const { host } = fake
  const accounts = startAccounts(host, 'keel.chat')
  const command = host.commands.get('keel.showAccounts')
  expect(command).toMatchObject({ title: 'Keel: Show Accounts', menu: 'keel.chat' })
  await command?.run()
  expect(host.opened).toEqual(['page: keel.accounts'])
  accounts.dispose()
  expect(host.pages.size + host.commands.size).toBe(0)
})

test('over other work: a dialog that ends with the account', async () => {
  fake = fakeAccounts()
  const asked = askToSignIn(fake.host, { kind: 'github', scopes: ['repo'] })
  await settle()
  expect(calls(fake.host, 'Accounts.SignIn')[0]?.[0]).toMatchObject({ host: 'github.com', scopes: ['repo'] })
  expect(fake.host.modal?.textContent).toContain('Signing in with GitHub')
  fake.change({ accounts: [mona] })
  await step({ stage: 'done', accountId: mona.id })
  expect(await asked).toBe(mona.id)
  expect(fake.host.modal).toBeUndefined()
})

test('the dialog that is cancelled, or closed after a failure, gives no account', async () => {
  fake = fakeAccounts()
  const first = askToSignIn(fake.host, { kind: 'github' })
  await settle()
  await step({ stage: 'cancelled' })
  expect(await first).toBeUndefined()
  const second = askToSignIn(fake.host, { kind: 'github' })
  await settle()
  fake.step('in2', { stage: 'failed', message: 'It was denied.' })
  await settle()
  const close = [...(fake.host.modal?.querySelectorAll('button') ?? [])].find(
    (each) => each.textContent.trim() === 'Close',
  )
  close?.click()
  await settle()
  expect(await second).toBeUndefined()
})

test('a service that needs a client id first shows the page instead of a dialog', async () => {
  fake = fakeAccounts({ services: [withoutClient] })
  expect(await askToSignIn(fake.host, { kind: 'google' })).toBeUndefined()
  expect(fake.host.opened).toEqual(['page: keel.accounts'])
  expect(calls(fake.host, 'Accounts.SignIn')).toEqual([])
})
