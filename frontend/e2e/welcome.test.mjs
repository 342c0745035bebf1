// The first start, as a newcomer meets it: without a folder, by the keyboard alone,
// with what was found on this machine before anything else; skipped and found again;
// About with its texts. In all of that nothing may be sent anywhere: neither by the page,
// of which the browser tells, nor by Go, which is given a proxy that answers nobody. There
// are AWS credentials that would work, and an address for those of the machine: whoever
// asks AWS for anything before it was chosen is seen.
import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import {
  launchChromium,
  makeHome,
  openPage,
  reload,
  startDisplay,
  startServed,
  top,
  until,
} from './harness.mjs'
import * as wb from './workbench.mjs'

const timeout = 300_000
let display

before(async () => (display = await startDisplay()))
after(() => display?.end())

/** Stands for Ollama on this machine, by its own endpoints; `asked` are the paths it was asked for. */
async function startOllama() {
  const asked = []
  const answers = {
    '/api/tags': { models: [{ name: 'qwen3:latest', model: 'qwen3:latest', digest: 'd1' }] },
    '/api/show': { capabilities: ['completion', 'tools'], model_info: {} },
    '/api/version': { version: '0.12.0' },
  }
  const server = createServer((request, response) => {
    request.resume()
    asked.push(request.url)
    const answer = answers[request.url]
    response.writeHead(answer ? 200 : 404, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(answer ?? {}))
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return {
    asked,
    address: `127.0.0.1:${server.address().port}`,
    end: () => new Promise((done) => server.close(done)),
  }
}

/** Stands for the address at which an instance of EC2 gives credentials; `asked` is what it was asked for. */
async function startMetadata() {
  const asked = []
  const server = createServer((request, response) => {
    asked.push(request.url)
    response.writeHead(404).end()
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return {
    asked,
    address: `http://127.0.0.1:${server.address().port}`,
    end: () => new Promise((done) => server.close(done)),
  }
}

/** A proxy for everything that is not on this machine; `asked` is what it was asked for. */
async function startProxy() {
  const asked = []
  const server = createServer((request, response) => {
    asked.push(request.url)
    response.writeHead(502).end()
  })
  server.on('connect', (request, socket) => {
    asked.push(request.url)
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const address = `http://127.0.0.1:${server.address().port}`
  return {
    asked,
    env: { HTTP_PROXY: address, HTTPS_PROXY: address, NO_PROXY: '' },
    end: () => new Promise((done) => server.close(done)),
  }
}

/** Waits until the window has restored what it shows, and decided about the walkthrough. */
const restored = (page) =>
  until('the window is restored', () =>
    page.evaluate(() => performance.getEntriesByName('keel.restored').length > 0),
  )

const walkthrough = (page) => page.locator('.keel-page[aria-label="Walkthrough"]')
const heading = (page) => walkthrough(page).getByRole('heading', { level: 1, name: 'Get Started with Keel' })
const stepButton = (page, name) => walkthrough(page).getByRole('button', { name, exact: true })

/** Presses Tab until the keyboard is at a button of the walkthrough. */
async function tabTo(page, name) {
  const target = stepButton(page, name)
  await target.waitFor()
  await until(`the keyboard is at ${name}`, async () => {
    if (await target.evaluate((element) => element === document.activeElement)) return true
    await page.keyboard.press('Tab')
    return false
  })
}

describe('the first start without a folder', { timeout }, () => {
  let browser, home, keel, page, ollama, metadata, proxy
  const reached = []

  before(async () => {
    home = await makeHome({ trusted: false })
    await mkdir(join(home.home, '.aws'))
    await writeFile(
      join(home.home, '.aws/config'),
      '[default]\nregion = eu-west-1\n[profile harbour]\nregion = eu-central-1\n[profile quay]\nregion = us-east-1\n',
    )
    await writeFile(
      join(home.home, '.aws/credentials'),
      '[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n',
    )
    ollama = await startOllama()
    metadata = await startMetadata()
    proxy = await startProxy()
    browser = await launchChromium()
    keel = await startServed(display, home, {
      folder: '',
      env: {
        OLLAMA_HOST: ollama.address,
        AWS_EC2_METADATA_DISABLED: 'false',
        AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.address,
        ...proxy.env,
      },
    })
    page = await openPage(browser, keel, {
      watch(page) {
        page.on('request', (request) => reached.push(request.url()))
        page.on('websocket', (socket) => reached.push(socket.url()))
      },
    })
  })
  afterEach((context) => page.isClosed() || wb.conclude(page, context))
  after(async () => {
    await browser?.close()
    await keel?.end()
    await ollama?.end()
    await metadata?.end()
    await proxy?.end()
    await home?.remove()
  })

  test('the walkthrough is there, and nobody was asked for anything yet', async () => {
    await heading(page).waitFor()
    await stepButton(page, 'Open a folder').waitFor()
    assert.equal(await stepButton(page, 'Open a folder').getAttribute('aria-expanded'), 'true')
    await restored(page)
    await wb.settled(page)
    assert.deepEqual(ollama.asked, [])
  })

  test('by the keyboard alone it leads from the start to a prompt in the chat', async () => {
    await until('the walkthrough has the keyboard', () =>
      page.evaluate(() => Boolean(document.activeElement?.closest('.keel-page'))),
    )
    await tabTo(page, 'Open the Sample…')
    await page.keyboard.press('Enter')
    await wb.asks(page, 'Open the Sample')
    await wb
      .quickInput(page)
      .getByRole('option', { name: /Make a copy/ })
      .waitFor()
    await page.keyboard.press('Enter')
    const no = page.getByRole('dialog').getByRole('button', { name: "No, I don't trust the authors" })
    await no.waitFor()
    await until('the answer that trusts nothing has the keyboard', () =>
      no.evaluate((element) => element === document.activeElement),
    )
    await page.keyboard.press('Enter')
    await no.waitFor({ state: 'hidden' })
    await wb.inExplorer(page, 'calc.go').waitFor()
    assert.match(await readFile(join(home.home, 'Keel Sample/calc.go'), 'utf8'), /func Add/)

    // It goes on where it was, in the folder that it opened.
    await heading(page).waitFor()
    assert.ok(await walkthrough(page).getByRole('checkbox', { name: 'Done: Open a folder' }).isChecked())
    await until('the next step is open', async () => {
      await wb.press(page, 'Control+1')
      return (await stepButton(page, 'Choose what answers').getAttribute('aria-expanded')) === 'true'
    })
    // What was found here comes first.
    await stepButton(page, 'Use Ollama').waitFor()
    const offered = await walkthrough(page).getByRole('listitem').getByRole('button').allInnerTexts()
    const order = [
      'Use Ollama',
      'Use AWS Profile default…',
      'Use AWS Profile harbour…',
      'Use AWS Profile quay…',
      'Use the Practice Model',
    ]
    const places = order.map((name) => offered.findIndex((text) => text.trim() === name))
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
      offered.join(' | '),
    )
    assert.ok(places[0] > 0 && places.every((place) => place >= 0), offered.join(' | '))
    await wb.press(page, 'Control+1')
    await tabTo(page, 'Look Again')
    await page.keyboard.press('Enter')
    await walkthrough(page).getByText('Nothing has changed.').waitFor()
    assert.ok(
      await stepButton(page, 'Look Again').evaluate((element) => element === document.activeElement),
      'the keyboard stays where it was',
    )
    // Who thinks better of it has changed nothing.
    await tabTo(page, 'Use AWS Profile quay…')
    await page.keyboard.press('Enter')
    await wb.asks(page, 'AWS region for the profile quay')
    await page.keyboard.press('Escape')
    await wb.quickInput(page).waitFor({ state: 'hidden' })
    const chosen = walkthrough(page).getByRole('checkbox', { name: 'Done: Choose what answers' })
    assert.equal(await chosen.isChecked(), false)
    await wb.press(page, 'Control+1')
    await tabTo(page, 'Use the Practice Model')
    await page.keyboard.press('Enter')
    await until('the practice model is chosen', async () =>
      (await wb.chat(page).model.getAttribute('aria-label')).includes('Practice'),
    )
    await until('new sessions start with it', async () =>
      (await readFile(join(home.config, 'settings.json'), 'utf8')).includes(
        '"keelAgent.provider": "practice"',
      ),
    )
    assert.doesNotMatch(await readFile(join(home.config, 'settings.json'), 'utf8'), /bedrock/)
    await until('the step is done', () => chosen.isChecked())
    // It needs no account, so nothing is said of one.
    await stepButton(page, 'Sign in, where your choice needs it').waitFor({ state: 'detached' })

    await wb.press(page, 'Control+1')
    await tabTo(page, 'Try a few things')
    await page.keyboard.press('Enter')
    const prompt = 'add a function Sum to calc.go with a test and run the tests'
    await tabTo(page, prompt)
    await page.keyboard.press('Enter')
    const { input, turns } = wb.chat(page)
    await until('the prompt is in the input', async () => (await input.inputValue()) === prompt)
    await until('the input has the keyboard', () =>
      input.evaluate((element) => element === document.activeElement),
    )
    assert.equal(await turns.count(), 0, 'nothing is sent by itself')
  })

  test('a prompt goes below what the person has written', async () => {
    const { input } = wb.chat(page)
    await input.fill('mine')
    await wb.press(page, 'Control+1')
    const first = walkthrough(page)
      .getByRole('button', { name: /^run the tests/ })
      .first()
    await first.press('Enter')
    await until('both are there', async () => /^mine\nrun the tests/.test(await input.inputValue()))
    await input.fill('')
  })

  test('it is skipped with one key, and found again', async () => {
    const isStored = () =>
      page.evaluate(async () => {
        const values = await globalThis.go.bind.Storage.Load('workspace')
        const editors = Object.entries(values).filter(([key]) => key.includes('parts.editor'))
        return JSON.stringify(editors).includes('keel.walkthrough')
      })
    await until('the layout is stored with it', isStored)
    await wb.press(page, 'Control+1')
    await walkthrough(page).getByRole('button', { name: 'Skip for Now' }).focus()
    await page.keyboard.press('Escape')
    await walkthrough(page).waitFor({ state: 'detached' })
    await wb.tab(page, 'Walkthrough').waitFor({ state: 'detached' })
    await until('the layout is stored without it', async () => !(await isStored()))
    await reload(page)
    await wb.inExplorer(page, 'calc.go').waitFor()
    await restored(page)
    await wb.settled(page)
    assert.equal(await walkthrough(page).count(), 0)
    await wb.runCommand(page, 'Keel: Get Started')
    await heading(page).waitFor()
    await wb.press(page, 'Control+1')
    await walkthrough(page).getByRole('button', { name: 'Skip for Now' }).click()
    await walkthrough(page).waitFor({ state: 'detached' })
    await wb.askCommand(page, 'Welcome: Open Walkthrough...', 'Open Walkthrough')
    await wb
      .quickInput(page)
      .getByRole('option', { name: /Get Started with Keel/ })
      .click()
    await heading(page).waitFor()
  })

  test('Escape elsewhere leaves it alone, and in it closes nothing else', async () => {
    await wb.closeEditors(page)
    await wb.openFile(page, 'calc.go')
    await wb.runCommand(page, 'View: Split Editor Right')
    await wb.runCommand(page, 'Keel: Get Started')
    await heading(page).waitFor()
    await page.evaluate(() => document.activeElement?.blur())
    await page.keyboard.press('Escape')
    await wb.settled(page)
    assert.equal(await walkthrough(page).count(), 1)
    await walkthrough(page).getByRole('button', { name: 'Skip for Now' }).focus()
    await page.keyboard.press('Escape')
    await walkthrough(page).waitFor({ state: 'detached' })
    assert.equal(await page.getByRole('main').getByRole('tab', { name: 'calc.go' }).count(), 2)
    await wb.closeEditors(page)
  })

  test('About says what this is, and shows its texts, which cannot be changed', async () => {
    const product =
      'node_modules/@codingame/monaco-vscode-api/vscode/src/vs/platform/product/common/product.js'
    const source = await readFile(join(top, 'frontend', product), 'utf8')
    const version = /version: '([\d.]+)'/.exec(source)[1]
    for (const [name, words] of [
      ['What Keel Sends', /No telemetry: no usage data/],
      ['Licence', /MIT License/],
      ['Third-Party Notices', /What Keel is made of/],
      ['Bill of Materials', /CycloneDX/],
    ]) {
      await wb.runCommand(page, 'Help: About')
      const about = page.getByRole('dialog', { name: 'About Keel' })
      await about.getByText('VS Code workbench').waitFor()
      await about.getByText(version, { exact: true }).waitFor()
      if (name === 'Licence') {
        await about.getByRole('button', { name: 'Copy' }).click()
        await about.getByText('Copied').waitFor()
        assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^Keel\nVersion: /)
      }
      await about.getByRole('button', { name }).click()
      await about.waitFor({ state: 'detached' })
      await until(`${name} is shown`, async () => words.test(await wb.shownText(page)))
      const before = await wb.shownText(page)
      await page.keyboard.type('x')
      await wb.settled(page)
      assert.equal(await wb.shownText(page), before)
    }
  })

  test('settings about telemetry are not offered', async () => {
    await wb.press(page, 'Control+,')
    const search = page.getByRole('textbox', { name: /^Search settings/ })
    await until('the settings search has the keyboard', () =>
      search.first().evaluate((element) => element === document.activeElement),
    )
    await page.keyboard.type('telemetry.')
    await page.getByText('No Settings Found').first().waitFor()
  })

  test('nothing but this machine was reached', async () => {
    const hosts = new Set(
      reached.filter((each) => /^(?:https?|wss?):/.test(each)).map((each) => new URL(each).hostname),
    )
    assert.deepEqual([...hosts], ['127.0.0.1'])
    assert.deepEqual(proxy.asked, [])
    assert.deepEqual(metadata.asked, [])
  })

  test('only who opens the list of models has AWS asked for its own', async () => {
    await wb.askCommand(page, 'Keel: Choose Model…', 'Model')
    await until('AWS is asked, through the proxy', () =>
      proxy.asked.some((address) => /^bedrock\.eu-west-1\.amazonaws\.com/.test(address)),
    )
    await page.keyboard.press('Escape')
  })
})

test(
  'at a first start with a folder the folder is at hand, and the walkthrough is offered once',
  { timeout },
  async (context) => {
    const home = await makeHome()
    const browser = await launchChromium()
    const keel = await startServed(display, home)
    context.after(async () => {
      await browser.close()
      await keel.end()
      await home.remove()
    })
    const page = await openPage(browser, keel)
    await wb.inExplorer(page, 'calc.go').waitFor()
    const offer = page.getByRole('button', { name: 'New here? Get Started with Keel' })
    await offer.waitFor()
    await restored(page)
    await wb.settled(page)
    assert.equal(await walkthrough(page).count(), 0)
    await until('the profile is known', () =>
      page.evaluate(async () => Object.keys(await globalThis.go.bind.Storage.Load('profile')).length > 0),
    )
    await offer.press('Enter')
    await heading(page).waitFor()
    await offer.waitFor({ state: 'detached' })
    await stepButton(page, 'Choose what answers').waitFor()
    await reload(page)
    await wb.inExplorer(page, 'calc.go').waitFor()
    await restored(page)
    await wb.settled(page)
    assert.equal(await offer.count(), 0)
  },
)
