// What a person has in another editor comes over as far as they choose, and as Keel
// lets it; one step takes it back. All by keyboard, against files of a made-up home.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { launchChromium, makeHome, openPage, picture, startDisplay, startServed, until } from './harness.mjs'
import { startRegistry, writeSettings } from './registry.mjs'
import * as wb from './workbench.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let display, browser, home, keel, page
/** settings.json as it was before the import */
let kept

const mine = {
  settings: '{\n  // as I like it\n  "editor.fontSize": 13, // small\n  "files.eol": "\\n"\n}\n',
  bindings: '[\n  { "key": "ctrl+alt+1", "command": "workbench.action.showCommands" }\n]\n',
  snippets: '{ "mine": { "prefix": "mine", "body": "mine" } }\n',
}

const theirs = {
  settings: `{
    // Code's own
    "editor.fontSize": 17,
    "editor.tabSize": 3,
    "files.eol": "\\n",
    "[go]": { "editor.rulers": [100], "go.alternateTools": { "gopls": "/opt/evil" } },
    "keelAgent.trustedCommands": ["*"],
    "chat.tools.terminal.autoApprove": { "rm": true },
    "terminal.integrated.profiles.linux": { "evil": { "path": "/opt/evil" } },
    "security.workspace.trust.enabled": false,
    "http.proxy": "http://me:word-of-mine@proxy.example:3128",
    "git.path": "/opt/evil",
    "somewhere.apiToken": "a-secret-of-mine",
  }`,
  bindings: `[
    { "key": "ctrl+alt+1", "command": "workbench.action.files.save" },
    { "key": "ctrl+alt+2", "command": "workbench.action.showCommands" },
    { "key": "ctrl+alt+3", "command": "workbench.action.terminal.sendSequence", "args": { "text": "rm x\\n" } },
  ]`,
  snippets: '{ "theirs": { "prefix": "theirsnippet", "body": "theirs from Code" } }\n',
}

const file = (...names) => join(home.config, ...names)
const read = (...names) => readFile(file(...names), 'utf8')

before(async () => {
  display = await startDisplay()
  browser = await launchChromium()
  home = await makeHome()
  await mkdir(file('snippets'), { recursive: true })
  await writeFile(file('settings.json'), mine.settings)
  await writeFile(file('keybindings.json'), mine.bindings)
  await writeFile(file('snippets', 'go.json'), mine.snippets)
  const code = join(home.home, 'config/Code/User')
  await mkdir(join(code, 'snippets'), { recursive: true })
  await writeFile(join(code, 'settings.json'), theirs.settings)
  await writeFile(join(code, 'keybindings.json'), theirs.bindings)
  await writeFile(join(code, 'snippets/go.json'), theirs.snippets)
  await writeFile(join(code, 'snippets/markdown.json'), theirs.snippets)
  const extensions = join(home.home, '.vscode/extensions')
  await mkdir(extensions, { recursive: true })
  const entry = (id) => ({ identifier: { id }, version: '1.0.0' })
  await writeFile(
    join(extensions, 'extensions.json'),
    JSON.stringify([entry('one.theme'), entry('two.node')]),
  )
  // Another editor's files may be anything.
  const codium = join(home.home, 'config/VSCodium/User')
  await mkdir(join(codium, 'snippets'), { recursive: true })
  execFileSync('mkfifo', [join(codium, 'settings.json')])
  await writeFile(join(codium, 'keybindings.json'), '['.repeat(200_000))
  await writeFile(join(home.home, 'private'), 'my private key')
  await symlink(join(home.home, 'private'), join(codium, 'snippets/go.json'))
  keel = await startServed(display, home)
  page = await openPage(browser, keel)
})

afterEach((context) => wb.conclude(page, context))

after(async () => {
  await browser?.close()
  await keel?.end()
  await display?.end()
})

const panel = () => page.getByRole('region', { name: 'Import', exact: true })
const box = (name) => panel().getByRole('checkbox', { name })
const act = () => panel().getByRole('button', { name: /^Import/ })

async function openImport() {
  await wb.runCommand(page, 'Keel: Import from Another Editor…')
  await panel().getByRole('heading', { name: 'Import from Another Editor' }).waitFor()
}

/** Presses Space on it, as a person without a mouse does. */
async function toggle(locator) {
  await locator.focus()
  await locator.press('Space')
}

describe('import from another editor', { timeout: 300_000 }, () => {
  test('what is there is shown before anything comes', async () => {
    await openImport()
    await panel().getByRole('combobox', { name: 'Import from' }).selectOption({ label: 'VS Code' })
    await box(/editor\.tabSize/).waitFor()
    assert.equal(await box(/editor\.tabSize/).isChecked(), true)
    assert.equal(
      await panel().getByRole('combobox', { name: 'editor.fontSize: which value' }).inputValue(),
      'mine',
    )
    assert.equal(await box(/ctrl\+alt\+2/).isChecked(), true)
    assert.equal(await box(/ctrl\+alt\+1/).isChecked(), false, 'a key that does something else here')
    const text = await panel().innerText()
    for (const name of [
      'keelAgent.trustedCommands',
      'chat.tools.terminal.autoApprove',
      'terminal.integrated.profiles.linux',
      'security.workspace.trust.enabled',
      'http.proxy',
      'git.path',
      'somewhere.apiToken',
      '[go] go.alternateTools',
      'ctrl+alt+3 workbench.action.terminal.sendSequence',
    ])
      assert.ok(text.includes(name), `${name} is left out, and said to be`)
    for (const secret of ['word-of-mine', 'a-secret-of-mine', '/opt/evil'])
      assert.ok(!text.includes(secret), `${secret} is not shown`)
    assert.equal(await read('settings.json'), mine.settings)
    assert.deepEqual(await readdir(file('snippets')), ['go.json'])
  })

  test('it is legible in every theme, and axe finds nothing serious', async () => {
    await page.evaluate(axe)
    for (const theme of ['Dark Modern', 'Light Modern']) {
      await wb.chooseTheme(page, theme)
      await openImport()
      await wb.settled(page)
      const found = await page.evaluate(async () => {
        const { violations } = await globalThis.axe.run(
          { include: ['.keel-page'] },
          { resultTypes: ['violations'] },
        )
        return violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => `${id}: ${nodes[0].html}`)
      })
      assert.deepEqual(found, [], theme)
      await picture(page, `import ${theme}`)
    }
    await wb.chooseTheme(page, 'Dark Modern')
    await until('the theme is as it was', async () => !(await read('settings.json')).includes('Light Modern'))
  })

  test('what is chosen comes, and what is here stays', async () => {
    await openImport()
    await panel().getByRole('combobox', { name: 'Import from' }).selectOption({ label: 'VS Code' })
    // Another program writes the settings while the list is looked at.
    const meanwhile = (await read('settings.json')).replace(
      '"files.eol"',
      '"editor.tabSize": 8,\n  "files.eol"',
    )
    await writeFile(file('settings.json'), meanwhile)
    await panel().getByRole('combobox', { name: 'editor.fontSize: which value' }).selectOption('theirs')
    await toggle(box(/ctrl\+alt\+1/))
    await act().focus()
    await act().press('Enter')
    const changed = panel().getByText(/have changed since this list was made/)
    await changed.waitFor()
    assert.ok((await read('settings.json')).includes('"editor.fontSize": 13'), 'nothing came')
    const values = (key) => panel().getByRole('combobox', { name: `${key}: which value` })
    await values('editor.tabSize').selectOption('theirs')
    await values('editor.fontSize').selectOption('theirs')
    await toggle(box(/ctrl\+alt\+1/))
    await act().focus()
    kept = await read('settings.json')
    await act().press('Enter')
    await panel().getByText('From VS Code: 3 settings, 2 key bindings and 2 files of snippets.').waitFor()

    const settings = await read('settings.json')
    assert.ok(settings.startsWith('{\n  // as I like it\n  "editor.fontSize": 17, // small\n'), settings)
    assert.match(settings, /"editor\.tabSize": 3/)
    assert.match(settings, /"editor\.rulers": \[\s*100\s*\]/)
    for (const never of ['trusted', 'autoApprove', 'evil', 'proxy', 'apiToken'])
      assert.ok(!settings.includes(never), `${never} did not come`)
    const bindings = await read('keybindings.json')
    assert.ok(bindings.startsWith(mine.bindings.trimEnd().slice(0, -2)), bindings)
    assert.equal(JSON.parse(bindings).length, 3)
    assert.deepEqual((await readdir(file('snippets'))).toSorted(), [
      'go-code.code-snippets',
      'go.json',
      'markdown.json',
    ])
    assert.equal(await read('snippets', 'go.json'), mine.snippets)
    assert.equal(JSON.parse(await read('snippets', 'go-code.code-snippets')).theirs.scope, 'go')
  })

  test('what came is in force at once', async () => {
    await until('the key works', async () => {
      await page.keyboard.press('Control+Alt+2')
      return wb.quickInput(page).isVisible()
    })
    await page.keyboard.press('Escape')
    await wb.openFile(page, 'calc.go')
    await until('the font has their size', () =>
      page
        .locator('.view-line')
        .first()
        .evaluate((line) => getComputedStyle(line).fontSize === '17px'),
    )
  })

  test('one step takes it back, byte for byte', async () => {
    const before = await read('settings.json')
    await openImport()
    await panel().getByRole('button', { name: 'Undo Import' }).press('Enter')
    await panel().getByText('The import is taken back.').waitFor()
    const after = await read('settings.json')
    assert.notEqual(after, before)
    assert.equal(after, kept)
    assert.equal(await read('keybindings.json'), mine.bindings)
    assert.deepEqual(await readdir(file('snippets')), ['go.json'])
    assert.equal(await panel().getByRole('button', { name: 'Undo Import' }).count(), 0)
  })

  test('files that are none, too deep, or lead elsewhere are said to be, and nothing comes of them', async () => {
    await openImport()
    await panel().getByRole('combobox', { name: 'Import from' }).selectOption({ label: 'VSCodium' })
    for (const [name, why] of [
      ['settings.json', 'it is not a file'],
      ['keybindings.json', 'it nests more than 100 levels deep'],
      ['snippets/go.json', 'it has a mistake'],
    ])
      await panel()
        .getByText(new RegExp(`${name} could not be read: ${why}`))
        .waitFor()
    assert.ok(!(await panel().innerText()).includes('my private key'))
    assert.equal(await act().isDisabled(), true)
    await picture(page, 'import of broken files')
  })

  test('the menu of the gear has it', async () => {
    await page.getByRole('button', { name: 'Manage' }).press('Enter')
    await page.getByRole('menuitem', { name: 'Import from Another Editor…' }).waitFor()
    await page.keyboard.press('Escape')
  })

  test('the page made no mistake', () => wb.assertNoProblems(page))
})

describe('extensions of another editor', { timeout: 300_000 }, () => {
  let registry, home, keel, page
  const panel = () => page.getByRole('region', { name: 'Import', exact: true })

  before(async () => {
    registry = await startRegistry()
    for (const name of ['theme', 'node', 'pack']) await registry.publish(name)
    home = await makeHome()
    await writeSettings(home, registry.settings)
    const folder = join(home.home, '.vscode/extensions')
    await mkdir(folder, { recursive: true })
    const ids = ['Harbour.Theme', 'harbour.node', 'nobody.nothing']
    const entries = ids.map((id) => ({ identifier: { id }, version: '0.1.0' }))
    await writeFile(join(folder, 'extensions.json'), JSON.stringify(entries))
    keel = await startServed(display, home)
    page = await openPage(browser, keel)
  })

  afterEach((context) => wb.conclude(page, context))

  after(async () => {
    await page?.context().close()
    await keel?.end()
    await registry?.end()
    await home?.remove()
  })

  test('are asked about only when told to, and those that can be are installed', async () => {
    await wb.runCommand(page, 'Keel: Import from Another Editor…')
    await panel().getByText('3 extensions are installed there.').waitFor()
    assert.deepEqual(registry.asked(/harbour|nobody/), [])
    await panel().getByRole('button', { name: 'Look Them Up' }).press('Enter')
    await panel().getByText('1 of 3 can be installed.').waitFor()
    const entry = (id) => panel().getByRole('listitem').filter({ hasText: id })
    await entry('harbour.node')
      .getByText(/Node extension host/)
      .waitFor()
    await entry('nobody.nothing').getByText('the registry does not have it').waitFor()
    await entry('harbour.theme').getByText('by Harbour, verified, no code').waitFor()
    await picture(page, 'import of extensions')
    await panel().getByRole('button', { name: 'Import 1 extension' }).press('Enter')
    const question = page.getByRole('dialog', { name: /Trust 1 publisher and install 1 extension/ })
    await question.getByText(/Nothing of “Harbour” has been installed yet/).waitFor()
    await question.getByRole('button', { name: 'Trust and Install' }).press('Enter')
    await panel().getByText('Installed 1 of 1 extension.').waitFor()
    await entry('harbour.theme').getByText('installed', { exact: true }).waitFor()
    await until('it is on the disk', async () =>
      (await readdir(join(home.data, 'extensions'))).some((name) => name.startsWith('harbour.theme-')),
    )
    await wb.chooseTheme(page, 'Harbour Night')
  })
})
