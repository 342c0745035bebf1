// The languages of the web are understood as soon as Keel is installed, without a
// network: their extensions are shipped, start when a file of theirs is opened, and
// run in the worker that has no origin.
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { launchChromium, makeHome, openPage, picture, startDisplay, startServed, until } from './harness.mjs'
import * as wb from './workbench.mjs'

let display, browser, home, keel, page

/** Where requests went that left the program; none must. */
const elsewhere = []

const files = {
  'app.ts': `interface Person {
  firstName: string
  birthYear: number
}

function greet(person: Person): string {
  return 'Hello ' + person.firstName
}

const ada: Person = { firstName: 'Ada', birthYear: 1815 }
greet(ada)
`,
  'wrong.ts': `const count: number = 'many'
function (
`,
  'plain.js': `const words = ['a', 'b']\n\n`,
  'broken.json': '{\n  "a": 1,\n  "b": \n}\n',
  'remote.json': '{ "$schema": "https://schema.example/never.json", "a": 1 }\n',
  'style.css': 'a {\n  \n}\n',
  'page.html': '<!doctype html>\n<html>\n  <body>\n    \n  </body>\n</html>\n',
  'notes.md': '# First part\n\nSee [the other](./other.md).\n\n## Second part\n\n[gone](./missing.md)\n',
  'other.md': '# Other\n',
}

before(async () => {
  display = await startDisplay()
  browser = await launchChromium()
  home = await makeHome()
  await mkdir(join(home.folder, 'web'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(home.folder, 'web', name), text)
  keel = await startServed(display, home)
  page = await openPage(browser, keel, {
    watch: (page) =>
      page.on('request', (request) => {
        const url = new URL(request.url())
        const inside =
          ['data:', 'blob:', 'about:'].includes(url.protocol) || url.host === new URL(keel.address).host
        if (!inside) elsewhere.push(request.url())
      }),
  })
})

afterEach((context) => wb.conclude(page, context))

after(async () => {
  await browser?.close()
  await keel?.end()
  await display?.end()
  await home?.remove()
})

const suggestions = () => page.locator('.suggest-widget.visible .monaco-list-row')
const hosts = () => page.locator('iframe.keel-extension-host').count()
const line = () => page.locator('.editor-group-container.active .line-numbers.active-line-number').innerText()

/** Goes to a place, both counted from 1. */
async function go(row, column) {
  await wb.press(page, 'Control+G')
  const input = wb.quickInput(page).getByRole('textbox')
  await input.fill(`:${row}:${column}`)
  await input.press('Enter')
  await wb.quickInput(page).waitFor({ state: 'hidden' })
}

/** Asks for suggestions until one has the label: a server may still be starting. */
function suggests(label) {
  return until(`${label} is suggested`, async () => {
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+Space')
    await suggestions().first().waitFor({ timeout: 3000 })
    const rows = await suggestions().evaluateAll((all) =>
      all.map((row) => row.getAttribute('aria-label') ?? ''),
    )
    return rows.some((row) => row === label || row.startsWith(`${label},`) || row.startsWith(`${label} `))
  })
}

/** What is known about the place of the cursor. */
function hovers(text) {
  return until(`the hover says ${text}`, async () => {
    await page.keyboard.press('Escape')
    await wb.press(page, 'Control+K', 'Control+I')
    const hover = page.locator('.monaco-hover:visible').filter({ hasText: text }).first()
    await hover.waitFor({ timeout: 3000 })
    return true
  })
}

const squiggle = (severity) =>
  page.locator(`.editor-group-container.active .squiggly-${severity}`).first().waitFor()

/** The messages of the Problems view for the files that are open. */
async function problem(text) {
  await wb.runCommand(page, 'Problems: Focus on Problems View')
  await page.locator('.markers-panel').getByText(text).first().waitFor()
}

describe('languages', { timeout: 600_000 }, () => {
  test('nothing of them runs before a file of theirs is opened', async () => {
    await wb.openFile(page, 'calc.go')
    await wb.settled(page)
    assert.equal(await hosts(), 0)
  })

  test('TypeScript completes, explains and finds definitions', async () => {
    await wb.openFile(page, 'app.ts')
    await until('the host has started', async () => (await hosts()) === 1)
    await go(11, 7)
    await hovers('const ada: Person')
    await page.keyboard.press('Escape')
    await until('the definition is found', async () => {
      await go(11, 1)
      await page.keyboard.press('F12')
      return until('the cursor is there', async () => (await line()) === '6', 3000)
    })
    await go(12, 1)
    await page.keyboard.type('ada.')
    await suggests('birthYear')
    await picture(page, 'languages TypeScript')
    await page.keyboard.press('Escape')
  })

  test('TypeScript says what is wrong', async () => {
    await wb.openFile(page, 'wrong.ts')
    await squiggle('error')
    await problem(/expected/i)
  })

  test('JavaScript knows what is built in', async () => {
    await wb.openFile(page, 'plain.js')
    await go(2, 1)
    await page.keyboard.type('words.forE')
    await suggests('forEach')
    await page.keyboard.press('Escape')
  })

  test('JSON says where a file is broken, and fetches no schema', async () => {
    await wb.openFile(page, 'broken.json')
    await squiggle('error')
    await problem('Value expected')
    await wb.openFile(page, 'remote.json')
    await go(1, 1)
    await wb.settled(page)
  })

  test('CSS and HTML complete', async () => {
    await wb.openFile(page, 'style.css')
    await go(2, 3)
    await page.keyboard.type('backgr')
    await suggests('background-color')
    await page.keyboard.press('Escape')
    await wb.openFile(page, 'page.html')
    await go(4, 5)
    await page.keyboard.type('<sect')
    await suggests('section')
    await page.keyboard.press('Escape')
  })

  test('Markdown has an outline and follows links', async () => {
    await wb.openFile(page, 'notes.md')
    await until('its headings are listed', async () => {
      await wb.press(page, 'Control+Shift+O')
      await wb.quickInput(page).getByText('Second part').waitFor({ timeout: 3000 })
      return true
    })
    await page.keyboard.press('Escape')
    await until('the link leads to the file', async () => {
      await go(3, 20)
      await wb.runCommand(page, 'Open Link')
      await wb.tab(page, 'other.md').waitFor({ timeout: 3000 })
      return true
    })
  })

  test('what they can be told stands among the settings', async () => {
    await wb.findSetting(page, 'JSON › Format: Keep Lines')
  })

  test('nothing was asked of any other machine', () => {
    assert.deepEqual(elsewhere, [])
  })
})
