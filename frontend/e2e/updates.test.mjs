// A newer version, step by step: looked for, shown, downloaded, checked, agreed to,
// and in its place at the next start, with the old one kept. What is not right about
// it is refused, and Keel goes on as it is.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  devProgram,
  launchChromium,
  makeHome,
  openPage,
  patience,
  picture,
  startDisplay,
  startServed,
  top,
  until,
} from './harness.mjs'
import * as wb from './workbench.mjs'

const timeout = 10 * patience
const arch = process.arch === 'arm64' ? 'arm64' : 'amd64'
const archive = `keel-99.1.0-linux-${arch}.tar.gz`
const notes = `# What is new

- It is **faster**.
- See [the list](https://example.com/list).

<img src="https://example.com/seen.png"><script>document.title = 'taken'</script>
`

let display, browser, home, work, feed, keel, page
let asked // the addresses that the page has asked for, from its first one on

/** Lays a program out as Keel's archive does. */
async function layOut(folder, remark) {
  await mkdir(join(folder, 'lib/keel'), { recursive: true })
  await mkdir(join(folder, 'bin'))
  await mkdir(join(folder, 'share'))
  copyFileSync(devProgram, join(folder, 'lib/keel/keel'))
  for (const name of ['keel-helper', 'rg'])
    copyFileSync(join(dirname(devProgram), name), join(folder, 'lib/keel', name))
  await symlink('../lib/keel/keel', join(folder, 'bin/keel'))
  await writeFile(join(folder, 'share/remark'), remark)
}

/** Serves a folder on a free port, and one file slowly on demand. */
async function serve(folder) {
  const held = []
  const asked = []
  let hold = false
  const server = createServer(async (request, response) => {
    const name = decodeURIComponent(new URL(request.url, 'http://localhost').pathname).slice(1)
    asked.push(name)
    try {
      const bytes = await readFile(join(folder, name))
      response.writeHead(200, { 'content-length': bytes.length })
      if (!hold || !name.endsWith('.gz')) return response.end(bytes)
      response.write(bytes.subarray(0, bytes.length / 2))
      held.push(() => response.end(bytes.subarray(bytes.length / 2)))
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    /** how often the feed was asked for */
    looks: () => asked.filter((name) => name === 'feed.json').length,
    hold: (on) => {
      hold = on
      if (!on) for (const go of held.splice(0)) go()
    },
    end: () => {
      server.closeAllConnections()
      return new Promise((done) => server.close(done))
    },
  }
}

const tool = (...args) =>
  execFileSync('go', ['run', './build/package/feed', ...args], {
    cwd: top,
    encoding: 'utf8',
  }).trim()

/** Signs a feed that offers the archive. */
function offer(version, key = 'key') {
  const at = (name) => join(work, name)
  const told = [
    '-version',
    version,
    '-at',
    feed.address,
    '-notes',
    at('notes.md'),
    '-out',
    at('served/feed.json'),
  ]
  tool('make', '-key', at(key), ...told, at(`served/${archive}`))
}

const program = () => join(work, 'keel-now/lib/keel/keel')
const remark = (folder) => readFile(join(work, folder, 'share/remark'), 'utf8')

async function start(key) {
  const env = { KEEL_TEST_FEED: `${feed.address}/feed.json`, KEEL_TEST_FEED_KEY: key }
  keel = await startServed(display, home, { program: program(), env })
  asked = []
  page = await openPage(browser, keel, {
    watch: (opened) => opened.on('request', (request) => asked.push(request.url())),
  })
}

async function stop() {
  await page?.context().close()
  await keel?.end()
}

let key

before(async () => {
  display = await startDisplay()
  browser = await launchChromium()
  home = await makeHome()
  work = await mkdtemp(join(tmpdir(), 'keel-updates-'))
  await mkdir(join(work, 'served'))
  await writeFile(join(work, 'notes.md'), notes)
  await layOut(join(work, 'keel-now'), 'old')
  await layOut(join(work, 'keel-99.1.0'), 'new')
  execFileSync('tar', ['-C', work, '-czf', join(work, 'served', archive), 'keel-99.1.0'])
  feed = await serve(join(work, 'served'))
  key = tool('open-key', join(work, 'key'))
  tool('open-key', join(work, 'other'))
  offer('99.1.0')
  await start(key)
})

after(async () => {
  await stop()
  await feed?.end()
  await browser?.close()
  await display?.end()
  await home?.remove()
  if (work) await rm(work, { recursive: true, force: true })
})

const main = () => page.getByRole('main')
const button = (name) => main().getByRole('button', { name })
const status = (text) => main().getByRole('status').filter({ hasText: text }).waitFor()

/** What lies among the downloads but for the feed's last answer. */
const downloads = async () =>
  (await readdir(join(home.data, 'updates')).catch(() => [])).filter((name) => name.includes('.tar.gz'))

async function check() {
  await wb.runCommand(page, 'Keel: Check for Updates')
  await wb.tab(page, 'Keel Update').waitFor()
}

test('what is not right about a feed is refused, and said', { timeout }, async () => {
  const served = (name) => join(work, 'served', name)
  const good = [await readFile(served('feed.json')), await readFile(served('feed.json.minisig'))]
  offer('99.1.0', 'other')
  await check()
  await main().getByText('not signed by Keel').waitFor()
  await picture(page, 'update-refused')
  // A good one in between, so that what was said of the last one is gone.
  const again = async () => {
    offer('99.1.0')
    await button('Check Now').press('Enter')
    await status('Keel 99.1.0 is there.')
    assert.equal(await main().getByRole('alert').count(), 0)
    await main().getByText('Last looked, with an answer signed by Keel').waitFor()
  }
  await again()
  await writeFile(served('feed.json'), good[0].subarray(0, good[0].length / 2))
  await writeFile(served('feed.json.minisig'), good[1])
  await button('Check Now').press('Enter')
  await main().getByText('not signed by Keel').waitFor()
  await again()
  offer('98.0.0')
  await button('Check Now').press('Enter')
  await main().getByText('older than one it has offered before').waitFor()
  assert.deepEqual(await downloads(), [])
})

test('its notes are drawn as a stranger’s', { timeout }, async () => {
  offer('99.1.0')
  await button('Check Now').press('Enter')
  await status('Keel 99.1.0 is there.')
  await main().getByText('It is faster.').waitFor()
  await picture(page, 'update-offered')
  // The picture in the notes is one that a page would ask for at once; a later one is
  // waited for, so that it would have been asked for before.
  await page.evaluate(() => fetch('/keel-e2e-last').catch(() => undefined))
  await until('the last request is seen', () => asked.some((address) => address.endsWith('/keel-e2e-last')))
  assert.ok(asked.length > 1, 'no request of the page was seen')
  assert.deepEqual(
    asked.filter((address) => new URL(address).hostname.endsWith('example.com')),
    [],
  )
  assert.equal(await main().locator('.notes img, .notes script').count(), 0)
  assert.notEqual(await page.title(), 'taken')
})

test('a download shows how far it is, can be cancelled, and is checked', { timeout }, async () => {
  feed.hold(true)
  await button(/^Download/).press('Enter')
  await main().getByRole('progressbar', { name: 'Downloaded' }).waitFor()
  await picture(page, 'update-downloading')
  await button('Cancel').press('Enter')
  await button(/^Download/).waitFor()
  assert.deepEqual(await downloads(), [])
  feed.hold(false)

  const served = join(work, 'served', archive)
  const whole = await readFile(served)
  const other = Buffer.from(whole)
  other[other.length - 20] ^= 1
  await writeFile(served, other)
  await button(/^Download/).press('Enter')
  await main().getByText('not the one that was released').waitFor()
  await writeFile(served, whole)
  await button(/^Download/).press('Enter')
  await status('Keel 99.1.0 is downloaded and checked.')
  await picture(page, 'update-downloaded')
  await button('Check Now').press('Enter') // which keeps what is here
  await until(
    'it was looked',
    async () => (await button('Check Now').isEnabled()) && (await downloads()).length > 0,
  )
  await status('Keel 99.1.0 is downloaded and checked.')
})

test('what something else has changed is not put in place', { timeout }, async () => {
  const ask = page.getByRole('dialog')
  await button('Install…').press('Enter')
  await ask.getByRole('button', { name: 'Install at Next Start' }).press('Enter')
  await status('Keel 99.1.0 starts the next time you start Keel.')
  const unpacked = (await readdir(work)).find((name) => name.startsWith('.keel-now'))
  await writeFile(join(work, unpacked, 'share/remark'), 'evil')
  wb.assertNoProblems(page)
  await stop()
  await start(key)
  assert.equal(await remark('keel-now'), 'old')
  await page.getByText('was changed by something else').first().waitFor()
  await picture(page, 'update-changed')
  assert.ok(!(await readdir(work)).some((name) => name.startsWith('.keel-now')))
  await check()
  await button(/^Download/).press('Enter')
  await status('Keel 99.1.0 is downloaded and checked.')
})

test('it is installed after a yes, at the next start, and the old one is kept', { timeout }, async () => {
  const ask = page.getByRole('dialog')
  await button('Install…').press('Enter')
  await ask.getByText('Install Keel 99.1.0 at the next start?').waitFor()
  await wb.press(page, 'Escape')
  await ask.waitFor({ state: 'detached' })
  await status('Keel 99.1.0 is downloaded and checked.')
  await button('Install…').press('Enter')
  await ask.getByRole('button', { name: 'Install at Next Start' }).press('Enter')
  await status('Keel 99.1.0 starts the next time you start Keel.')
  await picture(page, 'update-ready')
  assert.equal(await remark('keel-now'), 'old')
  wb.assertNoProblems(page)

  // Not under a window that runs: what a turn uses stays in its place.
  execFileSync(program(), [home.folder], { env: { ...home.env, DISPLAY: display.name } })
  assert.equal(await remark('keel-now'), 'old')

  await stop()
  await start(key)
  assert.equal(await remark('keel-now'), 'new')
  assert.equal(await remark('keel-now.old'), 'old')
  assert.ok(!(await readdir(work)).some((name) => name.startsWith('.keel-now')))
  await until('it works', async () => (await page.title()).includes('sample'))
})

test(
  'the daily look is asked for, tells what it finds once, and asks no more that day',
  { timeout },
  async () => {
    await stop()
    const long = Date.now() - 48 * 3600 * 1000
    await rm(join(home.data, 'updates'), { recursive: true, force: true })
    await writeFile(
      join(home.data, 'update-times.json'),
      JSON.stringify({ seenAt: long, lookedAt: 0, askedAt: 0 }),
    )
    await mkdir(home.config, { recursive: true })
    await writeFile(join(home.config, 'settings.json'), '{"keelUpdate.check": "daily"}')
    await start(key)
    const notice = wb.toast(page, 'Keel 99.1.0 is there.')
    await notice.getByRole('button', { name: 'Show What Is New' }).press('Enter')
    await main().getByText('It is faster.').waitFor()
    const looks = feed.looks()
    await stop()
    await start(key)
    await wb.runCommand(page, 'Keel: Check for Updates') // answers after the first look would have
    await status('Keel 99.1.0 is there.')
    await until('it was looked by hand', () => feed.looks() > looks)
    assert.equal(feed.looks(), looks + 1)
    assert.equal(await wb.toast(page, 'Keel 99.1.0 is there.').count(), 0)
  },
)

test('what a package manager has installed is left to it', { timeout }, async () => {
  await stop()
  await writeFile(join(work, 'keel-now/lib/keel/managed-by'), 'apt\nsudo apt install --only-upgrade keel\n')
  await start(key)
  await check()
  await main().getByText('sudo apt install --only-upgrade keel').waitFor()
  assert.equal(await button(/^Download/).count(), 0)
  await page.setViewportSize({ width: 760, height: 800 })
  await picture(page, 'update-managed')
})

test('where Keel does not replace itself it says how to', { timeout }, async () => {
  await stop()
  await rm(join(work, 'keel-now/lib/keel/managed-by'))
  await writeFile(join(work, 'keel-now/bin/other'), 'another program') // so it shares its folder
  await writeFile(join(home.config, 'settings.json'), '{"workbench.colorTheme": "Default Light Modern"}')
  await start(key)
  await check()
  await button(/^Download/).press('Enter')
  await main().getByText('Unpack the file into a folder of its own').waitFor()
  await button('Copy').press('Enter')
  await until('the path is copied', async () => {
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    return copied === join(home.data, 'updates', archive)
  })
  await page.setViewportSize({ width: 760, height: 800 })
  await picture(page, 'update-by-hand')
  wb.assertNoProblems(page)
})
