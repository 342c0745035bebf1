// What stands between a person and a sign-in: no client id, a proxy that refuses or
// wants to know who asks, a network that opens encrypted connections. Each is said
// in words, and mended in the settings without a restart.
import { after, afterEach, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { until } from './harness.mjs'
import { codeOf, startInternet, startWindow } from './signin.mjs'
import * as wb from './workbench.mjs'

let internet, world, window

before(async () => {
  internet = await startInternet()
  ;({ world } = internet)
})
after(() => internet?.end())

const proxyKey = 'keelAgent.network.proxy'
const certificatesKey = 'keelAgent.network.certificates'
const noClients = { 'keelAgent.accounts.githubClientIds': {}, 'keelAgent.accounts.googleClientId': '' }

describe('before a sign-in', { timeout: 600_000 }, () => {
  afterEach(async (context) => {
    await world.switch({})
    await wb.conclude(window.page, context)
    await window.end()
  })

  test('without client ids: three lines say how to make one, and where to put it', async () => {
    window = await startWindow(internet, { settings: noClients })
    for (const [service, at] of [
      ['GitHub', /^https:\/\/github\.com\/settings\//],
      ['Google', /^https:\/\/console\.cloud\.google\.com\//],
    ]) {
      await window.offer(`Sign in with ${service}`).click()
      const card = window.step(`${service} needs a client id first`)
      await card.waitFor()
      assert.equal(await card.getByRole('listitem').count(), 3)
      await card.getByRole('button', { name: /^https:/ }).click()
      const dialog = window.page.getByRole('dialog')
      await dialog.getByText(at).waitFor()
      await dialog.getByRole('button', { name: 'Open' }).click()
      assert.match(await window.person.next(), at)
      await card.getByRole('button', { name: 'Open the setting' }).click()
      await window.page.locator('.settings-editor').waitFor()
      await card.getByRole('button', { name: 'Back' }).click()
    }
    await window.offer('Sign in with GitHub').click()
    await window.configure()
    await window.step('GitHub needs a client id first').waitFor({ state: 'detached' })
    await window.signInWithGitHub()
  })

  test('a proxy that refuses, and one that wants a name and a password', async () => {
    await world.switch({ refusing: true })
    window = await startWindow(internet)
    await window.offer('Sign in with GitHub').click()
    const failed = window.step('Signing in with GitHub did not work')
    await failed
      .getByRole('alert')
      .getByText(/The proxy .*no connection/)
      .waitFor()
    await world.switch({ name: 'ada', password: 'engine' })
    await failed.getByRole('button', { name: 'Try again' }).click()
    await failed.getByRole('alert').getByText('wants a name and a password').waitFor()
    const proxy = new URL(world.proxy)
    proxy.username = 'ada'
    proxy.password = 'engine'
    await window.configure({ [proxyKey]: proxy.href.replace(/\/$/, '') })
    await triedAgain(failed)
    // The person's browser does not know the password: they authorize elsewhere.
    const step = window.step('Signing in with GitHub')
    await world.order('github', 'decide', { code: await codeOf(step), authorize: true })
    await window.signedIn().filter({ hasText: 'The Octocat' }).waitFor()
  })

  test('a certificate of an authority that is not trusted, until its file is named', async () => {
    window = await startWindow(internet, { settings: { [certificatesKey]: [] } })
    await window.offer('Sign in with GitHub').click()
    const failed = window.step('Signing in with GitHub did not work')
    const alert = failed.getByRole('alert')
    await alert
      .getByText(/authority|certificate/)
      .first()
      .waitFor()
    await alert.getByText(certificatesKey).waitFor()
    await window.configure()
    await triedAgain(failed)
    await window.enterCode()
    await window.signedIn().filter({ hasText: 'The Octocat' }).waitFor()

    // One that is in no file stays untrusted.
    await window.showAccounts()
    await window.signOut('The Octocat', '@octocat')
    await world.switch({ unknown: true })
    await window.offer('Sign in with GitHub').click()
    await window
      .step('Signing in with GitHub did not work')
      .getByText(/authority|certificate/)
      .first()
      .waitFor()
  })
})

/** Tries again until the settings that were just written count. */
function triedAgain(failed) {
  const code = window.page.getByRole('img', { name: /^Code: / })
  return until('it works without a restart', async () => {
    if (await failed.isVisible())
      await failed.getByRole('button', { name: 'Try again' }).click({ timeout: 2000 })
    await code.or(failed).first().waitFor()
    return code.isVisible()
  })
}
