// Signing in at GitHub and Google, as a person does it: the window on one side, the
// person's browser on the other, and a real keychain below.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { enterCodeAtGitHub, people, signInAtGoogle } from './accounts.mjs'
import { until } from './harness.mjs'
import {
  closed,
  codeOf,
  comingBack,
  listens,
  signInElsewhere,
  startInternet,
  startWindow,
} from './signin.mjs'
import * as wb from './workbench.mjs'

const timeout = 600_000
let internet, world, window

before(async () => {
  internet = await startInternet()
  ;({ world } = internet)
})
after(() => internet?.end())

/** Starts a window for a test, which afterEach ends. */
async function begin(options) {
  window = await startWindow(internet, options)
}

const copied = () => window.page.evaluate(() => navigator.clipboard.readText())

describe('signing in', { timeout }, () => {
  afterEach(async (context) => {
    await wb.conclude(window.page, context)
    await window.end()
    await world.switch({})
  })

  test('with GitHub by a code: kept over restarts, until one signs out', async () => {
    await begin()
    await window.offer(/^Sign in with GitHub/).click()
    const step = window.step('Signing in with GitHub')
    const code = await codeOf(step)
    await step.getByText(/left$/).waitFor()
    await step.getByRole('button', { name: 'Copy the code' }).click()
    assert.equal(await copied(), code)
    assert.equal(await window.person.next(), 'https://github.com/login/device')
    await enterCodeAtGitHub(internet.browser, code)
    await step.waitFor({ state: 'detached' })
    const row = window.signedIn().filter({ hasText: 'The Octocat' })
    await row.getByText('Signed in as').waitFor()
    await shown(row.locator('img'))

    await window.restart()
    await window.signedIn().filter({ hasText: 'The Octocat' }).waitFor()
    await window.showAccounts()
    const card = window.card('The Octocat')
    await card.getByText(/^GitHub: @octocat/).waitFor()
    await card.getByRole('checkbox', { name: /GitHub Models/, checked: true }).waitFor()
    await card.getByRole('checkbox', { name: /git in the terminal/, checked: false }).waitFor()
    await window.accounts().getByText('Tokens are kept in the keychain').waitFor()

    await world.forget()
    await window.signOut('The Octocat', '@octocat')
    const told = (await world.requests()).filter(({ host }) => host === 'api.github.com')
    assert.deepEqual(
      told.map(({ method, path, status }) => `${method} ${path} ${status}`),
      ['POST /credentials/revoke 202'],
    )
    await window.restart()
    await window.offer(/^Sign in with GitHub/).waitFor()
    assert.equal(await window.signedIn().count(), 0)
    assert.doesNotMatch(await readFile(join(window.home.data, 'accounts.json'), 'utf8'), /octocat/)
  })

  test('with Google: cancelled, denied, allowed; nothing listens afterwards', async () => {
    await begin()
    const step = window.step('Signing in with Google')
    await window.beginGoogle()
    const first = await window.person.next()
    assert.ok(await listens(comingBack(first)))
    await step.getByText('Waiting for the browser').waitFor()
    await step.getByRole('button', { name: 'Copy the address' }).click()
    assert.equal(await copied(), first)
    await step.getByRole('button', { name: 'Cancel' }).click()
    await step.waitFor({ state: 'detached' })
    await closed(comingBack(first))

    await window.beginGoogle()
    const second = await window.person.next()
    assert.notEqual(new URL(second).searchParams.get('state'), new URL(first).searchParams.get('state'))
    const refused = await signInAtGoogle(internet.browser, second, { allow: false })
    await refused.close()
    const failed = window.step('Signing in with Google did not work')
    await failed.getByRole('alert').waitFor()
    await closed(comingBack(second))

    await failed.getByRole('button', { name: 'Try again' }).click()
    const third = await window.person.next()
    const came = await signInAtGoogle(internet.browser, third)
    await came.getByText(/close this/i).waitFor()
    await came.close()
    await window.signedIn().filter({ hasText: people.ada.name }).waitFor()
    await closed(comingBack(third))
  })

  test('with Google, the browser on another machine: the address it came to is pasted', async () => {
    await begin()
    await window.beginGoogle()
    const step = window.step('Signing in with Google')
    const field = step.getByRole('textbox', { name: 'The address the browser came to, or the code' })
    const paste = async (text) => {
      await field.fill(text)
      await field.press('Enter')
    }
    const address = await window.person.next()
    await step.getByRole('button', { name: 'Paste the code' }).click()
    // What is of no use is said, and the sign-in goes on.
    await paste('http://127.0.0.1/callback?state=of-another-sign-in&code=of-another-sign-in')
    await step.getByText('belongs to another sign-in').waitFor()
    await paste(await signInElsewhere(internet, address))
    await window.signedIn().filter({ hasText: people.ada.name }).waitFor()
    await closed(comingBack(address))
  })

  test('without a browser: the address is shown, and can be copied', async () => {
    await begin({ browser: false })
    await window.beginGoogle()
    const step = window.step('Signing in with Google')
    await step.getByText('No browser could be started').waitFor()
    await step.getByRole('button', { name: 'Copy the address' }).click()
    const address = await copied()
    await step.getByText(address, { exact: true }).waitFor()
    const came = await signInAtGoogle(internet.browser, address)
    await came.close()
    await window.signedIn().filter({ hasText: people.ada.name }).waitFor()
  })
})

/** Waits until a picture is there. */
async function shown(image) {
  await image.waitFor()
  await until('the picture is loaded', () =>
    image.evaluate((element) => element instanceof HTMLImageElement && element.naturalWidth > 0),
  )
}
