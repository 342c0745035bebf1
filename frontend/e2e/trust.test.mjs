// The page of trusted commands: what lets commands run unasked, seen, changed and
// undone by keyboard, against the real policy.
import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
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

let display, browser, home, keel, page

const settingsFile = () => join(home.config, 'settings.json')
const settings = async () => JSON.parse(await readFile(settingsFile(), 'utf8'))
const trusted = async () => (await settings())['keelAgent.trustedCommands'] ?? []

const panel = () => page.getByRole('region', { name: 'Trusted Commands', exact: true })
const grid = () => panel().getByRole('grid', { name: 'Trusted commands' })
const row = (pattern) =>
  grid()
    .getByRole('row')
    .filter({ has: page.getByText(pattern, { exact: true }) })
const cell = (pattern) => row(pattern).getByRole('gridcell').first()
const add = () => panel().getByRole('button', { name: 'Add', exact: true }).first()
const wouldRun = () => panel().getByRole('textbox', { name: 'Would this command run?' })
const answer = () =>
  panel()
    .getByRole('status')
    .filter({ hasText: /Runs without asking|Asks first|Never runs/ })
const hasKeyboard = (locator) => locator.evaluate((element) => element === document.activeElement)

const trustedInFile = (...patterns) =>
  until(`the settings trust ${patterns.join(', ')}`, async () => {
    assert.deepEqual(await trusted(), patterns)
    return true
  })

async function addPattern(pattern, scope) {
  await add().click()
  const field = panel().getByRole('textbox', { name: 'Pattern to trust' })
  await field.fill(pattern)
  if (scope) await panel().getByRole('combobox', { name: 'Where it counts' }).selectOption({ label: scope })
  await field.press('Enter')
}

before(async () => {
  display = await startDisplay()
  browser = await launchChromium()
  home = await makeHome()
  await mkdir(home.config, { recursive: true })
  await writeFile(
    settingsFile(),
    JSON.stringify({
      'keelAgent.trustedCommands': ['go test ./...', 'git log *'],
      'keelAgent.commandDenylist': ['git push'],
    }),
  )
  await mkdir(home.data, { recursive: true, mode: 0o700 })
  await writeFile(join(home.data, 'trusted-folders.json'), JSON.stringify({ folders: [home.folder] }))
  const kiro = join(home.home, 'config/Kiro/User')
  await mkdir(kiro, { recursive: true })
  const foreign = {
    'kiroAgent.trustedCommands': ['npm run lint', 'go test ./...', '*'],
    'kiroAgent.commandDenylist': ['sudo'],
  }
  await writeFile(join(kiro, 'settings.json'), JSON.stringify(foreign))
  keel = await startServed(display, home)
  page = await openPage(browser, keel)
})

afterEach((context) => wb.conclude(page, context))

after(async () => {
  await page?.context().close()
  await keel?.end()
  await browser?.close()
  await display?.end()
  await home?.remove()
})

describe('trusted commands', { timeout: 300_000 }, () => {
  test('the palette opens one tab, which has a title and gets the keyboard', async () => {
    await wb.runCommand(page, 'Keel: Edit Trusted Commands')
    await cell('go test ./...').waitFor()
    await until('the field has the keyboard', () => hasKeyboard(wouldRun()))
    await wb.openFile(page, 'calc.go')
    await wb.runCommand(page, 'Keel: Edit Trusted Commands')
    await until('the field has the keyboard again', () => hasKeyboard(wouldRun()))
    const tabs = page.getByRole('main').getByRole('tab', { name: 'Trusted Commands' })
    assert.equal(await tabs.count(), 1)
    assert.ok(await tabs.locator('.codicon-shield').isVisible(), 'the tab has its icon')
  })

  test('it says what would happen to a command, by which pattern and why', async () => {
    await wouldRun().fill('go test ./...')
    await answer().getByText('Runs without asking').waitFor()
    await answer().getByText('go test ./...', { exact: true }).waitFor()
    await wouldRun().fill('git push origin')
    await answer().getByText('Asks first').waitFor()
    await answer().getByText('git push', { exact: true }).waitFor()
    await wouldRun().fill('make')
    await answer()
      .getByText(/No trusted command matches/)
      .waitFor()
    await panel().getByRole('button', { name: 'How that comes about' }).click()
    await picture(page, 'trust-dark-1280')
  })

  test('what another tab hides is still there afterwards', async () => {
    await wouldRun().fill('git log -3')
    await wb.tab(page, 'calc.go').click()
    await wouldRun().waitFor({ state: 'hidden' })
    await wb.tab(page, 'Trusted Commands').click()
    assert.equal(await wouldRun().inputValue(), 'git log -3')
  })

  test('patterns are added, changed, removed and brought back by keys', async () => {
    await addPattern('git status')
    await trustedInFile('go test ./...', 'git log *', 'git status')
    await until('the keyboard is at Add', () => hasKeyboard(add()))

    await cell('git log *').focus()
    await wb.press(page, 'F2', 'Control+A')
    await page.keyboard.type('git diff *')
    await wb.press(page, 'Enter')
    await trustedInFile('go test ./...', 'git diff *', 'git status')
    await until('the keyboard is at the row', () => hasKeyboard(cell('git diff *')))

    await wb.press(page, 'Delete')
    await trustedInFile('go test ./...', 'git status')
    await until('the keyboard is at the next row', () => hasKeyboard(cell('git status')))

    await wb.press(page, 'Control+Z')
    await trustedInFile('go test ./...', 'git diff *', 'git status')
    await wb.press(page, 'Control+Z')
    await trustedInFile('go test ./...', 'git log *', 'git status')
    await wb.press(page, 'Control+Z')
    await trustedInFile('go test ./...', 'git log *')
  })

  test('a pattern counts where it is said to', async () => {
    await addPattern('task check', 'In this folder')
    await row('task check').getByText('In this folder').waitFor()
    assert.deepEqual(await trusted(), ['go test ./...', 'git log *'])
    await wouldRun().fill('task check')
    await answer().getByText('Runs without asking').waitFor()
    await cell('task check').focus()
    await wb.press(page, 'Delete')
    await answer().getByText('Asks first').waitFor()
  })

  test('trusting every command is asked once more and shows in the status bar', async () => {
    await addPattern('*')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Let every command run without asking?').waitFor()
    await dialog.getByRole('button', { name: 'Trust Every Command' }).click()
    await trustedInFile('go test ./...', 'git log *', '*')
    const badge = page
      .locator('.statusbar')
      .getByRole('button', { name: /Every command runs without asking/ })
    await badge.waitFor()
    await panel().getByRole('button', { name: 'Undo', exact: true }).click()
    await trustedInFile('go test ./...', 'git log *')
    await badge.waitFor({ state: 'detached' })
  })

  test('the deny list is changed and brought back', async () => {
    await panel().getByRole('button', { name: 'Add', exact: true }).nth(1).click()
    await page.keyboard.type('--force')
    await wb.press(page, 'Enter')
    const denied = async () => (await settings())['keelAgent.commandDenylist']
    await until('it is on the list', async () => (await denied()).join() === 'git push,--force')
    await panel().getByRole('button', { name: 'Undo', exact: true }).click()
    await until('it is off the list', async () => (await denied()).join() === 'git push')
  })

  test('what Kiro trusts is taken over as chosen, nothing wide by itself, and taken back at once', async () => {
    await panel().getByRole('button', { name: 'Import…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Import trusted commands' })
    const box = (name) => dialog.getByRole('checkbox', { name })
    await box(/npm run lint/).waitFor()
    assert.ok(await box(/npm run lint/).isChecked())
    assert.ok(await box(/go test/).isDisabled())
    assert.ok(!(await box(/^\*/).isChecked()))
    await picture(page, 'trust-import-1280')
    await dialog.getByRole('button', { name: 'Import 2 entries' }).click()
    await trustedInFile('go test ./...', 'git log *', 'npm run lint')
    assert.deepEqual((await settings())['keelAgent.commandDenylist'], ['git push', 'sudo'])
    await panel().getByRole('button', { name: 'Undo', exact: true }).click()
    await trustedInFile('go test ./...', 'git log *')
    await until('the deny list is as before', async () => {
      assert.deepEqual((await settings())['keelAgent.commandDenylist'], ['git push'])
      return true
    })
  })

  test('it follows the settings file, and says when that is broken', async () => {
    const text = await readFile(settingsFile(), 'utf8')
    await writeFile(settingsFile(), text.replace('"git log *"', '"git log *", "make lint"'))
    await cell('make lint').waitFor()
    await writeFile(settingsFile(), '{ "keelAgent.trustedCommands": [')
    await panel()
      .getByText(/^Nothing can be changed here now/)
      .waitFor()
    assert.ok(await add().isDisabled())
    await writeFile(settingsFile(), text)
    await panel()
      .getByText(/^Nothing can be changed here now/)
      .waitFor({ state: 'detached' })
  })

  test('it is there again after a restart of the page, scrolls by keys, and fits a small window', async () => {
    await until('the layout is stored', async () => {
      await reload(page)
      return wouldRun().isVisible()
    })
    await wb.chooseTheme(page, 'Light Modern')
    await page.setViewportSize({ width: 900, height: 600 })
    await wb.runCommand(page, 'Keel: Edit Trusted Commands')
    await wouldRun().fill('go test ./...')
    await answer().getByText('Runs without asking').waitFor()
    await picture(page, 'trust-light-900')
    await panel().getByRole('checkbox').focus()
    await until('the end is in sight', () => panel().getByText('Command guard').isVisible())
    const sideways = await panel().evaluate((element) => element.scrollWidth > element.clientWidth + 1)
    assert.ok(!sideways, 'nothing is cut off at the side')
  })

  test('the settings’ entry leads here', async () => {
    await page.setViewportSize({ width: 1280, height: 800 })
    const setting = await wb.findSetting(page, 'Keel Agent: Trusted Commands')
    await setting.getByRole('link', { name: /try out what would run/ }).click()
    await until('the page is in front', () => wouldRun().isVisible())
  })
})
