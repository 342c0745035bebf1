// Pictures to look at: signing in, in a dark and a light theme, in a narrow chat and
// in a large window.
import { after, afterEach, before, test } from 'node:test'
import { looksOf, picture } from './harness.mjs'
import { codeOf, startInternet, startWindow } from './signin.mjs'
import * as wb from './workbench.mjs'

let internet, window

before(async () => {
  internet = await startInternet()
})
afterEach(async (context) => {
  await internet.world.switch({})
  await wb.conclude(window.page, context)
  await window.end()
})
after(() => internet?.end())

const looks = looksOf([
  { theme: 'Dark Modern', name: 'dark', width: 1280, height: 800 },
  { theme: 'Light Modern', name: 'light-narrow', width: 1280, height: 800, chat: 300 },
  { theme: 'Light Modern', name: 'light-large', width: 1920, height: 1080 },
])

/** Drags the chat's edge until it is this wide. */
async function widen(page, width) {
  const view = await page.locator('.part.auxiliarybar').boundingBox()
  const right = view.x + view.width
  await page.mouse.move(view.x, 400)
  await page.mouse.down()
  await page.mouse.move(right - width, 400, { steps: 5 })
  await page.mouse.up()
}

for (const { theme, name, width, height, chat } of looks) {
  test(`pictures of signing in, ${name}`, { timeout: 600_000 }, async () => {
    window = await startWindow(internet, { look: { width, height } })
    const { page } = window
    const shoot = async (what) => {
      await page.mouse.move(width / 2, height - 4)
      await page.locator('.monaco-workbench').waitFor()
      await picture(page, `accounts-${name}-${what}`)
    }
    if (theme !== 'Dark Modern') await wb.chooseTheme(page, theme)
    if (chat) await widen(page, chat)
    await window.offer(/^Sign in with GitHub/).waitFor()
    await shoot('0-signed-out')

    await window.offer(/^AWS/).click()
    const form = window.step(/^Sign in with AWS/)
    await form.getByRole('button', { name: 'Sign in', exact: true }).click()
    await form.getByRole('alert').first().waitFor()
    await shoot('1-aws')
    await form.getByRole('button', { name: 'Cancel' }).click()

    await window.offer(/^Sign in with Google/).click()
    await window.step('Google needs a client secret first').waitFor()
    await shoot('2-needs-secret')
    await window.step('Google needs a client secret first').getByRole('button', { name: 'Back' }).click()
    await window.beginGoogle()
    const waiting = window.step('Signing in with Google')
    await waiting.getByRole('button', { name: 'Paste the code' }).click()
    await shoot('3-browser')
    await waiting.getByRole('button', { name: 'Cancel' }).click()

    await internet.world.switch({ refusing: true })
    await window.offer(/^Sign in with GitHub/).click()
    const failed = window.step('Signing in with GitHub did not work')
    await failed.waitFor()
    await shoot('4-failed')
    await internet.world.switch({})
    await failed.getByRole('button', { name: 'Try again' }).click()
    await codeOf(window.step('Signing in with GitHub'))
    await shoot('5-code')
    await window.enterCode()
    await window.signedIn().filter({ hasText: 'The Octocat' }).waitFor()
    await shoot('6-signed-in')
    await window.showAccounts()
    await shoot('7-accounts')
  })
}
