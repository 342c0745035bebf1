// Extensions on the engine that the product ships with: found, asked about,
// installed, worn, and still there afterwards.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Key } from 'selenium-webdriver'
import { makeHome, patience, startDisplay, startServed, until } from './harness.mjs'
import { startRegistry, writeSettings } from './registry.mjs'
import { launchWebKit } from './webkit.mjs'

let registry, display, home, keel, webkit, driver

before(async () => {
  registry = await startRegistry()
  for (const name of ['theme', 'web', 'node']) await registry.publish(name)
  display = await startDisplay('1440x900')
  home = await makeHome()
  await writeSettings(home, registry.settings)
  keel = await startServed(display, home)
  webkit = await launchWebKit(display, home)
  driver = webkit.driver
  await driver.manage().window().setRect({ x: 0, y: 0, width: 1400, height: 860 })
  await driver.get(keel.address)
})

after(async () => {
  await webkit?.end()
  await keel?.end()
  await registry?.end()
  await display?.end()
  await home?.remove()
})

/** Runs in the page until it returns something true. */
const there = (what, script, ...args) => until(what, () => driver.executeScript(script, ...args))

const shows = (css, text) =>
  there(
    `${css} shows ${text}`,
    (css, text) => [...document.querySelectorAll(css)].some((each) => each.innerText.includes(text)),
    css,
    text,
  )

/** Clicks from within the page: a click of the driver's waits for ever now and then. */
const click = (css, text) =>
  there(
    `${css} with ${text} is clicked`,
    (css, text) => {
      const found = [...document.querySelectorAll(css)].find(
        (each) => each.innerText.trim().startsWith(text) && each.getClientRects().length > 0,
      )
      found?.click()
      return found !== undefined
    },
    css,
    text,
  )

const chord = (...keys) => {
  const modifiers = keys.slice(0, -1)
  const actions = driver.actions()
  for (const key of modifiers) actions.keyDown(key)
  actions.sendKeys(keys.at(-1))
  for (const key of modifiers.reverse()) actions.keyUp(key)
  return actions.perform()
}

const type = (text) => driver.actions().sendKeys(text).perform()

async function search(text) {
  await until('the search field has the keyboard', async () => {
    await chord(Key.CONTROL, Key.SHIFT, 'x')
    return driver.executeScript(
      () => document.activeElement?.closest('.extensions-viewlet .monaco-editor') !== null,
    )
  })
  await chord(Key.CONTROL, 'a')
  await type(text)
}

async function install(text, name) {
  await search(text)
  await shows('.extension-list-item', name)
  await click('.extension-list-item .extension-action.install:not(.hide)', 'Install')
  await shows('dialog h2', '?')
  await click('dialog button', 'Trust').catch(() => click('dialog button', 'Install'))
}

test('a theme and an extension with code', { timeout: 6 * patience }, async () => {
  await there(
    'the workbench is there',
    () => document.querySelector('.monaco-workbench .part.auxiliarybar') !== null,
  )
  await search('harbour engine')
  await shows('.extension-list-item .install', 'Needs Node')

  await install('themes', 'Harbour Themes')
  const folder = join(home.data, 'extensions/harbour.theme-1.0.0')
  await until('the theme is installed', () => existsSync(join(folder, 'package.json')))
  // The workbench offers its themes at once.
  await shows('.quick-input-widget .monaco-list-row', 'Harbour Night')
  await click('.quick-input-widget .monaco-list-row', 'Harbour Night').catch(() => undefined)
  await type(Key.ENTER)
  await shows('.extension-editor .keel-readme', 'Two themes:')
  await there('the window has colours of the theme', () =>
    ['rgb(9, 28, 42)', 'rgb(243, 248, 251)'].some((colour) =>
      ['.part.sidebar', '.part.editor .editor-container', '.part.editor'].some((css) => {
        const part = document.querySelector(css)
        return part !== null && getComputedStyle(part).backgroundColor === colour
      }),
    ),
  )
})

test('what is installed is there after a start without the registry', { timeout: 6 * patience }, async () => {
  registry.down()
  await driver.navigate().refresh()
  await there(
    'the workbench is there',
    () => document.querySelector('.monaco-workbench .part.auxiliarybar') !== null,
  )
  await search('@installed')
  await shows('.extension-list-item', 'Harbour Themes')
  await search('nobody has asked for this')
  await shows('.extensions-viewlet', 'Installed extensions go on working')
  assert.ok(existsSync(join(home.data, 'extensions/harbour.theme-1.0.0')))
  registry.up()
})
