// Where keys are kept when there is no keychain: asked once something has to be
// kept, sealed with a passphrase or in memory, moved and deleted again.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { bytesOf, pathsBelow } from './files.mjs'
import {
  launchChromium,
  makeHome,
  openPage,
  picture,
  reload,
  startDisplay,
  startServed,
  until,
} from './harness.mjs'
import * as wb from './workbench.mjs'

const timeout = 300_000
const key = 'bedrock-api-key-0123456789abcdef'
const passphrase = 'correct horse battery'
let display, browser, home, keel, page, chat

before(async () => {
  display = await startDisplay()
  browser = await launchChromium()
})

after(async () => {
  await browser?.close()
  await display?.end()
})

async function start() {
  // Neither a bus nor a keychain, and no other way into Bedrock.
  keel = await startServed(display, home, { env: { AWS_EC2_METADATA_DISABLED: 'true' } })
  page = await openPage(browser, keel)
  chat = wb.chat(page)
}

async function stop() {
  await page?.context().close()
  await keel?.end()
}

async function restart() {
  await stop()
  await start()
}

const dialog = (name) => page.getByRole('dialog', { name })
const asked = () => dialog('The keychain cannot be used')
const unlocking = () => dialog('Unlock your keys')
const kept = () => dialog('Where secrets are kept')

/** Chooses one of Bedrock's lines in the model picker. */
async function bedrock(line) {
  await chat.model.click()
  const option = wb.quickInput(page).getByRole('option', { name: line })
  const field = wb.quickInput(page).getByRole('textbox')
  await field.fill('key')
  await option.first().click()
}

async function enterKey() {
  await bedrock(/(Enter|Replace) the key/)
  await wb.asks(page, 'Key for Amazon Bedrock')
  await wb.quickInput(page).getByRole('textbox').fill(key)
  await wb.press(page, 'Enter')
}

/** Whether the picker says that there is a key; it is asked until it is so. */
async function hasKey(wanted) {
  await until(`there is ${wanted ? 'a' : 'no'} key`, async () => {
    await chat.model.click()
    await wb.quickInput(page).getByRole('textbox').fill('key')
    const there = wb
      .quickInput(page)
      .getByRole('option', { name: wanted ? 'Replace the key' : 'Enter the key' })
    await there
      .first()
      .waitFor({ timeout: 10_000 })
      .catch(() => undefined)
    const found = await there.first().isVisible()
    await wb.press(page, 'Escape')
    return found
  })
}

/** No file of Keel's holds the key or the passphrase. */
async function nowhereOnDisk() {
  let files = 0
  for (const path of await pathsBelow(home.home)) {
    files++
    const text = await bytesOf(path)
    for (const secret of [key, passphrase, Buffer.from(key).toString('base64')])
      assert.ok(!text.includes(secret), `${path} holds a secret`)
  }
  assert.ok(files > 0)
}

const sealed = () => join(home.data, 'secrets/passphrase.sealed')

async function seal() {
  await asked().getByRole('textbox', { name: 'Passphrase', exact: true }).fill(passphrase)
  await asked().getByRole('textbox', { name: 'The passphrase again' }).fill(passphrase)
  await asked().getByRole('button', { name: 'Seal' }).click()
  await asked().waitFor({ state: 'hidden' })
}

describe('secrets without a keychain', { timeout }, () => {
  beforeEach(async () => {
    home = await makeHome()
    await start()
  })

  afterEach(async (context) => {
    await wb.conclude(page, context)
    await stop()
    await home.remove()
  })

  test('nothing is asked before something has to be kept', async () => {
    await page.getByRole('log', { name: 'Conversation' }).waitFor()
    await wb.settled(page)
    assert.equal(await page.getByRole('dialog').count(), 0)
    assert.equal(await wb.toast(page, 'passphrase').count(), 0)
  })

  test('a passphrase seals them, and opens them after a restart', async () => {
    await enterKey()
    await asked().waitFor()
    await wb.settled(page)
    await picture(page, 'secrets: asked, dark')
    // What cannot be is said, and nothing is done.
    await asked().getByRole('textbox', { name: 'Passphrase', exact: true }).fill('short')
    await asked().getByRole('button', { name: 'Seal' }).click()
    await asked().getByText('at least 8 characters').waitFor()
    await picture(page, 'secrets: too short, dark')
    await seal()
    await wb.toast(page, 'sealed with your passphrase now').waitFor()
    await hasKey(true)
    await nowhereOnDisk()
    assert.match(await readFile(sealed(), 'utf8'), /argon2id/)

    await restart()
    const offer = wb.toast(page, 'sealed with a passphrase and locked')
    await offer.waitFor()
    await picture(page, 'secrets: offered to unlock, dark')
    await offer.getByRole('button', { name: 'Unlock' }).click()
    await unlocking().waitFor()
    const field = unlocking().getByRole('textbox', { name: 'Passphrase' })
    await field.fill('wrong passphrase')
    await wb.press(page, 'Enter')
    await unlocking().getByRole('alert').getByText('This is not the passphrase').waitFor()
    await wb.settled(page)
    await picture(page, 'secrets: wrong passphrase, dark')
    await field.fill(passphrase)
    await wb.press(page, 'Enter')
    await unlocking().waitFor({ state: 'hidden' })
    await hasKey(true)
    await nowhereOnDisk()

    // A reload finds them unlocked: they are Go's.
    await reload(page)
    await hasKey(true)
    assert.equal(await wb.toast(page, 'sealed with a passphrase and locked').count(), 0)
  })

  test('in memory they go when Keel closes', async () => {
    await enterKey()
    await asked().getByRole('radio', { name: 'Keep until Keel closes' }).check()
    await asked().getByRole('button', { name: 'Keep in Memory' }).click()
    await asked().waitFor({ state: 'hidden' })
    await hasKey(true)
    await nowhereOnDisk()
    await restart()
    await hasKey(false)
    await enterKey() // asked once, not again
    await wb.toast(page, 'kept until Keel closes').waitFor()
    await hasKey(true)
    assert.equal(await asked().count(), 0)
  })

  test('the keychain is tried again, and deciding later is reminded of', async () => {
    await enterKey()
    await asked().getByRole('radio', { name: 'Try the keychain again' }).check()
    await asked().getByRole('button', { name: 'Try Again' }).click()
    await asked().getByRole('alert').getByText('There is no keychain').waitFor()
    await asked().getByRole('button', { name: 'Decide Later' }).click()
    const reminder = wb.toast(page, 'kept until Keel closes, and then forgotten')
    await reminder.getByRole('button', { name: 'Choose Where to Keep It' }).click()
    await asked().waitFor()
    await seal()
    await hasKey(true)
  })

  test('a forgotten passphrase: they are deleted after a question', async () => {
    await wb.chooseTheme(page, 'Light Modern')
    await enterKey()
    await asked().waitFor()
    await wb.settled(page)
    await picture(page, 'secrets: asked, light')
    await seal()
    await wb.runCommand(page, 'Keel: Where Secrets Are Kept')
    await kept().waitFor()
    await wb.settled(page)
    await picture(page, 'secrets: where they are kept, light')
    await kept().getByRole('button', { name: 'Close' }).click()
    await restart()
    await wb.runCommand(page, 'Keel: Unlock Secrets')
    await unlocking().waitFor()
    await wb.settled(page)
    await picture(page, 'secrets: unlock, light')
    await unlocking().getByRole('button', { name: 'Forgot the passphrase?' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the Keys' }).click()
    await wb.toast(page, 'The sealed keys are deleted').waitFor()
    await assert.rejects(readFile(sealed()))
    await hasKey(false)
  })
})
