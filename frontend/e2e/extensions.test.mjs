// Extensions as a person meets them, on a registry on this machine.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { promisify } from 'node:util'
import { extensions } from './extensions.mjs'
import {
  launchChromium,
  makeHome,
  openPage,
  product,
  reload,
  startDisplay,
  startServed,
  until,
} from './harness.mjs'
import { archive, pack, startRegistry, writeSettings } from './registry.mjs'
import * as wb from './workbench.mjs'

const run = promisify(execFile)

let display, browser, registry, home, keel, page, view

const publish = [
  'theme',
  'icons',
  'grammar',
  'keymap',
  'snippets',
  'pack',
  'lamp',
  'needs',
  'node',
  'remote-ssh',
  'hostile',
  'web',
]

/** As most themes of Open VSX, nothing says of these that they work without Node: one of them has an update, one comes with a pack. */
const untagged = new Set(['icons', 'snippets', 'lamp'])

before(async () => {
  registry = await startRegistry()
  for (const name of publish) await registry.publish(name, untagged.has(name) ? { webTag: false } : {})
  display = await startDisplay()
  browser = await launchChromium()
  home = await makeHome()
  await writeSettings(home, registry.settings)
  keel = await startServed(display, home)
  page = await openPage(browser, keel)
  view = extensions(page)
})

afterEach(async (context) => wb.conclude(page, context))

after(async () => {
  await browser?.close()
  await keel?.end()
  await registry?.end()
  await display?.end()
  await home?.remove()
})

const colour = (part) =>
  page
    .locator(part)
    .first()
    .evaluate((element) => getComputedStyle(element).backgroundColor)

test('a theme is found, looked at, asked about, installed and worn', async () => {
  const details = await view.open('themes', 'Harbour Themes')
  await details.getByText('Two themes:').waitFor()
  await details.getByText('harbour.theme').waitFor()
  assert.equal(registry.asked(/VSIXPackage|\.vsix$/).length, 0, 'nothing is downloaded to look at it')

  const dialog = await view.ask('themes', 'Harbour Themes')
  await dialog.getByRole('heading', { name: 'Do you trust the publisher “Harbour”?' }).waitFor()
  await dialog.getByText('verified publisher').waitFor()
  await dialog.getByText('signed by the registry').waitFor()
  await dialog.getByText('has no code').waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'detached' })
  await view
    .button('Harbour Themes', /^Install/)
    .first()
    .waitFor()
  assert.equal(
    registry.asked(/VSIXPackage|\.vsix$/).length,
    0,
    'nothing is downloaded before it is agreed to',
  )

  await view.install('themes', 'Harbour Themes')
  // The workbench offers the themes at once; the one that was worn stays.
  await until('the choice is closed', async () => {
    if (!(await wb.quickInput(page).isVisible())) return true
    await wb.press(page, 'Escape')
    return false
  })
  await wb.chooseTheme(page, 'Harbour Night')
  await until('the window has its colours', async () => (await colour('.part.sidebar')) === 'rgb(9, 28, 42)')
})

test('the publisher is asked about once', async () => {
  const dialog = await view.ask('icons', 'Harbour Icons')
  await dialog.getByRole('heading', { name: 'Install “Harbour Icons”?' }).waitFor()
  await view.agree('Install')
  await view.installed('Harbour Icons')
  await until('the icons are offered and chosen', async () => {
    if (!(await wb.quickInput(page).isVisible())) await wb.runCommand(page, 'Preferences: File Icon Theme')
    await wb
      .quickInput(page)
      .getByRole('option', { name: /^Harbour Icons/ })
      .click({ timeout: 3000 })
    return true
  })
  await wb.quickInput(page).waitFor({ state: 'hidden' })
  await wb.press(page, 'Control+Shift+E')
  await wb.inExplorer(page, 'calc.go').waitFor()
  await until('a file has the icon of the extension', () =>
    wb
      .inExplorer(page, 'calc.go')
      .locator('.monaco-icon-label')
      .first()
      .evaluate((label) =>
        getComputedStyle(label, '::before').backgroundImage.includes(
          '/keel/extension/harbour.icons-1.0.0/buoy.svg',
        ),
      ),
  )
})

test('a grammar, snippets and keys work', async () => {
  await view.install('tide language', 'Tide Language')
  await view.install('snippets for go', 'Harbour Snippets')
  await view.install('harbour keys', 'Harbour Keys')

  await writeFile(join(home.folder, 'coast.tide'), 'flow the water\n')
  await wb.openFile(page, 'coast.tide')
  await page.getByRole('button', { name: /^Tide/ }).waitFor()
  await until('the keyword has a colour of its own', () =>
    wb.lines(page).evaluate((lines) => {
      const spans = [...lines.querySelectorAll('.view-line span span')]
      return new Set(spans.map((span) => span.className)).size > 1
    }),
  )

  await wb.openFile(page, 'calc.go')
  await wb.press(page, 'Control+End', 'Enter')
  await page.keyboard.type('harbourgreet')
  const offer = page
    .locator('.suggest-widget')
    .getByRole('option', { name: /harbourgreet/ })
    .first()
  await until('the snippet is offered', async () => {
    if (await offer.isVisible()) return true
    await wb.press(page, 'Control+Space')
    return false
  })
  await offer.click()
  await until('the snippet stands in the file', async () =>
    (await wb.shownText(page)).includes('// Ahoy from the harbour'),
  )
  await wb.closeEditors(page)

  // The first of the two types into terminals too, and is nobody's any more.
  await wb.press(page, 'Control+Alt+Y', 'Control+Alt+U')
  await wb.tab(page, 'Untitled-1').waitFor()
  assert.equal(await wb.tab(page, 'Untitled-2').count(), 0)
  await wb.closeEditors(page)
  await wb.press(page, 'Control+Alt+J')
  const terminal = page.locator('.terminal-wrapper.active .xterm-screen')
  await terminal.waitFor()
  await wb.press(page, 'Control+Alt+J')
  await terminal.waitFor({ state: 'hidden' })
})

test('what comes along is shown first', async () => {
  const dialog = await view.ask('needs the tide', 'Tide Snippets').catch((cause) => {
    throw cause
  })
  await dialog.getByRole('heading', { name: 'Install “Tide Snippets”?' }).waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'detached' })

  const pack = await view.ask('harbour pack', 'Harbour Pack')
  await pack.getByRole('heading', { name: 'Do you trust the publisher “Pier”?' }).waitFor()
  const lamp = pack.getByRole('listitem').filter({ hasText: 'Pier Lamp' })
  await lamp.getByText('comes with the pack').waitFor()
  await view.agree()
  await view.installed('Harbour Pack')
  await view.find('pier lamp', 'Pier Lamp')
  await view.installed('Pier Lamp')
})

test('what needs Node says so before it is installed', async () => {
  await view.find('harbour engine', 'Harbour Engine')
  const button = view.button('Harbour Engine', 'Needs Node')
  await button.waitFor()
  assert.equal(await button.getAttribute('aria-disabled'), 'true')
  const details = await view.open('harbour engine', 'Harbour Engine')
  await details
    .getByText('This extension needs the Node extension host, which is not available yet.')
    .waitFor()
  await view.open('remote ssh', 'Harbour Remote SSH')
  await view.details.getByText('Keel’s own way to work on other machines over SSH is coming.').waitFor()
})

test('script in names and texts is text', async () => {
  const details = await view.open('nice', 'Nice')
  await details.getByText('The end of the README.').waitFor()
  await details.getByText('<script>window.owned=1</script>').first().waitFor()
  assert.equal(await details.locator('.keel-readme :is(img, iframe, script, svg)').count(), 0)
  const dialog = await view.ask('nice', 'Nice')
  await dialog.getByRole('heading', { name: /<script>/ }).waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'detached' })
  assert.equal(await page.evaluate(() => globalThis.owned), undefined)
})

test('an update is shown and installed, and a version can be chosen', async () => {
  await registry.publish('snippets', { version: '1.1.0', webTag: false })
  await wb.runCommand(page, 'Extensions: Check for Extension Updates')
  await view.find('@installed snippets', 'Harbour Snippets')
  const update = view.button('Harbour Snippets', /^Update/).first()
  await wb.pressWhenReady(update)
  const folder = join(home.data, 'extensions')
  await until('the new version is there', () =>
    existsSync(join(folder, 'harbour.snippets-1.1.0/package.json')),
  )

  await view.find('@installed snippets', 'Harbour Snippets')
  const choice = page.getByRole('menuitem', { name: /^Install Specific Version/ })
  await until('the versions are offered', async () => {
    if (await wb.quickInput(page).isVisible()) return true
    if (await choice.isVisible()) await choice.click({ timeout: 3000 })
    else await view.row('Harbour Snippets').getByRole('button', { name: 'Manage' }).click({ timeout: 3000 })
    return false
  })
  await wb
    .quickInput(page)
    .getByRole('option', { name: /1\.0\.0/ })
    .click()
  await until('it is asked about the other version, or installed', async () => {
    if (await view.dialog.isVisible()) await view.agree()
    return existsSync(join(folder, 'harbour.snippets-1.0.0/package.json'))
  })
})

test('disabled, enabled, uninstalled, and as it was after a restart', async () => {
  await view.open('@installed themes', 'Harbour Themes')
  await view.act('Disable').click()
  await view.act('Enable').waitFor()
  await until('its colours are gone', async () => (await colour('.part.sidebar')) !== 'rgb(9, 28, 42)')
  await until('that is kept', async () =>
    JSON.stringify(await page.evaluate(() => globalThis.go.bind.Storage.Load('profile'))).includes(
      'harbour.theme',
    ),
  )
  await reload(page)
  await view.open('@installed themes', 'Harbour Themes')
  await wb.pressWhenReady(view.act('Enable'))
  await view.act('Disable').waitFor()

  await view.open('@installed pier', 'Pier Lamp')
  await view.act('Uninstall').click()
  await until('its files are gone', async () =>
    (await readdir(join(home.data, 'extensions'))).every((name) => !name.startsWith('pier.lamp')),
  )
  await page.context().close()
  await keel.end()
  keel = await startServed(display, home)
  page = await openPage(browser, keel)
  view = extensions(page)
  await view.find('@installed', 'Harbour Icons')
  await view.installed('Harbour Icons')
  await view.row('Pier Lamp').waitFor({ state: 'detached' })
})

test('an extension with code runs: its command, its completions, its view', async () => {
  const dialog = await view.ask('a command, completions', 'Harbour Tools')
  await dialog.getByText('has code').waitFor()
  await dialog.getByText(/runs closed in, with no way to other files/).waitFor()
  await view.agree()
  await view.installed('Harbour Tools')
  await wb.runCommand(page, 'Harbour: Say Hello')
  await wb.toast(page, 'Ahoy from the harbour').waitFor()

  await wb.openFile(page, 'calc.go')
  await wb.press(page, 'Control+End', 'Enter')
  await page.keyboard.type('harbourm')
  const offer = page
    .locator('.suggest-widget')
    .getByRole('option', { name: /harbourmaster/ })
    .first()
  await until('its completion is offered', async () => {
    if (await offer.isVisible()) return true
    await wb.press(page, 'Control+Space')
    return false
  })
  await wb.press(page, 'Escape')
  await wb.closeEditors(page)

  await wb.runCommand(page, 'View: Show Harbour')
  await page.getByRole('treeitem', { name: 'Heron' }).waitFor()
})

test('a package is dropped on the view', async () => {
  const { vsix } = await pack('lamp', { version: '2.0.0' })
  await view.search('@installed')
  const data = await page.evaluateHandle(
    (bytes) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([new Uint8Array(bytes)], 'lamp.vsix'))
      return transfer
    },
    [...vsix],
  )
  await view.view.dispatchEvent('dragenter', { dataTransfer: data })
  await view.view.dispatchEvent('drop', { dataTransfer: data })
  await view.dialog.getByText('Pier Lamp').first().waitFor()
  await view.agree()
  await view.find('@installed pier', 'Pier Lamp')
  await view.installed('Pier Lamp')
  assert.ok(existsSync(join(home.data, 'extensions/pier.lamp-2.0.0/package.json')))

  const slip = archive([
    [
      'extension/package.json',
      JSON.stringify({ name: 'slip', publisher: 'pier', version: '1.0.0', engines: { vscode: '*' } }),
    ],
    ['extension/../../../slipped.txt', 'out'],
  ])
  const bad = await page.evaluateHandle(
    (bytes) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([new Uint8Array(bytes)], 'slip.vsix'))
      return transfer
    },
    [...slip],
  )
  await view.view.dispatchEvent('drop', { dataTransfer: bad })
  await until('it is refused with a reason', async () => {
    if (await view.dialog.isVisible()) {
      const agree = view.dialog.getByRole('button', { name: /^(Trust|Install)/ })
      if (await agree.isVisible()) await agree.click()
      else return true
    }
    return page
      .locator('.notifications-toasts .notification-list-item.error, .notifications-toasts .codicon-error')
      .first()
      .isVisible()
  })
  const names = await readdir(join(home.data, 'extensions'))
  assert.ok(
    names.every((name) => !name.startsWith('pier.slip')),
    names.join(' '),
  )
})

test('an installation is shown and can be ended', async () => {
  await registry.publish('lamp', {
    change: (manifest) => Object.assign(manifest, { name: 'slow', displayName: 'Slow Lamp' }),
  })
  await wb.clearToasts(page)
  registry.hold(/slow.*\.vsix$/)
  try {
    await view.ask('slow lamp', 'Slow Lamp')
    await view.agree()
    const shown = wb.toast(page, 'Installing Slow Lamp')
    await shown.waitFor()
    await shown.hover()
    await shown.getByRole('button', { name: 'Cancel' }).click()
    await shown.waitFor({ state: 'detached' })
    await view
      .button('Slow Lamp', /^Install/)
      .first()
      .waitFor()
  } finally {
    registry.release()
  }
  const names = await readdir(join(home.data, 'extensions'))
  assert.ok(
    names.every((name) => !name.includes('slow')),
    names.join(' '),
  )
})

test('what is not what the registry promised is not installed', async () => {
  await registry.publish('lamp', {
    change: (manifest) => Object.assign(manifest, { name: 'broken', displayName: 'Broken Lamp' }),
    wrong: 'hash',
  })
  await registry.publish('lamp', {
    change: (manifest) => Object.assign(manifest, { name: 'forged', displayName: 'Forged Lamp' }),
    wrong: 'signature',
  })
  for (const name of ['Broken Lamp', 'Forged Lamp']) {
    await wb.clearToasts(page)
    await view.ask(name.toLowerCase(), name)
    await view.agree()
    await page.locator('.notifications-toasts .codicon-error').first().waitFor()
    await view
      .button(name, /^Install/)
      .first()
      .waitFor()
  }
  const names = await readdir(join(home.data, 'extensions'))
  assert.ok(
    names.every((name) => !/broken|forged/.test(name)),
    names.join(' '),
  )
})

test('what a terminal installs and takes away shows in the open window', async () => {
  const { vsix } = await pack('lamp', {
    change: (manifest) => {
      Object.assign(manifest, { name: 'buoy', displayName: 'Buoy Lamp' })
      manifest.contributes.themes[0].label = 'Buoy Lamp'
    },
  })
  const file = join(home.home, 'buoy.vsix')
  await writeFile(file, vsix)
  await wb.clearToasts(page)
  await view.search('@installed buoy')
  await run(product, ['extension', 'install', file, '--yes'], { env: home.env })
  await view.installed('Buoy Lamp')
  await wb.chooseTheme(page, 'Buoy Lamp')
  const lamp = await colour('.part.sidebar')
  await view.search('@installed buoy')
  await run(product, ['extension', 'uninstall', 'pier.buoy'], { env: home.env })
  await until('its colours are gone', async () => (await colour('.part.sidebar')) !== lamp)
  // The list that is shown keeps it, as one that is not installed; a new one has it no more.
  await view.row('Buoy Lamp').locator('.extension-action.manage:not(.hide)').waitFor({ state: 'detached' })
  await view.search('@installed')
  await view.row('Buoy Lamp').waitFor({ state: 'detached' })
})

test('a theme brings colours, and no style sheet for the window', async () => {
  const manifest = {
    name: 'paint',
    publisher: 'pier',
    version: '1.0.0',
    displayName: 'Pier Paint',
    engines: { vscode: '*' },
    enabledApiProposals: ['css'],
    contributes: {
      themes: [{ label: 'Pier Paint', uiTheme: 'vs', path: './paint.json' }],
      css: [{ path: './paint.css' }],
    },
  }
  const file = join(home.home, 'paint.vsix')
  const paint = { name: 'Pier Paint', type: 'light', colors: { 'sideBar.background': '#0b1621' } }
  await writeFile(
    file,
    archive([
      ['extension/package.json', JSON.stringify(manifest)],
      ['extension/paint.json', JSON.stringify(paint)],
      ['extension/paint.css', 'body { --painted: yes }'],
    ]),
  )
  await run(product, ['extension', 'install', file, '--yes'], { env: home.env })
  await view.find('@installed paint', 'Pier Paint')
  await wb.chooseTheme(page, 'Pier Paint')
  await until('its colours are there', async () => (await colour('.part.sidebar')) === 'rgb(11, 22, 33)')
  assert.equal(await page.locator('link.extension-contributed-css').count(), 0)
})

test('extensions that run are offered to be restarted when the network is taken from them', async () => {
  await wb.runCommand(page, 'Harbour: Say Hello')
  await wb.toast(page, 'Ahoy from the harbour').waitFor()
  await wb.clearToasts(page)
  const settings = join(home.config, 'settings.json')
  const before = JSON.parse(await readFile(settings, 'utf8'))
  await writeFile(settings, JSON.stringify({ ...before, 'keelExtensions.network': false }))
  const said = wb.toast(page, 'Extensions that run now may use the network until they are restarted.')
  await said.waitFor()
  await wb.pressWhenReady(said.getByRole('button', { name: 'Restart Extensions' }))
  await wb.runCommand(page, 'Harbour: Say Hello')
  await wb.toast(page, 'Ahoy from the harbour').waitFor()
})

test('without the registry the installed ones work, and the view says what is the matter', async () => {
  registry.down()
  await reload(page)
  await view.search('something that nobody has asked for')
  await view.view
    .getByText(/cannot be used now: .+ Installed extensions go on working/)
    .first()
    .waitFor()
  await view.find('@installed', 'Harbour Themes')
  await wb.chooseTheme(page, 'Harbour Night')
  await until('the window has its colours', async () => (await colour('.part.sidebar')) === 'rgb(9, 28, 42)')
  registry.up()
})

test('nothing is recommended, and nothing asked for that does not work', async () => {
  await wb.press(page, 'Control+Shift+P')
  await page.keyboard.type('extensions')
  const options = wb.quickInput(page).getByRole('option')
  await options.filter({ hasText: 'Install from VSIX' }).first().waitFor()
  const names = await options.allInnerTexts()
  assert.deepEqual(
    names.filter((name) => /recommend|marketplace|sync|profile/i.test(name)),
    [],
  )
  await wb.press(page, 'Escape')
  const settings = await readFile(join(home.config, 'settings.json'), 'utf8')
  assert.ok(settings.includes(registry.address))
})
