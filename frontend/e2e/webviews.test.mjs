// What extensions draw: panels, views and editors in frames, and what a hostile
// one of them gets hold of. The extension is e2e/extensions/drawings.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmod, copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import {
  devProgram,
  launchChromium,
  makeHome,
  openPage,
  patience,
  picture,
  product,
  reload,
  start,
  startDisplay,
  startServed,
  top,
  until,
} from './harness.mjs'
import { hostileDrawing } from './hostileDrawing.mjs'
import { launchWebKit } from './webkit.mjs'
import { pack } from './registry.mjs'
import * as wb from './workbench.mjs'

const timeout = 6 * patience
const media = join(top, 'frontend/e2e/extensions/drawings/media')

/** A home in which the extension is installed, and its pictures lie in the folder. */
async function prepare() {
  const home = await makeHome()
  const { vsix } = await pack('drawings')
  const file = join(home.home, 'drawings.vsix')
  await writeFile(file, vsix)
  execFileSync(devProgram, ['extension', 'install', file, '--yes'], { env: home.env, stdio: 'pipe' })
  await mkdir(join(home.folder, 'pictures'))
  await copyFile(join(media, 'dot.svg'), join(home.folder, 'pictures/dot.svg'))
  await copyFile(join(media, 'dot.svg'), join(home.folder, 'dot.svg'))
  return home
}

/** The frame of the webview that is in front and has this heading. */
const drawn = (page, heading) =>
  until(`the drawing ${heading} is shown`, async () => {
    for (const frame of page.frames()) {
      if (!frame.url().includes('/keel/webview/')) continue
      const element = await frame.frameElement()
      const title = frame.getByRole('heading', { name: heading, exact: true })
      if ((await element.isVisible()) && (await title.isVisible())) return frame
    }
  })

const shows = (frame, id, text) =>
  until(`${id} says ${text}`, async () => (await frame.locator(id).textContent()) === text)

describe('drawings of an extension', { timeout }, () => {
  let display, browser, home, keel, page
  before(async () => {
    display = await startDisplay()
    browser = await launchChromium()
    home = await prepare()
    keel = await startServed(display, home)
    page = await openPage(browser, keel)
  })
  after(async () => {
    await browser?.close()
    await keel?.end()
    await display?.end()
    await home?.remove()
  })
  afterEach((context) => wb.conclude(page, context))

  test('a panel shows, and speaks with its extension', async () => {
    await wb.runCommand(page, 'Drawings: Open Panel')
    const frame = await drawn(page, 'Panel')
    await shows(frame, '#answer', 'heard ahoy')
    await picture(page, 'webview-panel')
  })

  test('it loads its own files: styles, scripts, modules, pictures, and what it fetches', async () => {
    const frame = await drawn(page, 'Panel')
    assert.equal(
      await frame.locator('h1').evaluate((element) => getComputedStyle(element).letterSpacing),
      '3px',
    )
    await shows(frame, '#module', 'module ran')
    await shows(frame, '#fetched', 'fetched 200')
    // An address that the page sends back is the one that the extension made.
    await shows(frame, '#same', 'same true')
  })

  test('and those of the folder that it may, no others', async () => {
    const frame = await drawn(page, 'Panel')
    const widths = () =>
      frame
        .locator('#pictures img')
        .evaluateAll((all) => all.map((each) => (each.complete ? each.naturalWidth : -1)))
    await until('the pictures are loaded', async () => !(await widths()).includes(-1))
    assert.deepEqual(await widths(), [9, 9, 0])
  })

  test('it follows the theme', async () => {
    const frame = await drawn(page, 'Panel')
    const body = frame.locator('body')
    const background = () =>
      body.evaluate(() =>
        getComputedStyle(document.documentElement).getPropertyValue('--vscode-editor-background'),
      )
    assert.match(await body.getAttribute('class'), /vscode-dark/)
    assert.equal(await background(), '#1f1f1f')
    await wb.chooseTheme(page, 'Light Modern')
    await until('it is light', async () => /vscode-light/.test(await body.getAttribute('class')))
    assert.equal(await background(), '#ffffff')
    await wb.chooseTheme(page, 'Dark Modern')
    await until('it is dark', async () => /vscode-dark/.test(await body.getAttribute('class')))
  })

  test('keys that are pressed in it reach the workbench; text does not', async () => {
    const frame = await drawn(page, 'Panel')
    const words = frame.getByRole('textbox', { name: 'Words' })
    await words.click()
    await page.keyboard.type('some words')
    assert.equal(await words.inputValue(), 'some words')
    await page.keyboard.press('Control+P')
    await wb.quickInput(page).getByRole('textbox').waitFor()
    await wb.press(page, 'Escape')
    await wb.quickInput(page).waitFor({ state: 'hidden' })
  })

  test('a link leads to Keel’s question with the whole address', async () => {
    const frame = await drawn(page, 'Panel')
    await frame.getByRole('link', { name: 'A link' }).click()
    const question = page.getByRole('dialog', { name: /Open this address outside Keel/ })
    await question.getByText('https://example.com/harbour?a=b(c)').waitFor()
    await wb.press(page, 'Escape')
    await question.waitFor({ state: 'hidden' })
    assert.equal(page.context().pages().length, 1)
  })

  test('hidden and shown again it has its state, or all of itself', async () => {
    let frame = await drawn(page, 'Panel')
    await frame.locator('#count').click()
    await frame.locator('#count').click()
    await shows(frame, '#count', '2')
    await wb.runCommand(page, 'Drawings: Open Kept Panel')
    frame = await drawn(page, 'Kept')
    await frame.getByRole('textbox', { name: 'Words' }).fill('kept words')
    await wb.tab(page, 'Panel').click()
    frame = await drawn(page, 'Panel')
    await shows(frame, '#count', '2')
    assert.equal(await frame.getByRole('textbox', { name: 'Words' }).inputValue(), '')
    await wb.tab(page, 'Kept').click()
    frame = await drawn(page, 'Kept')
    assert.equal(await frame.getByRole('textbox', { name: 'Words' }).inputValue(), 'kept words')
  })

  test('after the page is loaded anew it is there again with its state', async () => {
    await wb.tab(page, 'Panel').click()
    await drawn(page, 'Panel')
    await wb.settled(page)
    await reload(page)
    const frame = await drawn(page, 'Panel')
    await shows(frame, '#count', '2')
    await shows(frame, '#answer', 'heard ahoy')
    await wb.closeEditors(page)
  })

  test('a view in the side bar', async () => {
    await page.getByRole('button', { name: /^Side Drawing Section/ }).click()
    await drawn(page, 'Beside')
    await page.getByRole('button', { name: /^Side Drawing Section/ }).click()
  })

  test('an editor of its own edits the file, and saving writes it', async () => {
    await writeFile(join(home.folder, 'one.deck'), 'ace\n')
    await wb.inExplorer(page, 'one.deck').dblclick()
    const frame = await drawn(page, 'Deck')
    await shows(frame, '#cards', 'ace\n')
    await frame.getByRole('button', { name: 'Add' }).click()
    await shows(frame, '#cards', 'card\nace\n')
    await wb.save(page)
    await until('it is written', async () => (await home.read('one.deck')) === 'card\nace\n')
    await wb.closeEditors(page)
  })
})

describe('the preview of Markdown', { timeout }, () => {
  let display, browser, home, keel, page
  before(async () => {
    display = await startDisplay()
    browser = await launchChromium()
    home = await prepare()
    await writeFile(
      join(home.folder, 'harbour.md'),
      '# The harbour\n\n![dot](pictures/dot.svg)\n\n![far](https://example.invalid/far.png)\n\n[Other](other.md)\n',
    )
    await writeFile(join(home.folder, 'other.md'), '# Another\n')
    keel = await startServed(display, home)
    page = await openPage(browser, keel)
  })
  after(async () => {
    await browser?.close()
    await keel?.end()
    await display?.end()
    await home?.remove()
  })
  afterEach((context) => wb.conclude(page, context))

  test('shows the file with its pictures, and none from elsewhere', async () => {
    // Of what the policy forbids Chromium says that it was asked, and why it failed.
    const asked = []
    page.on('request', (request) => {
      if (request.url().includes('example.invalid')) asked.push(request)
    })
    await wb.openFile(page, 'harbour.md')
    await wb.runCommand(page, 'Markdown: Open Preview to the Side')
    const frame = await drawn(page, 'The harbour')
    const width = (alt) =>
      frame.getByAltText(alt).evaluate((image) => (image.complete ? image.naturalWidth : -1))
    await until('the picture is there', async () => (await width('dot')) === 9)
    await until('the far one is not', async () => (await width('far')) === 0)
    await frame.getByText('Some content has been disabled in this document').waitFor()
    assert.deepEqual(
      asked.map((request) => request.failure()?.errorText).filter((why) => why !== 'csp'),
      [],
    )
    await picture(page, 'webview-markdown')
  })

  test('follows what is typed', async () => {
    await wb.tab(page, 'harbour.md').click()
    await wb.lines(page).click()
    await wb.press(page, 'Control+Home')
    await page.keyboard.type('# Typed\n\n')
    await drawn(page, 'Typed')
  })
})

/** A server that must hear of nothing. */
async function startEar() {
  const heard = []
  const server = createServer((request, response) => {
    heard.push(request.url)
    response.end('<h1>the ear</h1>')
  })
  server.on('upgrade', (request, socket) => {
    heard.push(request.url)
    socket.destroy()
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return {
    heard,
    address: `http://127.0.0.1:${server.address().port}`,
    end: () => new Promise((done) => server.close(done)),
  }
}

/** What a hostile drawing is after, and whether it is still as it was. */
async function layOut(home, ear) {
  const inFolder = (name) => join(home.folder, name)
  await writeFile(inFolder('secret.txt'), 'the secret')
  await writeFile(inFolder('victim.txt'), 'untouched')
  await writeFile(inFolder('page.html'), '<script>top.location = "about:blank"</script>')
  await symlink('../secret.txt', inFolder('pictures/link.txt'))
  await writeFile(inFolder('hostile.html'), hostileDrawing(ear.address, home.folder))
  // Whatever opens an address of the system's would find this program first.
  const programs = join(home.home, 'programs')
  await mkdir(programs)
  await writeFile(join(programs, 'xdg-open'), `#!/bin/sh\necho "$@" >> ${inFolder('opened.txt')}\n`)
  await chmod(join(programs, 'xdg-open'), 0o755)
  home.env.PATH = `${programs}:${home.env.PATH}`
  const heard = async () => JSON.parse(await readFile(inFolder('heard.json'), 'utf8'))
  return {
    /** Waits until it has tried everything, and returns what it says it found. */
    tried: () =>
      until(
        'it has tried everything',
        async () => (await heard()).some(({ what }) => what === 'all') && heard(),
      ),
    async unharmed() {
      assert.equal(await home.read('victim.txt'), 'untouched')
      await assert.rejects(home.read('opened.txt'), { code: 'ENOENT' })
      assert.deepEqual(ear.heard, [])
      const found = (await heard()).map((each) => each.found).join('\n')
      assert.doesNotMatch(found, /the secret|the ear|posted|root|Keel/)
      // What it may read it can: the other answers are no accident.
      assert.match(found, /200 <svg/)
    },
  }
}

describe('a hostile drawing in a browser', { timeout }, () => {
  let display, browser, home, keel, page, ear, stakes
  before(async () => {
    display = await startDisplay()
    browser = await launchChromium()
    home = await prepare()
    ear = await startEar()
    stakes = await layOut(home, ear)
    keel = await startServed(display, home)
    page = await openPage(browser, keel)
  })
  after(async () => {
    await browser?.close()
    await keel?.end()
    await display?.end()
    await ear?.end()
    await home?.remove()
  })
  afterEach((context) => wb.conclude(page, context))

  test('reaches nothing of the window, of Go, of others, or of the network', async () => {
    await wb.runCommand(page, 'Drawings: Open Kept Panel')
    const kept = await drawn(page, 'Kept')
    await shows(kept, '#answer', 'heard ahoy')
    await wb.runCommand(page, 'Drawings: Open Hostile Panel')
    await stakes.tried()
    await wb.settled(page)
    await stakes.unharmed()
    assert.equal(page.context().pages().length, 1)
    assert.equal(page.url(), keel.address)
    assert.ok(await wb.quickInput(page).isHidden(), 'it has pressed keys')
    assert.equal(await kept.locator('#answer').textContent(), 'heard ahoy')
    // Led elsewhere, it shows no page of ours either.
    assert.equal(page.frames().filter((each) => each.url() === keel.address).length, 1)
    await wb.closeEditors(page)
  })
})

for (const engine of ['WebKit', 'product']) {
  describe(
    `a hostile drawing in ${engine === 'WebKit' ? 'WebKit' : 'the product’s own window'}`,
    { timeout },
    () => {
      let display, home, ear, stakes, keel, webkit
      before(async () => {
        display = await startDisplay()
        home = await prepare()
        ear = await startEar()
        stakes = await layOut(home, ear)
        await writeFile(join(home.folder, 'hostile-at-once'), '')
      })
      after(async () => {
        await webkit?.end()
        await keel?.end()
        await display?.end()
        await ear?.end()
        await home?.remove()
      })

      test('reaches nothing of the window, of Go, of others, or of the network', async () => {
        if (engine === 'product') {
          keel = start(product, [home.folder], {
            env: { ...home.env, DISPLAY: display.name, KEEL_TIMINGS: '1' },
          })
          await until('the editor is usable', () => {
            if (keel.exit()) throw new Error(`Keel ended: ${keel.output()}`)
            return keel.output().includes('editor usable')
          })
        } else {
          keel = await startServed(display, home)
          webkit = await launchWebKit(display, home)
          await webkit.driver.get(keel.address)
        }
        await stakes.tried()
        await stakes.unharmed()
        assert.equal(keel.exit(), null, 'it has ended Keel')
        // That the page itself speaks to Go is what the line of timings came by.
        if (webkit) assert.equal(await webkit.driver.getCurrentUrl(), keel.address)
      })
    },
  )
}
