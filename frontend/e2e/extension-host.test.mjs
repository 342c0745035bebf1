// Where extensions run. A guest uses what a web extension may use; a burglar tries
// everything else. What came of it is looked up on the disk and in the page, not
// only in what the extension believes.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { Key } from 'selenium-webdriver'
import { throughKeyring } from './accounts.mjs'
import { bytesOf, pathsBelow } from './files.mjs'
import {
  launchChromium,
  makeHome,
  openPage,
  patience,
  picture,
  product,
  reload,
  start,
  startDisplay,
  startServed,
  until,
} from './harness.mjs'
import { pack } from './registry.mjs'
import { groupRuns } from './signin.mjs'
import { launchWebKit } from './webkit.mjs'
import { openFile, press, runCommand, tab, toast } from './workbench.mjs'

let display, browser
const homes = []
let page, keel, home

before(async () => {
  display = await startDisplay()
  browser = await launchChromium()
})

afterEach(async (context) => {
  if (context.passed === false && page) await picture(page, `failed-${context.name}`)
  await page?.context().close()
  await keel?.end()
  page = keel = undefined
})

after(async () => {
  await browser?.close()
  await display?.end()
  for (const each of homes) await each.remove()
})

/** A home in which these extensions are installed. */
async function homeWith(names, options) {
  home = await makeHome(options)
  homes.push(home)
  await install(home, names)
  return home
}

async function install(into, names) {
  for (const name of names) {
    const { vsix } = await pack(name)
    const file = join(into.home, `${name}.vsix`)
    await writeFile(file, vsix)
    execFileSync(product, ['extension', 'install', file, '--yes'], { env: into.env })
  }
}

/** A keychain is there, and open, where through says so. */
async function open({ through = [] } = {}) {
  keel = await startServed(display, home, { through })
  page = await openPage(browser, keel)
}

async function close() {
  await page.context().close()
  await keel.end()
  // What ends first is the bus: a Keel that still runs would take over from the next one.
  await until('Keel has ended', async () => !(await groupRuns(keel.pid)))
  page = keel = undefined
}

const hosts = () => page.locator('iframe.keel-extension-host').count()

/** What an extension has left in the folder. */
const left = (name) => until(`${name} is there`, async () => JSON.parse(await home.read(name)))

test(
  'a web extension has what it needs, and starts when it is needed',
  { timeout: 3 * patience },
  async () => {
    await homeWith(['guest'])
    await open({ through: throughKeyring })
    assert.equal(await hosts(), 0, 'a host was started before anybody needed it')
    await runCommand(page, 'Guest: Run')
    const { secrets, ...rest } = await left('guest.json')
    const [, word] = /^none, then (\S+-emases) as word$/.exec(secrets) ?? assert.fail(secrets)
    assert.deepEqual(rest, {
      files: 'hello 1',
      storage: '1 1 1',
      languages: 'offered',
      edit: 'true true',
      account: 'nobody',
      setting: '7',
      ownFile: 'welcome',
      worker: 'NESTED',
    })
    assert.equal(await hosts(), 1)
    assert.match(await home.read('calc.go'), /^\/\/ by a guest\n/)
    assert.match(await readFile(join(home.config, 'settings.json'), 'utf8'), /"editor.tabSize": 7/)
    await page.getByRole('button', { name: /^Rooms Section/ }).click()
    await page.getByRole('treeitem', { name: 'Kitchen' }).waitFor()

    // What it keeps is there the next time.
    await reload(page)
    await runCommand(page, 'Guest: Run')
    await until('the second visit is counted', async () => (await left('guest.json')).storage === '2 2 2')
    assert.equal((await left('guest.json')).secrets, `${word}, then ${word} as word`)
  },
)

test('an error that an extension does not catch ends nothing', { timeout: 3 * patience }, async () => {
  await homeWith(['guest'])
  await open()
  await runCommand(page, 'Guest: Stumble')
  await until('it has stumbled', () => existsSync(join(home.folder, 'stumbled.txt')))
  await runCommand(page, 'Guest: Run')
  await left('guest.json')
  assert.equal(await hosts(), 1)
  assert.equal(await toast(page, 'Extensions have stopped working').count(), 0)
})

test(
  'in a folder that nobody trusts, code runs only where it says that it may',
  { timeout: 3 * patience },
  async () => {
    await homeWith(['guest', 'burglar'], { trusted: false })
    await open()
    const no = page.getByRole('dialog').getByRole('button', { name: /don.t trust/i })
    await no.click()
    await runCommand(page, 'Guest: Run')
    await left('guest.json')
    assert.ok(!existsSync(join(home.folder, 'activated.txt')), 'the burglar was let in')
  },
)

test('a hostile extension reaches nothing', { timeout: 5 * patience }, async () => {
  await homeWith(['burglar'])
  await writeFile(join(home.home, 'outside.txt'), 'secret outside')
  await mkdir(join(home.folder, '.git/hooks'), { recursive: true })
  const settings = join(home.config, 'settings.json')
  await mkdir(home.config, { recursive: true })
  await writeFile(settings, '{\n  "keelAgent.trustedCommands": ["npm test"]\n}\n')
  await open()
  await until('it is activated', () => existsSync(join(home.folder, 'activated.txt')))
  // A terminal of the person's own is open, and the burglar sees that.
  await runCommand(page, 'Terminal: Create New Terminal')
  await page.locator('.terminal-wrapper.active .xterm-screen').waitFor()
  // The settings are open before the person, and stay between the person and Keel.
  await runCommand(page, 'Preferences: Open User Settings (JSON)')
  await tab(page, 'settings.json').waitFor()

  // Whatever is asked, the answer is no.
  const asked = new Set()
  let answering = true
  const answers = (async () => {
    const dialog = page.locator('.monaco-dialog-box')
    while (answering) {
      for (const question of await dialog.allInnerTexts()) {
        asked.add(question)
        await page.keyboard.press('Escape')
      }
      await new Promise((done) => setTimeout(done, 100))
    }
  })()
  await runCommand(page, 'Burglar: Run')
  const said = await left('burglar.json')
  answering = false
  await answers
  const reached = /^(status|reached|loaded|open$|opened|imported|applied true|ran|started true|made|\[)/
  for (const [name, outcome] of Object.entries(said)) {
    assert.doesNotMatch(outcome, reached, `${name} came through: ${outcome}`)
    assert.doesNotMatch(outcome, /secret outside|npm test/, name)
  }
  assert.doesNotMatch(said.nested, /reached/)
  assert.equal(said.window, 'undefined undefined undefined undefined')
  assert.equal(await readFile(join(home.home, 'outside.txt'), 'utf8'), 'secret outside')
  assert.equal(await readFile(settings, 'utf8'), '{\n  "keelAgent.trustedCommands": ["npm test"]\n}\n')
  for (const name of ['keybindings.json', 'tasks.json']) assert.ok(!existsSync(join(home.config, name)), name)
  for (const name of [
    'fetched.txt',
    'typed.txt',
    'shell.txt',
    'sequence.txt',
    'several.txt',
    'task.txt',
    '.git/hooks/pre-commit',
    '.envrc',
  ]) {
    assert.ok(!existsSync(join(home.folder, name)), name)
  }
  assert.ok(
    [...asked].some((question) => question.includes('touch typed.txt')),
    'nobody was asked about the terminal',
  )
  // What a person clicks in what it shows runs nothing in a terminal either.
  const refusal = toast(page, 'Keel does not let a click in what an extension shows do this')
  await until('the click is refused', async () => {
    if (await refusal.isVisible()) return true
    await page.locator('.statusbar-item').getByText('Burglar Ready').click({ timeout: 5000 })
    return false
  })
  // The person goes on working.
  await openFile(page, 'calc.go')
})

test(
  'the window stays usable beside a flood and a loop, and extensions can be restarted',
  { timeout: 5 * patience },
  async () => {
    await homeWith(['burglar', 'guest'])
    await open()
    await runCommand(page, 'Burglar: Flood')
    await until('the flood is over', () => existsSync(join(home.folder, 'flooded.txt')))
    await openFile(page, 'calc.go')
    await runCommand(page, 'Burglar: Loop')
    const restart = page.getByRole('button', { name: 'Restart Extensions' })
    await restart.first().waitFor()
    await openFile(page, 'parse.go') // meanwhile
    await restart.first().click()
    await runCommand(page, 'Guest: Run')
    await left('guest.json')
  },
)

/** Lets the guest do its work, and returns what came of its secrets. */
async function visit() {
  await rm(join(home.folder, 'guest.json'), { force: true })
  await runCommand(page, 'Guest: Run')
  return (await left('guest.json')).secrets
}

/** The word that the guest keeps, which it tells the wrong way round. */
function wordIn(secrets) {
  const [, told] = /^none, then (\S+-emases) as word$/.exec(secrets) ?? assert.fail(secrets)
  return { told, word: [...told].reverse().join('') }
}

/** No file below the home holds it. */
async function nowhereOnDisk(word) {
  const forms = [word, Buffer.from(word).toString('base64').replace(/=*$/, '').slice(0, -1)]
  let files = 0
  for (const path of await pathsBelow(home.home)) {
    files++
    const text = await bytesOf(path)
    for (const form of forms) assert.ok(!text.includes(form), `${path} holds the secret`)
  }
  assert.ok(files > 0)
}

test(
  'what an extension keeps is in the keychain, outlives the program, and goes with the extension',
  { timeout: 6 * patience },
  async () => {
    await homeWith(['guest'])
    await open({ through: throughKeyring })
    const { told, word } = wordIn(await visit())
    await nowhereOnDisk(word)
    await close()
    await nowhereOnDisk(word)

    await open({ through: throughKeyring })
    assert.equal(await visit(), `${told}, then ${told} as word`)
    await close()

    const [command, ...args] = throughKeyring
    const uninstall = [...args, product, 'extension', 'uninstall', 'keel-tests.guest']
    execFileSync(command, uninstall, { env: home.env })
    await install(home, ['guest'])
    await open({ through: throughKeyring })
    assert.notEqual(wordIn(await visit()).word, word)
  },
)

test(
  'without a keychain the window asks where to keep what an extension keeps, and how to open it',
  { timeout: 6 * patience },
  async () => {
    const passphrase = 'correct horse battery'
    await homeWith(['guest'])
    await open()
    const { told, word } = wordIn(await visit())
    const asked = page.getByRole('dialog', { name: 'The keychain cannot be used' })
    await asked.getByRole('textbox', { name: 'Passphrase', exact: true }).fill(passphrase)
    await asked.getByRole('textbox', { name: 'The passphrase again' }).fill(passphrase)
    await asked.getByRole('button', { name: 'Seal' }).click()
    await asked.waitFor({ state: 'hidden' })
    assert.equal(await visit(), `${told}, then ${told} as word`)
    await close()
    await nowhereOnDisk(word)

    // Locked: the extension hears why, and the person what to do. Nothing is lost.
    await open()
    assert.match(await visit(), /^threw .*sealed with a passphrase/)
    const offer = toast(page, 'keel-tests.guest cannot use the secrets that it keeps')
    await offer.waitFor()
    await picture(page, 'extensions: secrets are locked, dark')
    await offer.getByRole('button', { name: 'Where Secrets Are Kept' }).click()
    const unlocking = page.getByRole('dialog', { name: 'Unlock your keys' })
    await unlocking.getByRole('textbox', { name: 'Passphrase' }).fill(passphrase)
    await press(page, 'Enter')
    await unlocking.waitFor({ state: 'hidden' })
    assert.equal(await visit(), `${told}, then ${told} as word`)
  },
)

/** What came of the guest's visit, on an engine that is slow to ask more of. */
function assertGuest(results) {
  for (const name of ['files', 'storage', 'secrets', 'languages', 'edit', 'ownFile', 'worker'])
    assert.doesNotMatch(results[name], /threw|error|missing|false/, name)
}

test(
  'a web extension runs on the engine that the product ships with',
  { timeout: 4 * patience },
  async () => {
    await homeWith(['guest'])
    keel = await startServed(display, home)
    const webkit = await launchWebKit(display, home)
    try {
      const { driver } = webkit
      await driver.get(keel.address)
      const shown = (css) =>
        driver.executeScript((css) => (document.querySelector(css)?.getClientRects().length ?? 0) > 0, css)
      await until('the explorer is there', () => shown('.explorer-folders-view'))
      await until('the guest has been', async () => {
        const keys = driver.actions().keyDown(Key.CONTROL).keyDown(Key.SHIFT).sendKeys('p')
        await keys.keyUp(Key.SHIFT).keyUp(Key.CONTROL).perform()
        await until('the palette is open', () => shown('.quick-input-widget input'), patience / 10)
        await driver.actions().sendKeys('Guest: Run').perform()
        await until(
          'it is offered',
          () => shown('.quick-input-list [aria-label^="Guest: Run"]'),
          patience / 10,
        )
        await driver.actions().sendKeys(Key.ENTER).perform()
        return until('it is done', () => home.read('guest.json'), patience / 3)
      })
      assertGuest(await left('guest.json'))
    } finally {
      await webkit.end()
    }
  },
)

test('a web extension runs in the window of the product', { timeout: 4 * patience }, async () => {
  await homeWith(['guest'])
  const env = { ...home.env, DISPLAY: display.name, KEEL_TIMINGS: '1' }
  keel = start(product, [home.folder], { env })
  const xdotool = (...args) =>
    execFileSync('xdotool', args, { env: { ...process.env, DISPLAY: display.name }, encoding: 'utf8' }).trim()
  await until('the editor is usable', () => keel.output().includes('editor usable'))
  const id = await until('the window is there', () =>
    xdotool('search', '--onlyvisible', '--name', 'sample.*Keel').split('\n').at(0),
  )
  xdotool('windowactivate', '--sync', id)
  await until('the guest has been', async () => {
    xdotool('key', 'Escape')
    xdotool('key', 'ctrl+shift+p')
    xdotool('type', '--delay', '150', 'Guest: Run')
    xdotool('key', 'Return')
    return until('it is done', () => home.read('guest.json'), patience / 6)
  })
  assertGuest(await left('guest.json'))
})
