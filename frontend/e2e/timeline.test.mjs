// All checkpoints in their view, and single files: from the menus of files, from
// the workbench's Timeline view, and those that were deleted.
import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { launchChromium, makeHome, openPage, picture, startDisplay, startServed, until } from './harness.mjs'
import * as wb from './workbench.mjs'

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
  home = await makeHome()
  keel = await startServed(display, home)
  page = await openPage(browser, keel, options)
  chat = wb.chat(page)
}

async function end(context) {
  try {
    await wb.conclude(page, context)
  } finally {
    await page.context().close()
    await keel.end()
    await home.remove()
  }
}

const view = () => page.getByRole('treegrid', { name: 'Checkpoints' })
const row = (name) => view().getByRole('row', { name })
const filter = () => page.getByRole('searchbox', { name: 'Filter checkpoints' })
const button = (name) => page.getByRole('button', { name, exact: true })
const fileAt = (name) => join(home.folder, name)

async function answer(text) {
  const input = wb.quickInput(page).getByRole('textbox')
  await input.waitFor()
  await input.fill(text)
  await input.press('Enter')
}

/** Takes a checkpoint with the palette. */
async function checkpoint(name) {
  await wb.askCommand(page, 'Keel: Create Checkpoint…', 'Create Checkpoint')
  await answer(name)
  await wb.toast(page, /^Saved a checkpoint/).waitFor()
  await wb.clearToasts(page)
}

async function showTimeline() {
  await wb.runCommand(page, 'Keel: Show Checkpoint Timeline')
  await filter().waitFor()
}

/** Chooses from the context menu of a file in the explorer. */
async function fromExplorer(file, act) {
  await wb.chooseInMenu(page, wb.inExplorer(page, file), act)
}

/** Takes a row of the quick pick that is open. */
async function choose(name) {
  await wb.quickInput(page).getByRole('option', { name }).first().click()
}

describe('all checkpoints', { timeout: 300_000 }, () => {
  beforeEach(() => start())
  afterEach(end)

  test('the list follows what happens, is filtered, and two of it are compared', async () => {
    await showTimeline()
    await page.getByText('A checkpoint is this whole folder').or(view()).first().waitFor()
    await checkpoint('start')
    await showTimeline()
    await row(/^start,/).waitFor()
    await writeFile(fileAt('new.txt'), 'first\n')
    await chat.run('create a file notes.md with the text "from the agent"')
    await row(/^create a file notes\.md.*, \d+ checkpoints$/).waitFor()
    await writeFile(fileAt('later.txt'), 'later\n')
    await checkpoint('end')
    await row(/^end,/).waitFor()

    await filter().fill('notes.md')
    await row(/notes\.md.*change/)
      .first()
      .waitFor()
    await row(/^start,/).waitFor({ state: 'detached' })
    await filter().fill('')
    await page.getByRole('combobox', { name: 'Kind of checkpoint' }).selectOption('Mine')
    await row(/^create a file/).waitFor({ state: 'detached' })

    await row(/^end,/).focus()
    await wb.press(page, 'Space', 'ArrowDown', 'Space')
    await button('Compare').click()
    const changes = page.locator('.multiDiffEditor')
    for (const name of ['new.txt', 'notes.md', 'later.txt']) await changes.getByText(name).first().waitFor()
    await wb.closeEditors(page)

    await row(/^end,/).click()
    await button('Compare with Previous').click()
    await changes.getByText('later.txt').first().waitFor()
    const others = changes.getByText('new.txt').filter({ visible: true })
    await until('only the last step shows', async () => (await others.count()) === 0)
  })

  test('a checkpoint is named by F2, pinned by its menu, and restored', async () => {
    await checkpoint('start')
    await writeFile(fileAt('new.txt'), 'new\n')
    await showTimeline()
    await row(/^start,/).focus()
    await wb.press(page, 'F2', 'Control+A')
    await page.keyboard.type('before new.txt')
    await wb.press(page, 'Enter')
    await row(/^before new\.txt,/).waitFor()
    await until('the row has the keyboard', () =>
      row(/^before new\.txt,/).evaluate((each) => each === document.activeElement),
    )
    await wb.press(page, 'Shift+F10')
    await page.getByRole('menuitem', { name: /^Pin/ }).click()
    await row(/^before new\.txt,.*pinned$/).waitFor()
    await wb.chooseInMenu(page, row(/^before new\.txt,/), /^Restore…/)
    await page.getByRole('dialog').getByRole('button', { name: 'Restore 1 file' }).click()
    await wb.toast(page, 'Restored 1 file.').waitFor()
    await assert.rejects(home.read('new.txt'), { code: 'ENOENT' })
    await row(/^Before a restore,/).waitFor()
  })
})

describe('single files', { timeout: 300_000 }, () => {
  beforeEach(() => start())
  afterEach(end)

  test('a file is compared and restored from the explorer, and that is undone', async () => {
    const original = await home.read('calc.go')
    await checkpoint('start')
    await writeFile(fileAt('calc.go'), `// changed\n${original}`)
    await fromExplorer('calc.go', 'Compare with Checkpoint…')
    await choose(/start/)
    await wb.tab(page, /calc\.go \(.*\) ↔ \(now\)/).waitFor()
    await page.locator('.monaco-diff-editor').getByText('// changed').first().waitFor()

    await fromExplorer('calc.go', 'Restore from Checkpoint…')
    await choose(/start/)
    const preview = page.getByRole('dialog', { name: 'Put this file back' })
    await preview.getByText('1 file written back').waitFor()
    await preview.getByRole('button', { name: 'Restore 1 file' }).click()
    const toast = wb.toast(page, 'Restored 1 file.')
    await toast.waitFor()
    assert.equal(await home.read('calc.go'), original)
    await toast.getByRole('button', { name: 'Undo' }).click()
    await wb.toast(page, 'Brought back 1 file.').waitFor()
    assert.equal(await home.read('calc.go'), `// changed\n${original}`)
  })

  test('where a file was not, the left side is empty, and restoring says that it deletes', async () => {
    await writeFile(fileAt('new.txt'), 'new\n')
    await checkpoint('with it')
    await rm(fileAt('new.txt'))
    await checkpoint('without it')
    await writeFile(fileAt('new.txt'), 'newer\n')
    await wb.inExplorer(page, 'new.txt').waitFor()
    await wb.openFile(page, 'new.txt')
    await wb.askCommand(page, 'Keel: Compare with Checkpoint…', 'Compare new.txt')
    await choose(/was not there/)
    await wb.tab(page, /new\.txt \(was not there at .*\) ↔ \(now\)/).waitFor()
    await wb.openFile(page, 'new.txt')
    await wb.askCommand(page, 'Keel: Restore from Checkpoint…', 'Restore new.txt')
    await choose(/was not there/)
    await page.getByRole('dialog', { name: 'Put this file back' }).getByText('1 file deleted').waitFor()
    await wb.press(page, 'Escape')
    assert.equal(await home.read('new.txt'), 'newer\n')
  })

  test('a deleted file comes back', async () => {
    const original = await home.read('calc.go')
    await checkpoint('start')
    await rm(fileAt('calc.go'))
    await writeFile(fileAt('other.txt'), 'other\n')
    await checkpoint('without calc.go')
    await wb.askCommand(page, 'Keel: Restore Deleted File from Checkpoint…', 'Restore Deleted File')
    await choose(/calc\.go/)
    await page.getByRole('dialog').getByRole('button', { name: 'Restore 1 file' }).click()
    await wb.toast(page, 'Restored 1 file.').waitFor()
    assert.equal(await home.read('calc.go'), original)
    assert.equal(await home.read('other.txt'), 'other\n')
    await wb.tab(page, 'calc.go').waitFor()
  })

  test('the Timeline view shows the versions of a file, follows, compares and restores', async () => {
    const original = await home.read('calc.go')
    await checkpoint('start')
    await writeFile(fileAt('calc.go'), `// second\n${original}`)
    await checkpoint('second')
    await fromExplorer('calc.go', 'Open Timeline')
    const timeline = page.getByRole('tree', { name: /Timeline/ })
    await timeline.getByText('start', { exact: true }).waitFor()
    await timeline.getByText('second', { exact: true }).waitFor()
    await writeFile(fileAt('calc.go'), `// third\n${original}`)
    await checkpoint('third')
    await timeline.getByText('third', { exact: true }).waitFor()

    await timeline.getByText('start', { exact: true }).click()
    await page.locator('.monaco-diff-editor').getByText('// second').first().waitFor()
    await wb.settled(page)
    await picture(page, 'timeline-of-a-file')
    await wb.chooseInMenu(
      page,
      timeline.getByText('second', { exact: true }),
      'Restore from This Checkpoint…',
    )
    await page.getByRole('dialog').getByRole('button', { name: 'Restore 1 file' }).click()
    await wb.toast(page, 'Restored 1 file.').waitFor()
    assert.equal(await home.read('calc.go'), `// second\n${original}`)
  })
})

/** Pulls the right edge of the side bar until it has a width. */
async function widen(width) {
  const box = await page.locator('.part.sidebar').boundingBox()
  await page.mouse.move(box.x + box.width, 500)
  await page.mouse.down()
  await page.mouse.move(box.x + width, 500, { steps: 5 })
  await page.mouse.up()
  await page.mouse.move(900, 790)
}

describe('pictures', { timeout: 600_000 }, () => {
  beforeEach(() => start())
  afterEach(end)

  for (const [theme, name] of [
    ['Dark Modern', 'dark'],
    ['Light Modern', 'light'],
    ['Dark High Contrast', 'contrast'],
    ['Light High Contrast', 'contrast-light'],
  ]) {
    test(`of the view, narrow and wide, ${theme}`, async () => {
      if (theme !== 'Dark Modern') await wb.chooseTheme(page, theme)
      await showTimeline()
      await checkpoint('before the rewrite')
      await chat.run('create a file notes.md with the text "from the agent"')
      await chat.run(
        'create a file with-a-long-name/and-more-notes.md with the text "and a prompt that is long"',
      )
      await checkpoint('a name \u202e that hides something, and is much too long for its row')
      await showTimeline()
      await row(/^create a file notes/).click()
      await row(/^before the rewrite/).click()
      await row(/^After a step/).click({ modifiers: ['Control'] })
      for (const width of [250, 500]) {
        await widen(width)
        await wb.settled(page)
        const view = page.locator('.timeline').first()
        assert.ok(await view.evaluate((each) => each.scrollWidth <= each.clientWidth), 'nothing sticks out')
        await picture(page, `timeline-${name}-${width}`)
      }
      await row(/^before the rewrite/).click()
      await widen(250)
      await wb.settled(page)
      await picture(page, `timeline-${name}-one`)
      await row(/^before the rewrite/).click({ button: 'right' })
      await wb.settled(page)
      await picture(page, `timeline-${name}-menu`)
      await wb.press(page, 'Escape')
      await filter().fill('no such thing')
      await wb.settled(page)
      await picture(page, `timeline-${name}-nothing`)
    })
  }
})
