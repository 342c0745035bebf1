// The languages of the web on the engine that the product ships with, once through:
// everything about them is tried in Chromium.
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Key } from 'selenium-webdriver'
import { makeHome, patience, startDisplay, startServed, until } from './harness.mjs'
import { launchWebKit } from './webkit.mjs'

let display, home, keel, webkit, driver

const files = {
  'ada.ts': "const ada = { firstName: 'Ada' }\nada.\n",
  'bad.json': '{ "a": }\n',
  'look.css': 'a {\n  backgr\n}\n',
}

before(async () => {
  display = await startDisplay('1440x900')
  home = await makeHome()
  await mkdir(join(home.folder, 'web'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(home.folder, 'web', name), text)
  keel = await startServed(display, home)
  webkit = await launchWebKit(display, home)
  driver = webkit.driver
  await driver.manage().window().setRect({ x: 0, y: 0, width: 1400, height: 860 })
  await driver.get(keel.address)
})

after(async () => {
  await webkit?.end()
  await keel?.end()
  await display?.end()
  await home?.remove()
})

const press = (...keys) =>
  driver
    .actions()
    .sendKeys(...keys)
    .perform()
const control = (key) => driver.actions().keyDown(Key.CONTROL).sendKeys(key).keyUp(Key.CONTROL).perform()

/** Whether the page shows an element with this text. */
const shows = (css, text) =>
  driver.executeScript(
    (css, text) =>
      [...document.querySelectorAll(css)].some(
        (each) => each.getClientRects().length > 0 && each.textContent.includes(text),
      ),
    css,
    text,
  )

/** Opens a file and goes to the end of one of its lines. */
async function open(name, line) {
  await until(`${name} is open`, async () => {
    await press(Key.ESCAPE)
    await control('p')
    await until('quick open', () => shows('.quick-input-widget', ''), 5000)
    await press(`${name}:${line}:99`)
    await until(`${name} is found`, () => shows('.quick-input-list .monaco-list-row', name), 5000)
    await press(Key.ENTER)
    return until('its tab', () => shows('.tab.active', name), 5000)
  })
}

const suggests = (label) =>
  until(`${label} is suggested`, async () => {
    await press(Key.ESCAPE)
    await control(Key.SPACE)
    return until('it is listed', () => shows('.suggest-widget.visible .monaco-list-row', label), 4000)
  })

test('files of the web are understood', { timeout: 8 * patience }, async () => {
  await until('the window is there', () => shows('.monaco-workbench', ''))
  assert.equal(await driver.executeScript(() => document.querySelectorAll('.keel-extension-host').length), 0)
  await open('look.css', 2)
  await suggests('background-color')
  await open('bad.json', 1)
  await until('the mistake is shown', () =>
    driver.executeScript(() => document.querySelector('.squiggly-error') !== null),
  )
  await open('ada.ts', 2)
  await suggests('firstName')
})
