// Whether an opened folder is trusted: asked at its first opening, kept by Go,
// changed in the workbench's own editor, and in force at once.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import {
  launchChromium,
  makeHome,
  openPage,
  picture,
  reload,
  startDisplay,
  startServed,
  tellRunning,
  until,
} from './harness.mjs'
import * as wb from './workbench.mjs'

const timeout = 300_000
let display, browser, home, keel, page, chat

before(async () => {
  display = await startDisplay()
  browser = await launchChromium()
})

after(async () => {
  await browser?.close()
  await display?.end()
})

async function start(options) {
  keel = await startServed(display, home, options)
  page = await openPage(browser, keel)
  chat = wb.chat(page)
}

async function stop() {
  await page?.context().close()
  await keel?.end()
}

/** A home whose user has trusted every go command, and no folder. */
async function newHome(theme = 'Dark Modern') {
  home = await makeHome({ trusted: false })
  await mkdir(home.config, { recursive: true })
  const settings = { 'keelAgent.trustedCommands': ['go *'], 'workbench.colorTheme': theme }
  await writeFile(join(home.config, 'settings.json'), JSON.stringify(settings))
}

const dialog = () =>
  page.getByRole('dialog', { name: 'Do you trust the authors of the files in this folder?' })
const no = () => dialog().getByRole('button', { name: "No, I don't trust the authors" })
const yes = () => dialog().getByRole('button', { name: 'Yes, I trust the authors' })
const banner = () => page.locator('.part.banner').getByText('This folder is not trusted: every command asks')
const restricted = () => page.getByRole('button', { name: /^Restricted Mode: every command asks/ })
const editor = () => page.locator('.workspace-trust-editor')

/** The folders that Go trusts, as it keeps them. */
async function trusted() {
  const file = join(home.data, 'trusted-folders.json')
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')).folders : []
}

async function isRestricted() {
  await restricted().waitFor()
  await banner().waitFor()
}

async function isTrusted() {
  await restricted().waitFor({ state: 'detached' })
  await banner().waitFor({ state: 'hidden' })
}

/** Tabs through the dialog until a part of it has the keyboard. */
async function focus(part) {
  const focused = () => part.evaluate((element) => element === document.activeElement)
  await until('it has the keyboard', async () => {
    if (await focused()) return true
    await wb.press(page, 'Tab')
    return focused()
  })
}

/** Asks for a command that a pattern of the user's matches, and says whether it asks. */
async function asks() {
  await chat.open()
  const turn = await chat.send('run `go version`')
  const card = turn.getByRole('region', { name: 'Command' })
  const run = card.getByRole('button', { name: 'Run', exact: true })
  await until('it asks or has run', async () => (await run.isVisible()) || (await chat.stop.isHidden()))
  const asked = await run.isVisible()
  if (asked) await chat.stop.click()
  await chat.ended(turn)
  if (!asked)
    await card
      .getByText(/go version go/)
      .first()
      .waitFor()
  return asked
}

/** The palette has the command once the window has settled. */
async function openEditor() {
  const offered = wb.quickInput(page).getByRole('option', { name: /^Workspaces: Manage Workspace Trust/ })
  await until('the command is offered', async () => {
    await wb.press(page, 'Escape', 'Control+Shift+P')
    const input = wb.quickInput(page).getByRole('textbox')
    await input.fill('>Workspaces: Manage Workspace Trust', { timeout: 2000 })
    await offered.first().click({ timeout: 2000 })
    return true
  })
  await editor().waitFor()
}

describe('a folder that nobody was asked about', { timeout }, () => {
  before(async () => {
    await newHome()
    await start()
  })
  after(async () => {
    await stop()
    await home.remove()
  })
  afterEach((context) => wb.conclude(page, context))

  test('the dialog says what trust does; Escape does not answer it, and No restricts', async () => {
    await dialog().waitFor()
    await dialog().getByText('commands on your list of trusted commands run without asking').waitFor()
    await dialog().getByText('nothing in the folder runs or is obeyed by itself').waitFor()
    await dialog().getByText(home.folder, { exact: true }).waitFor()
    assert.equal(await dialog().getByRole('link').count(), 0)
    await wb.settled(page)
    await picture(page, 'foldertrust-dialog-dark')
    await until('No has the keyboard', () => no().evaluate((each) => each === document.activeElement))
    await wb.press(page, 'Escape')
    await focus(no())
    await wb.press(page, 'Enter')
    await dialog().waitFor({ state: 'detached' })
    await isRestricted()
    assert.deepEqual(await trusted(), [])
    await wb.settled(page)
    await picture(page, 'foldertrust-banner-dark')
  })

  test('reading and editing work, and a trusted command asks', async () => {
    await wb.openFile(page, 'calc.go')
    await wb.lines(page).click()
    await wb.press(page, 'Control+Home')
    await page.keyboard.type('// edited ')
    await wb.save(page)
    assert.match(await home.read('calc.go'), /^\/\/ edited /)
    assert.equal(await asks(), true)
  })

  test('it is asked about once: loaded again, it is restricted without a question', async () => {
    await reload(page)
    await isRestricted()
    assert.equal(await dialog().count(), 0)
  })

  test('what the page has stored trusts nothing', async () => {
    const trust = { uriTrustInfo: [{ uri: { $mid: 1, path: home.folder, scheme: 'file' }, trusted: true }] }
    await page.evaluate(
      (set) => globalThis.go.bind.Storage.Update({ scope: 'application', set, delete: [] }),
      {
        'content.trust.model.key': JSON.stringify(trust),
        'shared/content.trust.model.key': JSON.stringify(trust),
      },
    )
    await reload(page)
    await isRestricted()
    assert.equal(await asks(), true)
  })

  test('a terminal asks first, and is not opened without trust', async () => {
    await wb.press(page, 'Control+`')
    const ask = page.getByRole('dialog', { name: 'Do you trust the authors of the files in this folder?' })
    await ask.getByText('Creating a terminal process requires executing code').waitFor()
    await ask.getByRole('button', { name: 'Cancel' }).click()
    await page
      .getByText(/Cannot launch a terminal process in an untrusted workspace/)
      .first()
      .waitFor()
    assert.deepEqual(await page.evaluate(() => globalThis.go.bind.Terminals.List()), [])
    await wb.clearToasts(page)
  })

  test('trusted in the editor, by keyboard: Go has it, and the command runs unasked', async () => {
    await openEditor()
    await editor().getByText('You are in Restricted Mode').waitFor()
    await wb.settled(page)
    await picture(page, 'foldertrust-editor-dark')
    await wb.press(page, 'Control+Enter')
    await editor().getByText('You trust this folder').waitFor()
    await isTrusted()
    assert.deepEqual(await trusted(), [home.folder])
    assert.equal(await asks(), false)
  })

  test('loaded again it is still trusted', async () => {
    await reload(page)
    await isTrusted()
    assert.equal(await dialog().count(), 0)
    assert.equal(await asks(), false)
  })

  test('taken back, the command asks again', async () => {
    await openEditor()
    await editor().getByRole('button', { name: "Don't Trust" }).click()
    await editor().getByText('You are in Restricted Mode').waitFor()
    await isRestricted()
    assert.deepEqual(await trusted(), [])
    assert.equal(await asks(), true)
  })

  test('what another window does is followed', async () => {
    await page.evaluate(() => globalThis.go.bind.Trust.SetFolder(true))
    await isTrusted()
    await page.evaluate(() => globalThis.go.bind.Trust.SetFolder(false))
    await isRestricted()
  })

  test('a trust that cannot be kept is said, and the folder stays restricted', async () => {
    await page.evaluate(() => {
      const failure = { code: 'internal', message: 'The disk is full.', hint: 'Make room.' }
      globalThis.go.bind.Trust.SetFolder = () => Promise.reject(new Error(JSON.stringify(failure)))
    })
    await openEditor()
    await editor().getByRole('button', { name: 'Trust', exact: true }).click()
    await wb.toast(page, 'The disk is full. Make room.').waitFor()
    await isRestricted()
    await editor().getByText('You are in Restricted Mode').waitFor()
    assert.equal(await asks(), true)
    await wb.clearToasts(page)
  })

  test('another folder is asked about again', async () => {
    const other = join(home.home, 'other')
    await mkdir(other)
    await writeFile(join(other, 'elsewhere.txt'), 'over here\n')
    await tellRunning(display, home, other)
    await wb.inExplorer(page, 'elsewhere.txt').waitFor()
    await dialog().getByText(other, { exact: true }).waitFor()
    await focus(yes())
    await wb.press(page, 'Enter')
    await dialog().waitFor({ state: 'detached' })
    await isTrusted()
    assert.deepEqual(await trusted(), [other])
  })
})

describe('the folder above', { timeout }, () => {
  beforeEach(() => newHome('Light Modern'))
  afterEach(async (context) => {
    await wb.conclude(page, context)
    await stop()
    await home.remove()
  })

  test('is trusted with the checkbox, all in it with it, and taken back in the list', async () => {
    const other = join(home.home, 'other')
    await mkdir(other)
    await writeFile(join(other, 'elsewhere.txt'), 'over here\n')
    await start()
    await dialog().waitFor()
    await wb.settled(page)
    await picture(page, 'foldertrust-dialog-light')
    await focus(
      dialog().getByRole('checkbox', { name: /^Trust the authors of all files in the parent folder/ }),
    )
    await wb.press(page, 'Space')
    await focus(yes())
    await wb.press(page, 'Enter')
    await isTrusted()
    assert.deepEqual(await trusted(), [home.home])

    await tellRunning(display, home, other)
    await wb.inExplorer(page, 'elsewhere.txt').waitFor()
    await isTrusted()
    assert.equal(await dialog().count(), 0)

    await openEditor()
    await editor().getByText(home.home, { exact: true }).waitFor()
    await wb.settled(page)
    await picture(page, 'foldertrust-parent-light')
    await editor().getByText(home.home, { exact: true }).hover()
    await editor().getByRole('button', { name: 'Delete Path' }).click()
    await isRestricted()
    assert.deepEqual(await trusted(), [])
    await wb.settled(page)
    await picture(page, 'foldertrust-editor-light')
  })
})

describe('a window without a folder', { timeout }, () => {
  before(async () => {
    await newHome()
    await start({ folder: '' })
  })
  after(async () => {
    await stop()
    await home.remove()
  })
  afterEach((context) => wb.conclude(page, context))

  test('is not asked about', async () => {
    await page.getByRole('button', { name: 'Open Folder…' }).waitFor()
    await wb.settled(page)
    assert.equal(await page.getByRole('dialog').count(), 0)
    await isTrusted()
  })
})
