// The main job, from beginning to end, as a person does it: the real program,
// the real page, real files, real processes. Only the model is a stand-in.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { bytesOf, pathsBelow, textOf } from './files.mjs'
import {
  launchChromium,
  makeHome,
  openPage,
  patience,
  reload,
  startDisplay,
  startServed,
  tellRunning,
  trustFolders,
  top,
  until,
} from './harness.mjs'
import * as wb from './workbench.mjs'

const key = 'add a function Sum to calc.go with a test and run the tests'

let display, home, browser, keel, page, chat

async function start(options) {
  keel = await startServed(display, home, options)
  page = await openPage(browser, keel)
  chat = wb.chat(page)
}

/** Processes whose command line is exactly this. */
function running(commandLine) {
  const wanted = commandLine.replaceAll(' ', '\0') + '\0'
  return readdir('/proc').then((names) =>
    names
      .filter((name) => /^\d+$/.test(name))
      .filter((name) => {
        try {
          return readFileSync(`/proc/${name}/cmdline`, 'latin1') === wanted
        } catch {
          return false
        }
      }),
  )
}

/** Every file of the workspace with its bytes. */
async function contents() {
  const files = await pathsBelow(home.folder)
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await bytesOf(file)])))
}

const settingsText = () => readFile(join(home.config, 'settings.json'), 'utf8')

/** Tells whether some folder's window would open again with its panel. */
async function panelIsStored() {
  const paths = await pathsBelow(home.data)
  const texts = await Promise.all(paths.filter((path) => basename(path) === 'storage.json').map(textOf))
  return texts.some((text) => JSON.parse(text || '{}')['workbench.panel.hidden'] === 'false')
}

before(async () => {
  display = await startDisplay()
  home = await makeHome()
  await trustFolders(home, home.folder, join(home.home, 'other'))
  browser = await launchChromium()
  await start()
})

afterEach((context) => wb.conclude(page, context))

after(async () => {
  await browser?.close()
  await keel?.end()
  await display?.end()
  await home?.remove()
})

describe('1 the workbench', { timeout: 300_000 }, () => {
  test('the explorer shows what is in the folder', async () => {
    const names = await readdir(join(top, 'build/sample'))
    for (const name of names) await wb.inExplorer(page, name).waitFor()
    assert.equal(await wb.explorer(page).getByRole('treeitem').count(), names.length)
  })

  test('quick open opens a file, with its syntax in colours', async () => {
    await wb.openFile(page, 'calc.go')
    await until('there are several colours', async () => {
      const colours = await wb
        .lines(page)
        .evaluate((element) =>
          [...element.querySelectorAll('span span')].map((span) => getComputedStyle(span).color),
        )
      return new Set(colours).size >= 4
    })
    assert.match(await wb.shownText(page), /func Add\(a, b float64\) float64/)
  })

  test('what another program writes shows within a second', async () => {
    const before = await home.read('calc.go')
    let begun = Date.now()
    await writeFile(
      join(home.folder, 'calc.go'),
      before.replace('package main', 'package main // from outside'),
    )
    await page.locator('.view-line', { hasText: 'from outside' }).waitFor()
    const edited = Date.now() - begun
    begun = Date.now()
    await writeFile(join(home.folder, 'new-from-outside.txt'), 'here\n')
    await wb.inExplorer(page, 'new-from-outside.txt').waitFor()
    console.log(
      `    another program's edit showed after ${edited} ms, its new file after ${Date.now() - begun} ms`,
    )
    await writeFile(join(home.folder, 'calc.go'), before)
    await page.locator('.view-line', { hasText: 'from outside' }).waitFor({ state: 'detached' })
    await rm(join(home.folder, 'new-from-outside.txt'))
    await wb.inExplorer(page, 'new-from-outside.txt').waitFor({ state: 'detached' })
  })

  test('saving writes exactly what was typed', async () => {
    const before = await home.read('calc.go')
    await wb.openFile(page, 'calc.go')
    await wb.lines(page).click()
    await wb.press(page, 'Control+End')
    await page.keyboard.type('// Grüße, 世界')
    await wb.save(page)
    await until(
      'the text is on the disk',
      async () => (await home.read('calc.go')) === `${before}// Grüße, 世界`,
    )
    await writeFile(join(home.folder, 'calc.go'), before)
    await page.locator('.view-line', { hasText: 'Grüße' }).waitFor({ state: 'detached' })
  })

  test('saving over newer bytes asks first', async () => {
    const before = await home.read('parse.go')
    await wb.openFile(page, 'parse.go')
    await wb.lines(page).click()
    await wb.press(page, 'Control+Home')
    await page.keyboard.type('// mine ')
    await writeFile(join(home.folder, 'parse.go'), `// theirs\n${before}`)
    await wb.press(page, 'Control+S')
    const question = wb.toast(page, 'The content of the file is newer')
    await question.waitFor()
    assert.match(await home.read('parse.go'), /^\/\/ theirs/, 'the newer bytes are still there')
    await question.getByRole('button', { name: 'Overwrite' }).click()
    await until('mine is on the disk', async () => (await home.read('parse.go')) === `// mine ${before}`)
    await wb.saved(page)
    await writeFile(join(home.folder, 'parse.go'), before)
    await page.locator('.view-line', { hasText: '// mine' }).waitFor({ state: 'detached' })
  })

  test('a file that is deleted while open stays in its editor', async () => {
    const path = join(home.folder, 'short-lived.txt')
    await writeFile(path, 'still here\n')
    await wb.openFile(page, 'short-lived.txt')
    await wb.lines(page).click()
    await wb.press(page, 'Control+End')
    await page.keyboard.type('typed')
    await rm(path)
    await page
      .getByRole('tab', { name: /short-lived\.txt/ })
      .locator('.label-name.strikethrough, .strikethrough')
      .first()
      .waitFor()
    assert.match(await wb.shownText(page), /still here/)
    await wb.press(page, 'Control+S')
    await until('saving brings it back', async () => (await readFile(path, 'utf8')) === 'still here\ntyped')
    await wb.closeEditors(page)
    await rm(path)
  })

  test('the palette runs commands', async () => {
    await wb.runCommand(page, 'View: Toggle Primary Side Bar Visibility')
    await wb.explorer(page).waitFor({ state: 'hidden' })
    await wb.runCommand(page, 'View: Toggle Primary Side Bar Visibility')
    await wb.explorer(page).waitFor()
  })

  test('search finds text and opens it', async () => {
    await wb.press(page, 'Control+Shift+F')
    await page.getByRole('textbox', { name: /^Search: / }).fill('unknown operator')
    await wb.press(page, 'Enter')
    const found = page.getByRole('treeitem', { name: /found unknown operator/ })
    await found.waitFor()
    await found.click()
    await wb.tab(page, 'parse.go').waitFor()
    await wb.press(page, 'Control+Shift+E')
    await wb.explorer(page).waitFor()
  })

  test('another folder opens in this window', async () => {
    const other = join(home.home, 'other')
    await mkdir(other)
    await writeFile(join(other, 'elsewhere.txt'), 'over here\n')
    await tellRunning(display, home, other)
    await wb.inExplorer(page, 'elsewhere.txt').waitFor()
    await wb.press(page, 'Control+R')
    await page
      .getByRole('option', { name: /sample/ })
      .first()
      .click()
    await wb.inExplorer(page, 'calc.go').waitFor()
  })

  test('the terminal runs a shell, and a reload of the page loses nothing', async () => {
    await wb.press(page, 'Control+`')
    const typed = page.getByRole('textbox', { name: /^Terminal 1/ })
    await typed.waitFor()
    await until('the terminal has the keyboard', async () => {
      await page.locator('.xterm-screen').click()
      return typed.evaluate((element) => element === document.activeElement)
    })
    await until('a prompt', async () => /\$|#/.test(await wb.terminalText(page).innerText()))
    await page.keyboard.type('echo sum-$((40+2)); sleep 31.25 &\n')
    await page.locator('.xterm-rows', { hasText: 'sum-42' }).waitFor()
    await until('the process runs', async () => (await running('sleep 31.25')).length === 1)
    const [process] = await running('sleep 31.25')
    // The layout is stored once it has settled; what runs in it needs no such wait.
    await until('the open panel is stored', panelIsStored)
    await reload(page)
    await page.locator('.xterm-rows', { hasText: 'sum-42' }).waitFor()
    assert.deepEqual(await running('sleep 31.25'), [process], 'the terminal is the same')
    await page.locator('.xterm-screen').click()
    await page.keyboard.type('kill %1; echo still-$((1+1))\n')
    await page.locator('.xterm-rows', { hasText: 'still-2' }).waitFor()
    await until('the process has ended', async () => (await running('sleep 31.25')).length === 0)
    await wb.runCommand(page, 'Terminal: Kill the Active Terminal Instance')
    await page.locator('.xterm-rows').waitFor({ state: 'detached' })
  })

  test('the settings editor finds the trusted commands and edits their list', async () => {
    await wb.openFile(page, 'parse.go')
    await mkdir(home.config, { recursive: true })
    await writeFile(join(home.config, 'settings.json'), '{\n  // mine\n  "editor.fontSize": 17\n}\n')
    await until('what the file says is in force', () =>
      wb
        .lines(page)
        .evaluate((element) => getComputedStyle(element.querySelector('.view-line')).fontSize === '17px'),
    )
    const setting = await wb.findSetting(page, 'Keel Agent: Trusted Commands')
    const ok = setting.getByRole('button', { name: 'OK' })
    await until('the setting is on the disk', async () => {
      if (/"keelAgent.trustedCommands": \[\s*"go version"\s*\]/.test(await settingsText())) return true
      if (!(await ok.isVisible()))
        await setting.getByRole('button', { name: 'Add Item' }).click({ timeout: 2000 })
      await setting.locator('.monaco-inputbox input').first().fill('go version', { timeout: 2000 })
      await ok.click({ timeout: 2000 })
      return until('it is written', async () => (await settingsText()).includes('"go version"'), 5000)
    })
    assert.match(await settingsText(), /\/\/ mine/, 'the comment is kept')
    await wb.closeEditors(page)
  })

  test('a changed key persists', async () => {
    await wb.press(page, 'Control+K', 'Control+S')
    await page.getByPlaceholder('Type to search in keybindings').waitFor()
    await page.keyboard.type('Keel: Toggle Autopilot')
    const row = page.getByRole('listitem', { name: /^Keel: Toggle Autopilot/ })
    const widget = page.locator('.defineKeybindingWidget')
    const asks = () =>
      widget.evaluateAll((all) => all.some((element) => element.contains(document.activeElement)))
    // A click on a list that is just being filtered is lost, or its question is closed again.
    await until('the question for a key has the keyboard', async () => {
      await row.dblclick({ timeout: patience / 6 })
      return until('it', asks, patience / 12).catch(() => false)
    })
    await wb.press(page, 'Control+Alt+Y')
    await widget.locator('.monaco-keybinding-key', { hasText: 'Y' }).waitFor()
    await wb.press(page, 'Enter')
    await until('the key is on the disk', async () => {
      const text = await readFile(join(home.config, 'keybindings.json'), 'utf8')
      return text.includes('keel.toggleMode') && text.includes('ctrl+alt+y')
    })
    await chat.open()
    await wb.press(page, 'Control+Alt+Y')
    await page.getByRole('button', { name: 'Mode: Supervised. Press to change.' }).waitFor()
    await wb.press(page, 'Control+Alt+Y')
    await page.getByRole('button', { name: 'Mode: Autopilot. Press to change.' }).waitFor()
    await wb.closeEditors(page)
  })

  test('a theme persists', async () => {
    await wb.chooseTheme(page, 'Light Modern')
    await page.locator('.monaco-workbench.vs').waitFor()
    await until('the theme is on the disk', async () =>
      (await settingsText()).includes('"workbench.colorTheme"'),
    )
    await reload(page)
    await page.locator('.monaco-workbench.vs').waitFor()
    await wb.chooseTheme(page, 'Dark Modern')
    await page.locator('.monaco-workbench.vs-dark').waitFor()
  })
})

/** Leaves what an earlier test began, and starts a session with the files as they were. */
async function anew() {
  await chat.open()
  if (await chat.stop.isVisible()) {
    await chat.stop.click()
    await chat.stop.waitFor({ state: 'hidden' })
  }
  await home.reset()
  await chat.newSession()
}

const question = (turn) => turn.getByRole('region', { name: 'Command' }).last()
const run = (turn) => wb.pressWhenReady(question(turn).getByRole('button', { name: 'Run', exact: true }))

describe('2 the chat', { timeout: 300_000 }, () => {
  beforeEach(anew)

  test('the practice model is labelled, and its examples can be clicked', async () => {
    await until('the model is named', async () =>
      /Practice model/.test(await chat.model.getAttribute('aria-label')),
    )
    const examples = page.getByRole('group', { name: 'Examples to try' })
    await examples.getByRole('button', { name: new RegExp(key) }).click()
    assert.equal(await chat.input.inputValue(), key)
    await chat.input.fill('')
  })

  test('a turn edits, asks, runs and reports', async () => {
    const turn = await chat.send(key)
    await question(turn).getByRole('button', { name: 'Run', exact: true }).waitFor()
    await turn.getByText('offline stand-in').waitFor()
    await turn.getByRole('button', { name: 'Read calc.go Done' }).waitFor()
    await turn.getByRole('region', { name: 'Changed lines of calc.go' }).getByText('func Sum(').waitFor()
    await turn
      .getByRole('region', { name: 'Changed lines of calc_test.go' })
      .getByText('func TestSum(')
      .waitFor()
    assert.match(await home.read('calc.go'), /func Sum\(/)
    await run(turn)
    await question(turn)
      .getByLabel('Output')
      .getByText(/ok\s+example\.com\/calc/)
      .waitFor()
    await chat.ended(turn)
    await turn.getByRole('region', { name: 'Changed files' }).getByText('2 files changed').waitFor()
    await turn.getByText('go test ./... ended with exit code 0.').waitFor()
  })

  test('a reply streams', async () => {
    await page.evaluate(() => {
      const seen = (window.__sizes = new Set())
      const log = document.querySelector('[role=log]')
      new MutationObserver(() => seen.add(log.textContent.length)).observe(log, {
        subtree: true,
        childList: true,
        characterData: true,
      })
    })
    await chat.run('count to 200 words')
    const sizes = await page.evaluate(() => window.__sizes.size)
    assert.ok(sizes > 10, `the reply came in ${sizes} pieces`)
  })

  test('a command shows its output while it runs', async () => {
    const turn = await chat.send('run `echo first; sleep 30.5; echo second`')
    await run(turn)
    await question(turn).getByLabel('Output').getByText('first').waitFor()
    assert.equal(await turn.getAttribute('aria-busy'), 'true', 'the command still runs')
    const [sleeping] = await running('sleep 30.5')
    process.kill(Number(sleeping))
    await question(turn).getByLabel('Output').getByText('second').waitFor()
    await chat.ended(turn)
  })
})

describe('3 supervised', { timeout: 300_000 }, () => {
  beforeEach(anew)

  test('each file change is shown, and waits for an answer', async () => {
    await chat.setMode('Supervised')
    const original = await home.read('calc.go')
    const turn = await chat.send('replace "Add returns" with "Add gives" in calc.go')
    const edit = turn.getByRole('region', { name: 'Edit calc.go' })
    await edit.getByRole('button', { name: 'Accept', exact: true }).waitFor()
    await edit.getByRole('region', { name: 'Changed lines of calc.go' }).getByText('Add gives').waitFor()
    assert.equal(await home.read('calc.go'), original, 'nothing is written before the answer')
    await wb.pressWhenReady(edit.getByRole('button', { name: 'Accept', exact: true }))
    await chat.ended(turn)
    assert.equal(await home.read('calc.go'), original.replace('Add returns', 'Add gives'))
  })

  test('a rejection carries its reason to the agent, and nothing is written', async () => {
    await chat.setMode('Supervised')
    const original = await home.read('calc.go')
    const turn = await chat.send('replace "Add returns" with "Add gives" in calc.go')
    const edit = turn.getByRole('region', { name: 'Edit calc.go' })
    await edit.getByRole('button', { name: 'Reject…' }).click()
    await edit.getByLabel(/^Why not/).fill('keep the old words')
    await edit.getByRole('button', { name: 'Reject', exact: true }).click()
    await chat.ended(turn)
    await edit.getByText('You said: keep the old words').waitFor()
    await turn.getByText(/refused.*keep the old words/).waitFor()
    assert.equal(await home.read('calc.go'), original)
    await chat.setMode('Autopilot')
  })
})

describe('4 the command’s approval', { timeout: 300_000 }, () => {
  beforeEach(anew)

  test('the card shows the whole command and its folder', async () => {
    const long = `echo ${'a-long-word '.repeat(40)}end`
    const turn = await chat.send(`run \`${long}\``)
    await question(turn).getByRole('button', { name: 'Run', exact: true }).waitFor()
    assert.equal(await question(turn).getByLabel('The whole command').innerText(), long)
    await question(turn).getByText('the opened folder').waitFor()
    await question(turn).getByRole('button', { name: 'Reject…' }).click()
    await question(turn)
      .getByLabel(/^Why not/)
      .fill('too loud')
    await wb.press(page, 'Enter')
    await chat.ended(turn)
    await turn.getByText(/refused the command.*too loud/).waitFor()
  })

  test('Trust writes the setting, and the next such command runs unasked', async () => {
    await writeFile(join(home.config, 'settings.json'), '{\n  // mine\n  "editor.fontSize": 14,\n}\n')
    const first = await chat.send('run `go version`')
    const trusting = page.getByRole('dialog', { name: /^Run it, and do not ask again/ })
    await question(first).getByRole('button', { name: 'Trust', exact: true }).click()
    await trusting.getByRole('radio', { name: /^go version Exactly this command/ }).check()
    await trusting.getByRole('radio', { name: 'Always' }).check()
    await until('the answer is given', async () => {
      if (!(await trusting.isVisible())) return true
      await trusting.getByRole('button', { name: 'Trust and Run' }).click()
      return false
    })
    await chat.ended(first)
    await until('the setting is on the disk', async () =>
      /"keelAgent.trustedCommands": \[\s*"go version"\s*\]/.test(await settingsText()),
    )
    assert.match(
      await settingsText(),
      /\/\/ mine\n {2}"editor.fontSize": 14/,
      'comments and other keys are kept',
    )

    const second = await chat.run('run `go version`')
    await second
      .getByLabel('Output')
      .getByText(/go version go1/)
      .waitFor()

    const other = await chat.send('run `go version -m calc.go`')
    await question(other).getByRole('button', { name: 'Run', exact: true }).waitFor()
    await chat.stop.click()
    await chat.ended(other)

    const setting = await wb.findSetting(page, 'Keel Agent: Trusted Commands')
    await setting.getByText('go version', { exact: true }).hover()
    await setting.getByRole('button', { name: /Remove/ }).click()
    await until('the setting is gone', async () => !(await settingsText()).includes('"go version"'))
    await wb.closeEditors(page)
    const third = await chat.send('run `go version`')
    await question(third).getByRole('button', { name: 'Run', exact: true }).waitFor()
    await chat.stop.click()
    await chat.ended(third)
  })

  test('the deny list comes before what is trusted', async () => {
    const settings = { 'keelAgent.trustedCommands': ['echo *'], 'keelAgent.commandDenylist': ['secret'] }
    await writeFile(join(home.config, 'settings.json'), JSON.stringify(settings))
    await until('what is trusted runs', async () => {
      const turn = await chat.send('run `echo plain`')
      const asks = question(turn).getByRole('button', { name: 'Run', exact: true })
      await until(
        'it asks or is done',
        async () => (await turn.getAttribute('aria-busy')) !== 'true' || (await asks.isVisible()),
      )
      const asked = await asks.isVisible()
      if (asked) await chat.stop.click()
      await chat.ended(turn)
      return !asked
    })
    const turn = await chat.send('run `echo the secret`')
    await question(turn)
      .getByText(/deny list/i)
      .waitFor()
    await question(turn).getByRole('button', { name: 'Run', exact: true }).waitFor()
    await chat.stop.click()
    await chat.ended(turn)
    await writeFile(join(home.config, 'settings.json'), '{}\n')
  })
})

describe('5 look and take back', { timeout: 300_000 }, () => {
  beforeEach(anew)
  const prompt = 'append "// the end" to parse.go and run `printf made > made-by-command.txt; rm README.md`'
  const changedNames = ['parse.go', 'made-by-command.txt', 'README.md']

  test('View all changes shows what the turn changed, by tool and by command', async () => {
    const turn = await chat.send(prompt)
    await run(turn)
    await chat.ended(turn)
    const summary = turn.getByRole('region', { name: 'Changed files' })
    await summary.getByText('3 files changed').waitFor()
    await summary.getByRole('button', { name: /^made-by-command\.txt: added, by a command/ }).waitFor()
    await summary.getByRole('button', { name: 'View all changes' }).click()
    await wb.tab(page, /^Changes: append/).waitFor()
    for (const name of changedNames)
      await page.locator('.multiDiffEntry', { hasText: name }).first().waitFor()
    await page
      .locator('.multiDiffEntry', { hasText: 'parse.go' })
      .locator('.modified .view-line', { hasText: '// the end' })
      .first()
      .waitFor()
    await wb.closeEditors(page)
  })

  test('Revert all changes puts the bytes back, and Undo brings them again', async () => {
    const originals = await contents()
    const turn = await chat.send(prompt)
    await run(turn)
    await chat.ended(turn)
    const changed = await contents()
    const summary = turn.getByRole('region', { name: 'Changed files' })
    await summary.getByRole('button', { name: 'Revert all changes' }).click()
    const toast = wb.toast(page, 'Reverted 3 files.')
    await toast.waitFor()
    assert.deepEqual(await contents(), originals)
    await toast.getByRole('button', { name: 'Undo' }).click()
    await wb.toast(page, 'Brought back 3 files.').waitFor()
    assert.deepEqual(await contents(), changed)

    await summary.getByRole('button', { name: 'Revert all changes' }).click()
    await summary.getByText('Reverted', { exact: true }).waitFor()
    assert.deepEqual(await contents(), originals)
    await summary.getByRole('button', { name: 'Undo revert' }).click()
    await summary.getByRole('button', { name: 'Revert all changes' }).waitFor()
    assert.deepEqual(await contents(), changed)
    await wb.clearToasts(page)
  })

  test('what was edited since is left alone and named', async () => {
    const turn = await chat.run(
      'create a file notes.md with the text "first" and append "// the end" to parse.go',
    )
    await writeFile(join(home.folder, 'notes.md'), 'mine now\n')
    await turn.getByRole('button', { name: 'Revert all changes' }).click()
    await wb.toast(page, /Left as it is, because of newer changes: notes\.md/).waitFor()
    assert.equal(await home.read('notes.md'), 'mine now\n')
    assert.doesNotMatch(await home.read('parse.go'), /the end/)
    await wb.clearToasts(page)
  })

  test('Restore at a checkpoint shows what it will do, does it, and can be undone', async () => {
    const originals = await contents()
    const first = await chat.run('create a file notes.md with the text "first"')
    await chat.run('append "// the end" to parse.go')
    await writeFile(join(home.folder, 'by-hand.txt'), 'mine\n')
    const changed = await contents()
    await first.getByRole('button', { name: 'Restore', exact: true }).click()
    const preview = page.getByRole('dialog', { name: 'Put everything back to this point' })
    await preview.getByText('1 file written back').waitFor()
    await preview.getByText('2 files deleted').waitFor()
    for (const name of ['parse.go', 'notes.md', 'by-hand.txt']) await preview.getByText(name).waitFor()
    assert.deepEqual(await contents(), changed, 'the preview changes nothing')
    await preview.getByRole('button', { name: 'Restore 3 files' }).click()
    const toast = wb.toast(page, 'Restored 3 files.')
    await toast.waitFor()
    assert.deepEqual(await contents(), originals)
    await toast.getByRole('button', { name: 'Undo' }).click()
    await wb.toast(page, 'Brought back 3 files.').waitFor()
    assert.deepEqual(await contents(), changed)
    await wb.clearToasts(page)
  })
})

describe('6 stop', { timeout: 300_000 }, () => {
  beforeEach(anew)

  test('during a command: idle within a second, and its process is gone', async () => {
    const turn = await chat.send('run `sleep 60.75`')
    await run(turn)
    await until('the command runs', async () => (await running('sleep 60.75')).length > 0)
    const begun = Date.now()
    await chat.stop.click()
    await chat.stop.waitFor({ state: 'hidden' })
    console.log(`    idle ${Date.now() - begun} ms after Stop`)
    await until('the process is gone', async () => (await running('sleep 60.75')).length === 0, 5000)
    await turn
      .getByText(/stopped/i)
      .first()
      .waitFor()
  })

  test('while a reply streams, with Escape', async () => {
    const turn = await chat.send('count to 1000000 words')
    await until('words have come', async () => (await turn.innerText()).length > 500)
    const begun = Date.now()
    await chat.input.press('Escape')
    await chat.stop.waitFor({ state: 'hidden' })
    console.log(`    idle ${Date.now() - begun} ms after Escape`)
    await chat.ended(turn)
    const before = (await turn.innerText()).length
    await chat.run('help')
    assert.equal((await turn.innerText()).length, before, 'what was shown stays, and nothing comes after it')
  })

  test('while it waits for an answer', async () => {
    const turn = await chat.send('run `touch never`')
    await question(turn).getByRole('button', { name: 'Run', exact: true }).waitFor()
    await chat.stop.click()
    await chat.ended(turn)
    await question(turn).getByRole('button', { name: 'Run', exact: true }).waitFor({ state: 'hidden' })
    assert.ok(!existsSync(join(home.folder, 'never')))
  })
})

describe('7 again', { timeout: 300_000 }, () => {
  for (const [signal, what] of [
    ['SIGTERM', 'closed'],
    ['SIGKILL', 'killed in the middle of a turn'],
  ]) {
    test(`after Keel was ${what}, everything is there`, async () => {
      await anew()
      const originals = await contents()
      const finished = await chat.run('create a file notes.md with the text "first"')
      await finished.getByText('1 file changed').waitFor()
      await wb.openFile(page, 'main.go')
      await wb.lines(page).click()
      await wb.press(page, 'Control+Home')
      await page.keyboard.type(`// unsaved ${signal}\n`)
      await wb.press(page, 'Control+J')
      await page.getByRole('tab', { name: /^Problems/ }).waitFor()
      if (signal === 'SIGKILL') {
        const turn = await chat.send('count to 1000000 words')
        await until('words have come', async () => (await turn.innerText()).length > 500)
      }
      await chat.input.click()
      await chat.input.fill(`a draft ${signal}`)
      await until('the draft and the text are with Go', async () => {
        const paths = await pathsBelow(home.data)
        const files = paths.filter((path) => !dirname(path).includes('/checkpoints'))
        const texts = await Promise.all(files.map(textOf))
        return (
          texts.some((text) => text.includes(`a draft ${signal}`)) &&
          texts.some((text) => text.includes(`// unsaved ${signal}`))
        )
      })
      wb.assertNoProblems(page)
      await page.context().close()
      await keel.end(signal)

      await start({ folder: '' })
      await wb.inExplorer(page, 'notes.md').waitFor()
      await wb.tab(page, 'main.go').waitFor()
      await page.locator('.view-line', { hasText: `// unsaved ${signal}` }).waitFor()
      assert.doesNotMatch(await home.read('main.go'), /unsaved/)
      await page.getByRole('tab', { name: /^Problems/ }).waitFor()
      await until('the draft is there', async () => (await chat.input.inputValue()) === `a draft ${signal}`)
      await chat.stop.waitFor({ state: 'hidden' })
      const turn = chat.turns.first()
      await turn.getByText('1 file changed').waitFor()
      if (signal === 'SIGKILL') {
        await chat.last.getByText('Keel ended while this turn was running.').waitFor()
        assert.equal(await chat.last.getAttribute('aria-busy'), 'false')
      }
      await turn.getByRole('button', { name: 'Revert all changes' }).click()
      await wb.toast(page, 'Reverted 1 file.').waitFor()
      assert.deepEqual(await contents(), originals)
      await chat.input.fill('')
      await wb.runCommand(page, 'View: Toggle Panel Visibility')
      await wb.clearToasts(page)
      await wb.closeEditors(page)
    })
  }
})
