// The user's side of checkpoints: the status bar, the commands, the storage,
// and unsaved text that survives a restore and its undoing.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { pathsBelow } from './files.mjs'
import {
  launchChromium,
  makeHome,
  openPage,
  picture,
  startDisplay,
  startServed,
  trustFolders,
  until,
} from './harness.mjs'
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

async function start() {
  keel = await startServed(display, home)
  page = await openPage(browser, keel)
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

/** Answers the quick input with a line of text. */
async function answer(text) {
  const input = wb.quickInput(page).getByRole('textbox')
  await input.waitFor()
  await input.fill(text)
  await input.press('Enter')
}

/** Takes a row of the quick pick that is open. */
async function take(row) {
  await wb.quickInput(page).getByRole('option', { name: row }).first().click()
}

/** Waits until an element has the keyboard. */
async function focused(element) {
  await element.waitFor()
  await until('it has the keyboard', () => element.evaluate((each) => each === document.activeElement))
}

const dialog = (name) => page.getByRole('dialog', { name })

/** Types at the very beginning of the active editor. */
async function typeAtStart(text) {
  await wb.lines(page).click()
  await wb.press(page, 'Control+Home')
  await page.keyboard.type(text)
  await page.locator('.tab.active.dirty').waitFor()
}

describe('commands', { timeout: 300_000 }, () => {
  beforeEach(async () => {
    home = await makeHome()
    await start()
  })
  afterEach(end)

  test('a checkpoint is made, compared, restored, and the restore undone', async () => {
    const original = await home.read('parse.go')
    await wb.askCommand(page, 'Keel: Create Checkpoint…', 'Create Checkpoint')
    await answer('before the rewrite')
    await wb.toast(page, /^Saved a checkpoint of \d+ files\.$/).waitFor()
    await writeFile(join(home.folder, 'parse.go'), `// rewritten\n${original}`)
    await writeFile(join(home.folder, 'new.txt'), 'new\n')

    await wb.askCommand(page, 'Keel: Show Checkpoints…', 'Checkpoints')
    await take(/before the rewrite/)
    await wb.quickInput(page).getByRole('button', { name: 'Back' }).click()
    await wb.asks(page, /^Checkpoints$/)
    await take(/before the rewrite/)
    await take(/View Changes Since/)
    const changes = page.locator('.multiDiffEditor')
    await changes.getByText('// rewritten').first().waitFor()
    await changes.getByText('new.txt').first().waitFor()

    await wb.askCommand(page, 'Keel: Show Checkpoints…', 'Checkpoints')
    await take(/before the rewrite/)
    await take(/Restore…/)
    const preview = dialog('Put everything back to this point')
    await preview.getByText('1 file written back').waitFor()
    await preview.getByText('1 file deleted').waitFor()
    await page.keyboard.press('Escape')
    await preview.waitFor({ state: 'detached' })
    assert.match(await home.read('parse.go'), /rewritten/, 'Escape changes nothing')

    await wb.askCommand(page, 'Keel: Show Checkpoints…', 'Checkpoints')
    await take(/before the rewrite/)
    await take(/Restore…/)
    await preview.getByRole('button', { name: 'Restore 2 files' }).click()
    await wb.toast(page, 'Restored 2 files.').waitFor()
    assert.equal(await home.read('parse.go'), original)

    await wb.runCommand(page, 'Keel: Undo Last Restore')
    await wb.toast(page, 'Brought back 2 files.').waitFor()
    assert.equal(await home.read('parse.go'), `// rewritten\n${original}`)
    assert.equal(await home.read('new.txt'), 'new\n')
  })

  test('a checkpoint is pinned and unpinned', async () => {
    await wb.askCommand(page, 'Keel: Create Checkpoint…', 'Create Checkpoint')
    await answer('kept')
    await wb.askCommand(page, 'Keel: Show Checkpoints…', 'Checkpoints')
    await take(/kept/)
    await take(/Pin/)
    await wb.toast(page, /^Pinned/).waitFor()
    await wb.askCommand(page, 'Keel: Show Checkpoints…', 'Checkpoints')
    await wb
      .quickInput(page)
      .getByRole('option', { name: /kept.*pinned/ })
      .click()
    await take(/Unpin/)
    await wb.toast(page, /^Unpinned/).waitFor()
  })

  test('storage shows what is used, and deleting the history says what is lost', async () => {
    const turn = await chat.run('create a file notes.md with the text "first"')
    await wb.askCommand(page, 'Keel: Checkpoint Storage…', 'Checkpoint Storage')
    await wb
      .quickInput(page)
      .getByRole('option', { name: /used of/ })
      .waitFor()
    await take(/Clean Up Now/)
    await wb.toast(page, /Removed|nothing to clean up/).waitFor()
    await wb.clearToasts(page)

    await wb.askCommand(page, 'Keel: Checkpoint Storage…', 'Checkpoint Storage')
    await take(/Delete This Folder’s History/)
    const question = page.getByRole('dialog', { name: /Delete this folder’s history/ })
    await question.getByText(/can no longer be taken back/).waitFor()
    await question.getByRole('button', { name: 'Delete History' }).click()
    await wb.toast(page, /^Deleted \d+ checkpoints?/).waitFor()
    await wb.clearToasts(page)
    assert.equal(await home.read('notes.md'), 'first\n')

    await turn.getByRole('button', { name: 'Revert all changes' }).click()
    await wb.toast(page, 'history was deleted').waitFor()
    assert.equal(await home.read('notes.md'), 'first\n')
  })

  test('a path is removed from the history', async () => {
    await writeFile(join(home.folder, 'secret.txt'), 'secret\n')
    await wb.askCommand(page, 'Keel: Create Checkpoint…', 'Create Checkpoint')
    await answer('with the secret')
    await wb.toast(page, /^Saved a checkpoint/).waitFor()
    await wb.askCommand(page, 'Keel: Checkpoint Storage…', 'Checkpoint Storage')
    await take(/Remove a Path/)
    await wb.asks(page, 'Remove a Path from History')
    await answer(`${home.folder}/secret.txt`)
    await wb.quickInput(page).getByText('Write it from the opened folder on').waitFor()
    await answer('secret.txt')
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await wb.toast(page, /^Removed “secret\.txt” from \d+ checkpoints?/).waitFor()
    assert.equal(await home.read('secret.txt'), 'secret\n', 'the file itself stays')
  })

  test('unsaved text survives a restore and comes back with Undo', async () => {
    const original = await home.read('parse.go')
    await wb.askCommand(page, 'Keel: Create Checkpoint…', 'Create Checkpoint')
    await answer('start')
    await wb.toast(page, /^Saved a checkpoint/).waitFor()
    await wb.clearToasts(page)
    await writeFile(join(home.folder, 'parse.go'), `// on the disk\n${original}`)
    await wb.openFile(page, 'parse.go')
    await page.locator('.view-line', { hasText: 'on the disk' }).waitFor()
    await typeAtStart('/* Grüße, unsaved */ ')

    await wb.askCommand(page, 'Keel: Show Checkpoints…', 'Checkpoints')
    await take(/start/)
    await take(/Restore…/)
    const preview = dialog('Put everything back to this point')
    await preview.getByText(/Unsaved text in its editor/).waitFor()
    await preview.getByRole('button', { name: 'Restore 1 file' }).click()
    const toast = wb.toast(page, 'Restored 1 file.')
    await toast.waitFor()
    await wb.saved(page)
    await page.locator('.view-line', { hasText: 'unsaved' }).waitFor({ state: 'detached' })
    assert.equal(await home.read('parse.go'), original)

    await toast.getByRole('button', { name: 'Undo' }).click()
    await wb.toast(page, 'Brought back 1 file.').waitFor()
    await page.locator('.view-line', { hasText: 'Grüße, unsaved' }).waitFor()
    await page.locator('.tab.active.dirty').waitFor()
    assert.equal(await home.read('parse.go'), `// on the disk\n${original}`, 'it is not saved by that')
    await wb.save(page)
    assert.equal(await home.read('parse.go'), `/* Grüße, unsaved */ // on the disk\n${original}`)
  })

  test('thousands of paths fit, and the keyboard goes through them and back', async () => {
    await wb.askCommand(page, 'Keel: Create Checkpoint…', 'Create Checkpoint')
    await answer('start')
    await wb.toast(page, /^Saved a checkpoint/).waitFor()
    await wb.clearToasts(page)
    const made = `made/${'deep-folder-with-a-long-name/'.repeat(5)}`
    await mkdir(join(home.folder, made), { recursive: true })
    await Promise.all(
      Array.from({ length: 3000 }, (_, i) => writeFile(join(home.folder, made, `${i}.txt`), 'x\n')),
    )
    await wb.askCommand(page, 'Keel: Show Checkpoints…', 'Checkpoints')
    await take(/start/)
    await take(/Restore…/)
    const preview = dialog('Put everything back to this point')
    const restore = preview.getByRole('button', { name: 'Restore 3,000 files' })
    await focused(restore)
    await wb.press(page, 'Shift+Tab', 'Enter')
    const list = preview.getByRole('list', { name: '3,000 files deleted' })
    await focused(list)
    await wb.press(page, 'End')
    await until('the list has scrolled', () => list.evaluate((each) => each.scrollTop > 0))
    assert.ok(await restore.evaluate((each) => each.getBoundingClientRect().bottom < innerHeight))
    assert.ok(await preview.evaluate((each) => each.scrollWidth <= each.clientWidth), 'nothing sticks out')
    await wb.settled(page)
    await picture(page, 'checkpoints-many')
    await wb.press(page, 'Escape')
    await preview.waitFor({ state: 'detached' })
  })

  test('one file of a turn is reverted by keyboard', async () => {
    const turn = await chat.run('create a file notes.md with the text "first"')
    const file = turn.getByRole('button', { name: /^notes\.md: added/ })
    await file.focus()
    await wb.press(page, 'Tab')
    await focused(turn.getByRole('button', { name: 'Keep notes.md' }))
    await wb.press(page, 'Tab')
    await focused(turn.getByRole('button', { name: 'Revert notes.md' }))
    await wb.press(page, 'Enter')
    await wb.toast(page, 'Reverted 1 file.').waitFor()
    await assert.rejects(home.read('notes.md'), { code: 'ENOENT' })
  })

  test('what is in no plan stays in its editor', async () => {
    await wb.askCommand(page, 'Keel: Create Checkpoint…', 'Create Checkpoint')
    await answer('start')
    await wb.openFile(page, 'main.go')
    await typeAtStart('/* mine, unsaved */ ')
    await writeFile(join(home.folder, 'new.txt'), 'new\n')
    await wb.askCommand(page, 'Keel: Show Checkpoints…', 'Checkpoints')
    await take(/start/)
    await take(/Restore…/)
    await dialog('Put everything back to this point').getByRole('button', { name: 'Restore 1 file' }).click()
    await wb.toast(page, 'Restored 1 file.').waitFor()
    await page.locator('.view-line', { hasText: 'mine, unsaved' }).waitFor()
    await page.locator('.tab.active.dirty').waitFor()
  })
})

/**
 * A folder that takes some seconds to read, though it takes no room: files of
 * nothing but a hole.
 */
async function slowFolder() {
  const folder = await mkdtemp('/dev/shm/keel-e2e-')
  const names = Array.from({ length: 30 }, (_, i) => `hole${i}.bin`)
  for (const name of names) {
    await writeFile(join(folder, name), '')
    await truncate(join(folder, name), 200 * 1024 * 1024)
  }
  return folder
}

describe('a lost list of checkpoints', { timeout: 300_000 }, () => {
  beforeEach(async () => {
    home = await makeHome()
    await start()
  })
  afterEach(end)

  test('is asked about, found again, and the folder opens', async () => {
    await wb.askCommand(page, 'Keel: Create Checkpoint…', 'Create Checkpoint')
    await answer('before the loss')
    await wb.toast(page, /^Saved a checkpoint/).waitFor()
    wb.assertNoProblems(page)
    await page.context().close()
    await keel.end()
    for (const path of await pathsBelow(home.data))
      if (basename(path) === 'meta.db') await writeFile(path, 'nonsense')
      else if (basename(path).startsWith('meta.db-')) await rm(path)

    await start()
    const question = page.getByRole('dialog', { name: /list of the checkpoints of “sample” is lost/ })
    await question.getByText(/Nothing is deleted/).waitFor()
    await question.getByText(home.folder).waitFor()
    await wb.settled(page)
    await picture(page, 'checkpoints-lost')
    await wb.pressWhenReady(question.getByRole('button', { name: 'Find and Open' }))
    await wb.inExplorer(page, 'parse.go').waitFor()
    await wb.askCommand(page, 'Keel: Show Checkpoints…', 'Checkpoints')
    await wb
      .quickInput(page)
      .getByRole('option', { name: /before the loss/ })
      .waitFor()
    await wb.press(page, 'Escape')
  })
})

describe('the first reading', { timeout: 300_000 }, () => {
  beforeEach(async () => {
    home = await makeHome()
    await start()
  })
  afterEach(end)

  const status = () => page.locator('#keel\\.checkpoints')

  /**
   * Says to the page what Go would: a folder that is surely still read when the
   * page is up would have to be enormous.
   */
  const tell = (seq, works) =>
    page.evaluate((state) => window.runtime.EventsEmit('checkpoints', state), { seq, works, notices: [] })
  const reading = (done, total) => ({ work: 'first-capture', done, total })

  test('shows in the status bar, and goes when it is done', async () => {
    await tell(1_000_000, [reading(12_345, 0)])
    await status().getByText('Saving the starting point: 12,345 files').waitFor()
    await tell(1_000_001, [reading(12_345, 24_690)])
    const button = status().getByRole('button', { name: /^Saving the starting point: 50% of 24,690 files/ })
    await button.waitFor()
    await tell(1_000_002, [])
    await status().waitFor({ state: 'detached' })
  })

  test('shows for a large folder, and goes when it is done', async () => {
    const folder = await slowFolder()
    try {
      await page.goto('about:blank') // what the page still reads has no answer once the program ends
      await keel.end()
      await trustFolders(home, folder)
      keel = await startServed(display, home, { folder })
      await page.goto(keel.address)
      await status().getByText('Saving the starting point').waitFor()
      await status().waitFor({ state: 'detached' })
      await wb.askCommand(page, 'Keel: Create Checkpoint…', 'Create Checkpoint')
      await answer('all of it')
      await wb.toast(page, 'Saved a checkpoint of 30 files.').waitFor()
    } finally {
      await page.goto('about:blank')
      await keel.end()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  })

  test('can be stopped, and the agent still can work', async () => {
    await tell(1_000_000, [reading(12_345, 0)])
    await status().getByText('Saving the starting point').click()
    await wb.asks(page, 'Saving the starting point')
    await take(/^Stop/)
    await wb.quickInput(page).waitFor({ state: 'hidden' })
    await tell(1_000_001, [])
    await status().waitFor({ state: 'detached' })
    const turn = await chat.run('create a file notes.md with the text "first"')
    await turn.getByText('1 file changed').waitFor()
    assert.equal(await home.read('notes.md'), 'first\n')
  })
})
