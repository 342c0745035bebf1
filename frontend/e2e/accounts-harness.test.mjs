// The internet of the sign-in tests is itself tested: a browser signs in there by
// hand, nothing else is reached, and a program finds an open keyring.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  enterCodeAtGitHub,
  joinAccounts,
  openBrowser,
  signInAtGoogle,
  startAccounts,
  throughKeyring,
} from './accounts.mjs'
import { launchChromium, makeHome, product, start } from './harness.mjs'

let chromium, world, home, browser

before(async () => {
  world = await startAccounts({ interval: '1ms' })
  chromium = await launchChromium()
  browser = await openBrowser(chromium, world)
  home = await makeHome()
})

after(async () => {
  await chromium?.close()
  await world?.end()
  await home?.remove()
})

test('a browser enters a code at GitHub', async () => {
  const form = { client_id: world.clients.github.id, scope: 'repo' }
  const asked = await browser.request.post('https://github.com/login/device/code', {
    form,
    headers: { Accept: 'application/json' },
  })
  const { device_code, user_code } = await asked.json()
  const page = await enterCodeAtGitHub(browser, user_code)
  await page.close()
  const given = await browser.request.post('https://github.com/login/oauth/access_token', {
    form: { ...form, device_code, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' },
    headers: { Accept: 'application/json' },
  })
  const { access_token } = await given.json()
  assert.match(access_token, /^gho_/)
  const secrets = await world.secrets()
  assert.ok(secrets.includes(access_token) && secrets.includes(device_code))
  const user = await browser.request.get('https://api.github.com/user', {
    headers: { Authorization: `Bearer ${access_token}` },
  })
  assert.equal((await user.json()).login, 'octocat')
})

test('a browser signs in at Google', async () => {
  const query = new URLSearchParams({
    client_id: world.clients.google.id,
    redirect_uri: 'http://127.0.0.1:1/callback',
    response_type: 'code',
    scope: 'openid email',
    state: 'the-state-of-this-test',
    nonce: 'n',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  })
  const address = `https://accounts.google.com/o/oauth2/v2/auth?${query}`
  const page = await browser.newPage()
  // Nobody listens where Keel would: what counts is where the browser is sent.
  const back = page.waitForRequest(/^http:\/\/127\.0\.0\.1:1\//)
  const signing = signInAtGoogle({ newPage: async () => page }, address).catch(() => undefined)
  const came = new URL((await back).url())
  await page.close()
  await signing
  assert.equal(came.searchParams.get('state'), 'the-state-of-this-test')
  assert.ok((await world.secrets()).includes(came.searchParams.get('code')))
})

test('nothing else is reached, and the switches work', async () => {
  // In a page of its own each: after a failure the browser goes on to a page that says so.
  const go = async (address) => {
    const page = await browser.newPage()
    await page.goto(address).finally(() => page.close())
  }
  await assert.rejects(go('https://example.com/'))
  assert.ok((await world.refused()).includes('example.com'))
  await world.switch({ refusing: true })
  await assert.rejects(go('https://github.com/login/device'))
  await world.switch({})
  await go('https://github.com/login/device')
})

test('Keel is told of the internet, and finds an open keyring', async () => {
  const joined = await joinAccounts(home, world)
  const [command, ...args] = throughKeyring
  const doctor = start(command, [...args, product, 'doctor', '--workspace', home.folder], {
    env: { ...home.env, ...joined.env },
  })
  await doctor.ended
  assert.match(doctor.output(), new RegExp(`ok +network +proxy ${world.proxy}, from the setting`))
  assert.match(doctor.output(), /ok {4}keychain/)
  const opening = start('sh', ['-c', 'xdg-open "https://github.com/a b"'], {
    env: { ...home.env, ...joined.env },
  })
  await opening.ended
  assert.equal(await joined.next(), 'https://github.com/a b')
})
