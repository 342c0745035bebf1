// What the agent can reach, as the real program says it, and its switches.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { launchChromium, makeHome, openPage, picture, startDisplay, startServed, until } from './harness.mjs'
import * as wb from './workbench.mjs'

let display, browser, home, keel, page

before(async () => {
  display = await startDisplay()
  browser = await launchChromium()
  home = await makeHome()
  keel = await startServed(display, home, {
    env: { KEEL_E2E_PLAIN: 'seen', KEEL_E2E_TOKEN: 'never-to-be-shown', AWS_PROFILE: 'work' },
  })
  page = await openPage(browser, keel)
})
afterEach((context) => wb.conclude(page, context))
after(async () => {
  await browser?.close()
  await keel?.end()
  await display?.end()
  await home?.remove()
})

const panel = () => page.getByRole('region', { name: 'Agent Access' })
const section = (name) => panel().getByRole('region', { name })
const box = (name) => panel().getByRole('checkbox', { name })

async function show() {
  await wb.runCommand(page, 'Keel: Show What the Agent Can Access')
  await section(/^Files$/).waitFor()
}

async function all() {
  const more = section(/variables/i).getByRole('button', { name: /^Show \d+ more/ })
  if (await more.isVisible()) await more.click()
}

describe('the Access panel', { timeout: 300_000 }, () => {
  test('names each kind of thing with how free the agent is, and no value of a secret', async () => {
    await show()
    for (const name of [/^Files$/, /repositor/i, /variable/i, /aws/i, /account/i, /network/i, /sandbox/i]) {
      await section(name).first().waitFor()
    }
    await all()
    const text = await panel().innerText()
    assert.match(text, /KEEL_E2E_TOKEN/)
    assert.doesNotMatch(text, /never-to-be-shown/)
    for (const word of ['Free', 'Asks first', 'Never']) assert.ok(text.includes(word), word)
    await panel().getByRole('heading', { name: 'Good practice' }).waitFor()
    await panel().evaluate((each) => each.scrollIntoView())
    await wb.settled(page)
    await picture(page, 'access')
  })

  test('a variable is switched, kept in the user’s settings, and switched back', async () => {
    await show()
    await all()
    const variable = box(/KEEL_E2E_TOKEN/)
    assert.equal(await variable.isChecked(), false)
    await variable.click()
    const question = page.getByRole('dialog', { name: /KEEL_E2E_TOKEN/ })
    await question.getByRole('button', { name: 'Cancel' }).click()
    assert.equal(await variable.isChecked(), false)
    await variable.click()
    await wb.pressWhenReady(question.getByRole('button', { name: 'Let Them Read It' }))
    await until('it is on', () => variable.isChecked())
    await panel().getByText('Every command can read this secret.').waitFor()
    const settings = () => readFile(join(home.config, 'settings.json'), 'utf8')
    assert.match(await settings(), /KEEL_E2E_TOKEN/)
    await panel().getByRole('button', { name: 'Undo' }).click()
    await until('it is off', async () => !(await variable.isChecked()))
    assert.doesNotMatch(await settings(), /KEEL_E2E_TOKEN/)
    await variable.click()
    await wb.pressWhenReady(question.getByRole('button', { name: 'Let Them Read It' }))
    await until('it is on again', () => variable.isChecked())
    await variable.focus()
    await wb.press(page, 'Control+Z')
    await until('the key turns it off', async () => !(await variable.isChecked()))
    assert.doesNotMatch(await settings(), /KEEL_E2E_TOKEN/)
  })

  test('the network is turned off at once, and asked about to turn it on', async () => {
    await show()
    const network = section(/network/i)
      .getByRole('checkbox')
      .first()
    await until('it is on', () => network.isChecked())
    await network.click()
    await until('it is off', async () => !(await network.isChecked()))
    await network.click()
    await wb.pressWhenReady(page.getByRole('dialog').getByRole('button', { name: 'Turn On' }))
    await until('it is on again', () => network.isChecked())
  })

  test('leads to the log, the trusted commands and the settings, by keyboard', async () => {
    await show()
    await panel().getByRole('button', { name: 'Audit Log' }).focus()
    await wb.press(page, 'Enter')
    await wb.tab(page, 'Audit Log').waitFor()
    await show()
    const settings = panel()
      .getByRole('button', { name: /^Settings: / })
      .first()
    await settings.focus()
    await wb.press(page, 'Enter')
    await page.locator('.settings-editor').waitFor()
  })
})
