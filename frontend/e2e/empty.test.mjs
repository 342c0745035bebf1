// The empty chat teaches: what answers, how to get a real model, and examples
// that work in the folder that is open, whatever is in it.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import {
  launchChromium,
  makeHome,
  openPage,
  picture,
  startDisplay,
  startServed,
  tellRunning,
  trustFolders,
  until,
} from './harness.mjs'
import * as wb from './workbench.mjs'

const timeout = 120_000
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const folders = {
  empty: {},
  pictures: { 'beach.png': png, 'cat.PNG': png },
  node: {
    'package.json': '{ "name": "sums", "type": "module", "scripts": { "test": "node --test" } }',
    'sum.js': 'export const sum = (a, b) => a + b\n',
    'sum.test.js':
      "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { sum } from './sum.js'\n\ntest('sum', () => assert.equal(sum(1, 2), 3))\n",
    'README.md': '# Sums\n',
  },
  python: {
    'app.py': 'def add(a, b):\n    return a + b\n',
    'test_app.py': 'from app import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n',
    'requirements.txt': '',
    'README.md': '# App\n',
  },
}

let display, browser, home, keel, page, chat, local

before(async () => {
  display = await startDisplay()
  browser = await launchChromium()
  home = await makeHome()
  const paths = Object.keys(folders).map((name) => join(home.home, name))
  await trustFolders(home, home.folder, ...paths)
  for (const [name, files] of Object.entries(folders)) {
    await mkdir(join(home.home, name))
    for (const [file, content] of Object.entries(files)) await writeFile(join(home.home, name, file), content)
  }
  local = await startLocal()
  keel = await startServed(display, home, { folder: '', env: { OLLAMA_HOST: local.address } })
  page = await openPage(browser, keel, { watch: noteColours })
  chat = wb.chat(page)
})
afterEach((context) => wb.conclude(page, context))
after(async () => {
  await browser?.close()
  await keel?.end()
  await local?.end()
  await display?.end()
  await home?.remove()
})

/** Notes every colour that the activity bar has had, from the first picture on. */
function noteColours(page) {
  return page.addInitScript(() => {
    globalThis.barColours = new Set()
    const look = () => {
      const bar = document.querySelector('.part.activitybar')
      if (bar) globalThis.barColours.add(getComputedStyle(bar).backgroundColor)
      requestAnimationFrame(look)
    }
    look()
  })
}

/** Stands for Ollama on this machine, which runs and has one model. */
async function startLocal() {
  const server = createServer((request, response) => {
    request.resume()
    const answers = {
      '/api/tags': { models: present ? [{ name: 'qwen3:latest', digest: 'd1' }] : [] },
      '/api/show': { capabilities: ['completion', 'tools'], model_info: {} },
    }
    const answer = answers[request.url]
    response.writeHead(answer ? 200 : 404, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(answer ?? {}))
  })
  let present = false
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return {
    address: `127.0.0.1:${server.address().port}`,
    pull: () => (present = true),
    end: () => new Promise((done) => server.close(done)),
  }
}

/** Of the others the looks are the same. */
const pictured = ['sample', 'empty']

const examples = () => chat.log.getByRole('group', { name: 'Examples to try' })
const offered = () => examples().getByRole('button', { name: /./ }).and(page.locator('[title^="Put this"]'))

/** Opens a folder in the running program, and waits for its empty chat. */
async function open(path, shown) {
  await tellRunning(display, home, path)
  if (shown) await wb.inExplorer(page, shown).waitFor()
  await chat.open()
  await chat.log.getByRole('heading', { name: 'What shall we change?' }).waitFor()
  await offered().first().waitFor()
}

async function widen(width) {
  const view = await page.locator('.part.auxiliarybar').boundingBox()
  await page.mouse.move(view.x, 300)
  await page.mouse.down()
  await page.mouse.move(view.x + view.width - width, 300, { steps: 5 })
  await page.mouse.up()
}

/** Nothing in the empty chat may be wider than it. */
async function fits() {
  const wide = await page.locator('.keel-chat').evaluate((root) => {
    const edge = root.getBoundingClientRect().right + 1
    return [...root.querySelectorAll('.empty *, .blocked *')]
      .filter((each) => each.getBoundingClientRect().right > edge)
      .map((each) => each.outerHTML.slice(0, 120))
  })
  assert.deepEqual(wide, [])
  // It is read from its start.
  if (await chat.log.isVisible()) assert.equal(await chat.log.evaluate((log) => log.scrollTop), 0)
}

/** Pictures in dark and light, wide and narrow; everything must fit. */
async function shoot(name) {
  for (const [theme, look] of [
    ['Light Modern', 'light'],
    ['Dark Modern', 'dark'],
  ]) {
    await wb.chooseTheme(page, theme)
    for (const width of [300, 420]) {
      await widen(width)
      await fits()
      await picture(page, `empty-${name}-${look}-${width}`)
    }
  }
}

/** Does what the first three examples ask, each in a session of its own; it must work. */
async function tryAll() {
  const prompts = await offered().locator('.prompt').allInnerTexts()
  assert.ok(prompts.length >= 3, `${prompts.length} examples: ${prompts.join('; ')}`)
  for (const [at, prompt] of prompts.entries()) {
    if (at === 0) {
      await offered().first().click()
      assert.equal(await chat.input.inputValue(), prompt)
    } else {
      // What is offered changes with what an earlier one has done.
      await chat.newSession()
      await chat.input.fill(prompt)
    }
    await chat.input.press('Enter')
    const turn = chat.last
    await turn.waitFor()
    const run = turn.getByRole('button', { name: 'Run', exact: true })
    await until(`${prompt} ends`, async () => {
      if (await run.first().isVisible())
        await run
          .first()
          .click({ timeout: 1000 })
          .catch(() => undefined)
      return (await turn.getAttribute('aria-busy')) !== 'true' && !(await chat.stop.isVisible())
    })
    const said = await turn.innerText()
    assert.doesNotMatch(
      said,
      /I did nothing|so I stopped|I do not|not found|exit code [1-9]|Nothing (?:holds|matches)/i,
      `${prompt}: ${said}`,
    )
    // What came was followed to its end.
    assert.equal(await page.getByRole('button', { name: 'Latest' }).count(), 0)
  }
  return prompts
}

test('the first start has the colours of its theme from the first picture on', async () => {
  assert.deepEqual(await page.evaluate(() => [...globalThis.barColours]), ['rgb(24, 24, 24)'])
})

test('without a folder it asks for one', { timeout }, async () => {
  await page.getByRole('heading', { name: 'Open a folder to start' }).waitFor()
  await page.getByRole('button', { name: 'Open Folder…' }).first().waitFor()
  await shoot('no-folder')
})

for (const [name, shown, asks] of [
  ['sample', 'calc.go', /a function Sum|run the tests/],
  ['empty', '', /create a file/],
  ['pictures', 'cat.PNG', /list files/],
  ['node', 'sum.js', /run the tests/],
  ['python', 'app.py', /explain README/],
]) {
  test(`in the folder ${name} the practice model can do what is offered`, { timeout }, async () => {
    await open(name === 'sample' ? home.folder : join(home.home, name), shown)
    await chat.log.getByText('an offline stand-in', { exact: false }).waitFor()
    await chat.log.getByRole('button', { name: 'More ways to connect' }).waitFor()
    if (pictured.includes(name)) await shoot(name)
    assert.match((await tryAll()).join('; '), asks)
  })
}

test('a model on this machine is a click away, and has examples of its own', { timeout }, async () => {
  await chat.newSession()
  local.pull()
  // What Go saw of Ollama counts for a few seconds.
  const use = chat.log.getByRole('button', { name: 'Use Ollama' })
  await until('Ollama is seen', async () => {
    await page.evaluate(() => globalThis.dispatchEvent(new Event('focus'))) // the person comes back
    return use.isVisible()
  })
  await shoot('local')
  await use.click()
  await chat.log.getByText(/qwen3 on Ollama is ready/).waitFor()
  await until('its examples are shown', async () => (await offered().count()) >= 3)
  await shoot('local-chosen')
})
