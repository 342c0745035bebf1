// Extensions that were not made for these tests, and a registry that does not say
// all that it might: packages of VS Code's own and of npm, no marks, no checksums,
// twenty at once, and reasons where there is no answer.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { extensions } from './extensions.mjs'
import { launchChromium, makeHome, openPage, startDisplay, startServed, until } from './harness.mjs'
import { archive, builtin, npm, pack, startRegistry, writeSettings } from './registry.mjs'
import * as wb from './workbench.mjs'

let display, browser, registry, home, keel, page, view

/** One of twenty themes without anything of their own. */
const lantern = (number) => ({
  change: (manifest) => {
    Object.assign(manifest, { name: `lantern${number}`, displayName: `Lantern ${number}` })
    manifest.contributes.themes[0].label = `Lantern ${number}`
  },
})
const lanterns = Array.from({ length: 20 }, (_, number) => number + 1)

before(async () => {
  registry = await startRegistry()
  // The icons of VS Code are there already: as somebody else's, under another name, they are not.
  await registry.publish('theme-seti', {
    from: builtin,
    webTag: false,
    change: (manifest) => {
      Object.assign(manifest, { name: 'seti', publisher: 'quay', displayName: 'Quay Icons' })
      Object.assign(manifest.contributes.iconThemes[0], { id: 'quay-seti', label: 'Quay Icons' })
    },
  })
  // A package of npm is not signed with a publisher's name.
  await registry.publish('solarflare-theme', {
    from: npm,
    webTag: false,
    change: (manifest) => Object.assign(manifest, { publisher: 'workers' }),
  })
  await registry.publish('lamp', { webTag: false, signed: false, hashed: false, verified: false })
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

/** The choice of a theme, which the workbench offers after installing one, is closed. */
const settle = () =>
  until('the choice is closed', async () => {
    if (!(await wb.quickInput(page).isVisible())) return true
    await wb.press(page, 'Escape')
    return false
  })

test('the icons of VS Code, out of the registry', async () => {
  await view.install('quay icons', 'Quay Icons')
  await until('the icons are offered and chosen', async () => {
    if (!(await wb.quickInput(page).isVisible())) await wb.runCommand(page, 'Preferences: File Icon Theme')
    await wb
      .quickInput(page)
      .getByRole('option', { name: /^Quay Icons/ })
      .click({ timeout: 3000 })
    return true
  })
  await wb.quickInput(page).waitFor({ state: 'hidden' })
  await wb.press(page, 'Control+Shift+E')
  await wb.inExplorer(page, 'calc.go').waitFor()
  await until('a file has a letter of its font for an icon', () =>
    wb
      .inExplorer(page, 'calc.go')
      .locator('.monaco-icon-label')
      .first()
      .evaluate((label) => {
        const { content, fontFamily } = getComputedStyle(label, '::before')
        const faces = [...document.fonts].filter((face) => face.family.replaceAll(/["']/g, '') === 'seti')
        return content !== 'none' && /seti/.test(fontFamily) && faces.some((face) => face.status === 'loaded')
      }),
  )
  const sources = await page.evaluate(() =>
    [...document.styleSheets].flatMap((sheet) =>
      [...sheet.cssRules].filter((rule) => rule instanceof CSSFontFaceRule).map((rule) => rule.cssText),
    ),
  )
  assert.ok(
    sources.some((text) => text.includes('/keel/extension/quay.seti-10.0.0/icons/seti.woff')),
    'the font is the extension’s',
  )
})

test('a theme of npm', async () => {
  await view.install('solarflare', 'Solarflare Theme')
  await settle()
  await wb.chooseTheme(page, 'Solarflare Dark')
  await until('the window has its colours', () =>
    page
      .locator('.part.sidebar')
      .evaluate((element) => getComputedStyle(element).backgroundColor === 'rgb(49, 49, 49)'),
  )
})

test('a *.vsix in the explorer is installed after it was shown', async () => {
  const { vsix } = await pack('lamp', {
    change: (manifest) => Object.assign(manifest, { name: 'torch', displayName: 'Pier Torch' }),
  })
  await mkdir(join(home.folder, 'packed'), { recursive: true })
  await writeFile(join(home.folder, 'packed/Torch.VSIX'), vsix)
  await writeFile(join(home.folder, 'broken.vsix'), 'no archive')
  await wb.press(page, 'Control+Shift+E')
  const none = await wb.contextMenu(page, wb.inExplorer(page, 'calc.go'), /^Rename/)
  await none.waitFor()
  assert.equal(await page.getByRole('menuitem', { name: 'Install Extension VSIX' }).count(), 0)
  await wb.press(page, 'Escape')

  await wb.chooseInMenu(page, wb.inExplorer(page, 'broken.vsix'), 'Install Extension VSIX')
  await wb
    .toast(page, /not a VSIX|archive|package/i)
    .first()
    .waitFor()
  await wb.clearToasts(page)

  await until('the folder is open', async () => {
    if (await wb.inExplorer(page, 'Torch.VSIX').isVisible()) return true
    await wb.inExplorer(page, 'packed').click({ timeout: 3000 })
    return false
  })
  await wb.chooseInMenu(page, wb.inExplorer(page, 'Torch.VSIX'), 'Install Extension VSIX')
  await view.dialog.getByText('Pier Torch').first().waitFor()
  assert.ok(!existsSync(join(home.data, 'extensions/pier.torch-1.0.0')), 'nothing is installed before')
  await view.agree()
  await wb.toast(page, 'Pier Torch 1.0.0 is installed.').waitFor()
  assert.ok(existsSync(join(home.data, 'extensions/pier.torch-1.0.0/package.json')))
})

test('editors of extensions are kept from settings, whatever is associated', async () => {
  const manifest = {
    name: 'chart',
    publisher: 'quay',
    version: '1.0.0',
    displayName: 'Quay Chart',
    engines: { vscode: '^1.80.0' },
    contributes: {
      customEditors: [
        {
          viewType: 'quay.chart',
          displayName: 'Quay Chart',
          priority: 'default',
          selector: [{ filenamePattern: '*.json' }],
        },
      ],
    },
  }
  await writeFile(
    join(home.folder, 'chart.vsix'),
    archive([['extension/package.json', JSON.stringify(manifest)]]),
  )
  await mkdir(join(home.folder, '.vscode'), { recursive: true })
  await writeFile(join(home.folder, '.vscode/tasks.json'), '{ "version": "2.0.0" }')
  await writeFile(join(home.folder, 'sea.json'), '{ "sea": 1 }')
  await wb.press(page, 'Control+Shift+E')
  await wb.chooseInMenu(page, wb.inExplorer(page, 'chart.vsix'), 'Install Extension VSIX')
  await view.dialog.getByText('Quay Chart').first().waitFor()
  await view.agree()
  await wb.toast(page, 'Quay Chart 1.0.0 is installed.').waitFor()

  const shown = page.locator('.editor-group-container.active .monaco-editor .view-lines')
  await wb.chooseInMenu(page, wb.inExplorer(page, 'sea.json'), /^Open With/)
  await wb.quickInput(page).getByRole('option').filter({ hasText: 'Quay Chart' }).first().waitFor()
  await wb.press(page, 'Escape')
  await wb.inExplorer(page, 'sea.json').dblclick()
  await wb.tab(page, 'sea.json').waitFor()
  await until('the file of the folder is in the editor of the extension', async () => {
    const pane = page.locator('.editor-group-container.active .editor-instance')
    return (await pane.count()) > 0 && (await shown.count()) === 0
  })
  await wb.closeEditors(page)

  await writeSettings(home, {
    'workbench.editorAssociations': { '**/settings.json': 'quay.chart', '**/keybindings.json': 'quay.chart' },
  })
  await wb.runCommand(page, 'Preferences: Open User Settings (JSON)')
  await until('the settings themselves are shown', async () =>
    (await wb.shownText(page)).includes('keelExtensions.gallery'),
  )
  await wb.runCommand(page, 'Preferences: Open Keyboard Shortcuts (JSON)')
  await wb.tab(page, 'keybindings.json').waitFor()
  await shown.first().waitFor()
  await wb.openFile(page, 'tasks.json')
  await until('the tasks themselves are shown', async () => (await wb.shownText(page)).includes('2.0.0'))
  await wb.closeEditors(page)
})

test('what cannot be compared with anything says so', async () => {
  const dialog = await view.ask('pier lamp', 'Pier Lamp')
  await dialog.getByText('not checked on its way here: the registry gives neither checksum').waitFor()
  await dialog.getByText('publisher not verified').waitFor()
  await view.agree()
  await view.installed('Pier Lamp')
  await settle()
})

test('twenty that come together are shown together', async () => {
  for (const number of lanterns) await registry.publish('lamp', { ...lantern(number), webTag: false })
  await registry.publish('pack', {
    webTag: false,
    change: (manifest) =>
      Object.assign(manifest, {
        name: 'lanterns',
        displayName: 'All Lanterns',
        extensionPack: lanterns.map((number) => `pier.lantern${number}`),
      }),
  })
  await wb.clearToasts(page)
  registry.hold(/lantern.*\.vsix$/)
  try {
    const dialog = await view.ask('all lanterns', 'All Lanterns')
    await until('all of them are shown', async () => (await dialog.getByRole('listitem').count()) === 21)
    await view.agree()
    const shown = wb.toast(page, /Installing \d+ extensions/)
    await shown.waitFor()
    const toasts = page.locator('.notifications-toasts .notification-list-item')
    assert.ok((await toasts.count()) <= 2, (await toasts.allInnerTexts()).join('\n'))
  } finally {
    registry.release()
  }
  await until('all of them are there', async () => {
    const names = await readdir(join(home.data, 'extensions'))
    return names.filter((name) => name.startsWith('pier.lantern')).length === lanterns.length
  })
  await wb.toast(page, /Installing/).waitFor({ state: 'detached' })
  await settle()
})

test('a search without an answer says why, and what to do', async () => {
  const message = view.view.locator('.message-container .message').first()
  registry.fail(503)
  await view.search('something that nobody has asked for')
  await message
    .getByText(/answers 503 Service Unavailable\. Installed extensions go on working\. Try again later/)
    .waitFor()
  registry.down()
  await view.search('something else that nobody has asked for')
  await message
    .getByText(/cannot be used now: .+ Installed extensions go on working\. Check the network/)
    .waitFor()
  registry.up()
  await view.find('solarflare theme', 'Solarflare Theme')
})

test('the settings of updates name the registry', async () => {
  const setting = await wb.findSetting(page, 'Extensions: Auto Update')
  await setting.getByText(/registry of extensions/).waitFor()
  assert.doesNotMatch(await setting.innerText(), /Microsoft/)
})
