// The first steps on the engine that the product ships with. Everything else
// is tried in Chromium; this shows that the engine itself is no obstacle.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { By, Key } from 'selenium-webdriver'
import { says, startScripted } from './bedrock.mjs'
import { makeHome, patience, pictures, startDisplay, startServed, until } from './harness.mjs'
import { framesOf } from './references.mjs'
import { launchWebKit } from './webkit.mjs'

let display, home, keel, webkit, driver, model

before(async () => {
  display = await startDisplay('1440x900')
  home = await makeHome()
  keel = await startServed(display, home)
  webkit = await launchWebKit(display, home)
  driver = webkit.driver
  await driver.manage().window().setRect({ x: 0, y: 0, width: 1400, height: 860 })
  await driver.get(keel.address)
})

after(async () => {
  await webkit?.end()
  await keel?.end()
  await model?.end()
  await display?.end()
  await home?.remove()
})

/** The first shown element with this role and a name that begins with this text. */
function find(role, name) {
  return until(`${role} ${JSON.stringify(name)}`, () =>
    driver.executeScript(
      (role, name) => {
        const tags = { textbox: 'textarea, input', button: 'button', heading: 'h1, h2, h3' }
        const css = [`[role=${role}]`, tags[role]].filter(Boolean).join()
        const label = (element) => (element.ariaLabel || element.innerText || '').trim()
        return [...document.querySelectorAll(css)].find(
          (element) => label(element).startsWith(name) && element.getClientRects().length > 0,
        )
      },
      role,
      name,
    ),
  )
}

/** What an element shows; the driver's own takes what may be clipped for hidden. */
const text = (css) =>
  driver.executeScript((css) => (document.querySelector(css)?.innerText ?? '').replaceAll('\u00a0', ' '), css)
const press = (...keys) =>
  driver
    .actions()
    .sendKeys(...keys)
    .perform()
const control = (key) => driver.actions().keyDown(Key.CONTROL).sendKeys(key).keyUp(Key.CONTROL).perform()

/** Clicks from within the page: a click of the driver's waits for ever now and then. */
const click = (element) => driver.executeScript((element) => element.click(), element)

const push = async (name) => click(await find('button', name))

/** Takes the display: the driver's own pictures never come now and then, on a busy machine. */
async function shoot(name) {
  await mkdir(pictures, { recursive: true })
  const env = { ...process.env, DISPLAY: display.name }
  execFileSync('import', ['-window', 'root', join(pictures, `${name}.png`)], { env })
}

/** A test that leaves a picture of where it failed. */
function round(name, work) {
  test(name, { timeout: 6 * patience }, async () => {
    try {
      await work()
    } catch (cause) {
      await shoot(`failed-${name.replaceAll(/\W+/g, '-')}`)
      throw cause
    }
  })
}

/** Sends a prompt to the agent. */
async function send(prompt) {
  const input = await find('textbox', 'Message to the agent')
  await driver.executeScript((input) => input.focus(), input)
  await press(prompt, Key.ENTER)
}

/** Opens a file by its name, with quick open. */
async function openFile(name) {
  await control('p')
  await take(name)
}

/** Runs a command by its title, with the command palette. */
async function runCommand(title) {
  await driver.actions().keyDown(Key.CONTROL).keyDown(Key.SHIFT).sendKeys('p').perform()
  await driver.actions().keyUp(Key.SHIFT).keyUp(Key.CONTROL).perform()
  await find('textbox', 'Type the name of a command')
  await take(title)
}

/** Types into the quick input and takes the row of that name, once it is the one that Enter takes. */
async function take(name) {
  await press(name)
  const row = '.quick-input-widget .monaco-list-row.focused'
  await until(`${name} is offered`, async () => {
    if ((await text(row)).startsWith(name)) return true
    await press(Key.ARROW_DOWN)
    return false
  })
  await press(Key.ENTER)
}

/** Waits until a file of the workspace holds this, whole. */
const holds = (name, content) =>
  until(`${name} holds ${JSON.stringify(content)}`, async () => (await home.read(name)) === content)

round('the first steps, on WebKit', steps)
round('the review, on WebKit', review)
round('what a message points at, on WebKit', references)

async function steps() {
  // 1 The workbench.
  await find('treeitem', 'calc.go')
  await openFile('calc.go')
  await until('calc.go is shown', async () =>
    (await text('.monaco-editor .view-lines')).includes('func Add('),
  )
  await until('in colours', async () => {
    const colours = await driver.executeScript(
      "return [...document.querySelectorAll('.view-lines span span')].map((s) => getComputedStyle(s).color)",
    )
    return new Set(colours).size >= 4
  })
  await writeFile(join(home.folder, 'from-outside.txt'), 'here\n')
  await find('treeitem', 'from-outside.txt')
  await control('`')
  await until('the terminal', async () => /[$#]/.test(await text('.xterm-rows')))
  await press('echo sum-$((40+2))', Key.ENTER)
  await until('its output', async () => (await text('.xterm-rows')).includes('sum-42'))
  await control('j')

  // 2 The chat.
  const original = await home.read('calc.go')
  await send('add a function Sum to calc.go with a test and run the tests')
  const run = await find('button', 'Run')
  await until('the command ran', async () => {
    if ((await text('[role=log]')).includes('ended with exit code 0')) return true
    await click(run).catch(() => undefined)
    return false
  })
  assert.match(await home.read('calc.go'), /func Sum\(/)
  await until('the files that changed', async () => (await text('[role=log]')).includes('2 files changed'))
  await shoot('webkit')

  // 5 Look and take back.
  await push('View all changes')
  await until('the changes', async () => (await driver.findElements(By.css('.multiDiffEntry'))).length === 2)
  await shoot('webkit-changes')
  await push('Revert all changes')
  await until('the bytes are back', async () => (await home.read('calc.go')) === original)
  await push('Undo')
  await until('and forth', async () => (await home.read('calc.go')).includes('func Sum('))
}

async function review() {
  await push('New session')
  await find('heading', 'What shall we change?')
  const calc = await home.read('calc.go')
  const readme = await home.read('README.md')

  // 1 Two files, in their list.
  await send('replace "returns" with "gives" in calc.go and append "One more line" to README.md')
  await push('Review')
  await find('treeitem', 'calc.go, changed')
  await find('treeitem', 'README.md, changed')

  // 2 One change of several is taken back in the editor.
  await openFile('calc.go')
  await until('it is shown', async () => (await text('.monaco-editor .view-lines')).includes('Add gives'))
  await driver.actions().keyDown(Key.ALT).sendKeys(Key.F5).keyUp(Key.ALT).perform()
  await find('button', 'Undo: Keel changed line')
  await shoot('webkit-hunks')
  await push('Undo: Keel changed line')
  const rest = calc.replaceAll('returns', 'gives').replace('Add gives', 'Add returns')
  await holds('calc.go', rest)
  await find('treeitem', 'calc.go, changed, 5 lines added, 5 lines removed, partly reviewed')

  // 3 The others at once, and back.
  await push('Revert all changes')
  await holds('calc.go', calc)
  await holds('README.md', readme)
  await push('Undo revert')
  await holds('calc.go', rest)
  await push('Keep all')

  // 4 A proposal, of which one change is accepted and one is not.
  await push('Mode: Autopilot')
  await find('button', 'Mode: Supervised')
  await send('replace "gives" with "yields" in calc.go')
  await push('Open in Editor')
  await find('button', 'Accept all')
  await driver.actions().keyDown(Key.ALT).sendKeys(Key.F5).keyUp(Key.ALT).perform()
  await push('Reject: Changed line')
  await until('it is decided', async () => (await text('.keel-layer-bar')).includes('1 of 4 decided'))
  await shoot('webkit-proposal')
  await driver.actions().keyDown(Key.ALT).sendKeys(Key.F5).keyUp(Key.ALT).perform()
  await push('Accept: Changed line')
  assert.equal(await home.read('calc.go'), rest, 'nothing is written before the whole is answered')
  await push('Accept the rest')
  await holds('calc.go', rest.replaceAll('gives', 'yields').replace('Multiply yields', 'Multiply gives'))

  // 5 The list of all checkpoints.
  await runCommand('Keel: Show Checkpoint Timeline')
  await find('row', 'replace "gives" with "yields"')
  await shoot('webkit-checkpoints')
}

async function references() {
  // A model whose requests can be looked at.
  model = await startScripted()
  await keel.end()
  await mkdir(home.config, { recursive: true })
  await writeFile(join(home.config, 'settings.json'), JSON.stringify(model.settings))
  keel = await startServed(display, home, { env: model.env })
  await driver.get(keel.address)
  await find('treeitem', 'parse.go')
  await push('New session')
  await find('heading', 'What shall we change?')

  // 1 Chosen behind "#", with the keyboard.
  const input = await find('textbox', 'Message to the agent')
  await driver.executeScript((input) => input.focus(), input)
  await press('why #pars')
  await find('option', 'parse.go')
  await shoot('webkit-picker')
  await press(Key.ENTER)
  const value = () => driver.executeScript((input) => input.value, input)
  await until('it is in the text', async () => (await value()) === 'why #parse.go ')
  const chip = await find('button', 'File parse.go, ')

  // 2 Looked at.
  const parse = await home.read('parse.go')
  await click(chip)
  await until('the preview shows it', async () => {
    const shown =
      "return [...document.querySelectorAll('dialog pre')].map((each) => each.textContent).join('')"
    return (await driver.executeScript(shown)) === parse
  })
  await shoot('webkit-preview')
  await press(Key.ESCAPE)
  await until('it is closed', async () => (await driver.findElements(By.css('dialog'))).length === 0)

  // 3 Sent: the model gets what was shown.
  model.on('why #parse.go', says('It parses.'))
  await driver.executeScript((input) => input.focus(), input)
  await press(Key.ENTER)
  await until('the reply', async () => (await text('[role=log]')).includes('It parses.'))
  const [{ content }] = framesOf(model.requests('why #parse.go')[0])
  assert.equal(content, parse)
  await find('button', 'File parse.go, ')
  await shoot('webkit-sent')
}
