// What editors show of changes: many files at once, files that are not text, and
// characters that a person cannot see.
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import {
  launchChromium,
  makeHome,
  openPage,
  picture,
  reload,
  startDisplay,
  startServed,
  until,
} from './harness.mjs'
import * as wb from './workbench.mjs'

let display, browser, home, keel, page

const file = (name) => join(home.folder, name)
const changes = () => page.locator('.editor-group-container.active .multiDiffEditor')

async function checkpoint(label) {
  await page.evaluate((text) => window.go.bind.Checkpoints.Create(text), label)
}

async function viewChangesSince(label) {
  await wb.askCommand(page, 'Keel: Show Checkpoints…', 'Checkpoints')
  await wb.quickInput(page).getByRole('option', { name: label }).first().click()
  await wb
    .quickInput(page)
    .getByRole('option', { name: /View Changes Since/ })
    .first()
    .click()
  await changes().locator('.monaco-diff-editor').first().waitFor()
}

before(async () => {
  display = await startDisplay()
  browser = await launchChromium()
})

after(async () => {
  await browser?.close()
  await display?.end()
})

describe('changes in editors', { timeout: 300_000 }, () => {
  beforeEach(async () => {
    home = await makeHome()
  })

  afterEach(async (context) => {
    try {
      await wb.conclude(page, context)
    } finally {
      await page.context().close()
      await keel.end()
      await home.remove()
    }
  })

  async function start(settings = {}) {
    await mkdir(home.config, { recursive: true })
    await writeFile(join(home.config, 'settings.json'), JSON.stringify(settings))
    keel = await startServed(display, home)
    page = await openPage(browser, keel)
    await wb.inExplorer(page, 'calc.go').waitFor()
  }

  test('hidden characters are shown in diffs, whatever the settings say', async () => {
    await start({
      'editor.renderControlCharacters': false,
      'editor.unicodeHighlight.invisibleCharacters': false,
      'editor.unicodeHighlight.ambiguousCharacters': false,
      'editor.unicodeHighlight.allowedCharacters': { '\u200b': true, '\u0430': true },
    })
    await writeFile(file('access.go'), 'package main\n\nvar password = "user"\n')
    await checkpoint('before the trick')
    await writeFile(
      file('access.go'),
      'package main\n\nvar p\u0430ssword\u200b = "us\u202eer\u2066// only admins\u2069 \u2066"\n',
    )
    await viewChangesSince(/before the trick/)
    await changes().getByText('[U+202E]').first().waitFor()
    await until('the letter that looks like another, and the one without a width, are marked', async () => {
      const marked = await changes().locator('.modified-in-monaco-diff-editor .unicode-highlight').count()
      return marked >= 2
    })
    await picture(page, 'review-hidden-characters')
  })

  test('of a thousand files the first is there at once, and all are in the end', async () => {
    await start()
    const count = 1000
    await mkdir(file('many'))
    const write = (value) =>
      Promise.all(
        Array.from({ length: count }, (_, i) => writeFile(file(`many/f${i}.txt`), `number ${i}\n${value}\n`)),
      )
    await write('old')
    await checkpoint('before many')
    await write('new')
    await viewChangesSince(/before many/)
    await wb.tab(page, /1,000 files/).waitFor()
    const height = () =>
      changes()
        .locator('.scrollContent > div')
        .first()
        .evaluate((element) => element.getBoundingClientRect().height)
    const per = 60 // no file is lower than its heading and two lines
    await until('all files are there', async () => (await height()) > count * per, 120_000)
    await changes().getByText('f0.txt').first().waitFor()
    await reload(page)
    await wb.tab(page, /1,000 files/).waitFor()
    await changes().locator('.monaco-diff-editor').first().waitFor()
  })

  test('what is not text is compared as a whole', async () => {
    await start()
    await writeFile(file('data.bin'), Buffer.from([0, 1, 2, 3]))
    await checkpoint('before')
    await writeFile(file('data.bin'), Buffer.from([0, 1, 2, 3, 4, 5]))
    await chmod(file('data.bin'), 0o755)
    await viewChangesSince(/before/)
    await changes().getByText('Not text, 6 bytes.').waitFor()
    await changes()
      .getByRole('button', { name: /^Open File/ })
      .first()
      .click()
    const comparison = page.getByRole('region', { name: 'Comparison of data.bin' })
    await comparison.getByRole('cell', { name: '4 bytes' }).waitFor()
    await comparison.getByRole('cell', { name: '+2 bytes' }).waitFor()
    await comparison.getByText('rwxr-xr-x (0755)').waitFor()
    await picture(page, 'review-comparison')
    await wb.stored(page, 'keel-compare:')
    await reload(page)
    await comparison.getByRole('cell', { name: '6 bytes' }).waitFor()
  })
})
