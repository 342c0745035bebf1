// What Keel does with what nobody wishes for: each time a sentence that says
// what to do, everything else goes on, and not a byte is lost.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, copyFile, mkdir, open, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import {
  devProgram,
  launchChromium,
  makeHome,
  openPage,
  startDisplay,
  startServed,
  tellRunning,
  trustFolders,
  until,
} from './harness.mjs'
import * as wb from './workbench.mjs'

const timeout = 300_000
/** Root may read everything, so what may not be read is tried as somebody else. */
const root = process.getuid() === 0
const nobody = root ? { uid: 65534, gid: 65534 } : {}

let display, browser, home, keel, page

async function start(options) {
  keel = await startServed(display, home, options)
  page = await openPage(browser, keel)
}

async function stop() {
  await page?.context().close()
  page = undefined
  await keel?.end()
  keel = undefined
}

before(async () => {
  display = await startDisplay()
  browser = await launchChromium()
})

after(async () => {
  await browser?.close()
  await display?.end()
})

const bytes = (name) => readFile(join(home.folder, name))
const put = (name, content) => writeFile(join(home.folder, name), content)

/** Memory that the process holds, in MiB. */
function memory(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024
}

describe('folders that cannot be opened', { timeout }, () => {
  before(async () => {
    home = await makeHome()
    await trustFolders(home, home.folder, home.home)
    if (root) execFileSync('chown', ['-R', `${nobody.uid}:${nobody.gid}`, home.home])
    await writeFile(join(home.home, 'a-file'), 'not a folder\n')
    await mkdir(join(home.home, 'closed'))
    await chmod(join(home.home, 'closed'), 0)
  })
  after(() => home?.remove())
  afterEach(async (context) => {
    try {
      if (page) await wb.conclude(page, context)
    } finally {
      await stop()
    }
  })

  test('a start with a folder that is missing', async () => {
    await assert.rejects(
      start({ folder: join(home.home, 'missing'), ...nobody }),
      /missing does not exist\. Nothing was opened/,
    )
  })

  test('a start with a folder that may not be read', async () => {
    await start({ folder: join(home.home, 'closed'), ...nobody })
    const sentence = 'Keel may not read this folder. Change its permissions, or choose another folder.'
    await wb.toast(page, `is not open: ${sentence}`).waitFor()
    await page.getByRole('button', { name: 'Open Folder…' }).waitFor()
  })

  test('a start with the home folder asks first', async () => {
    await start({ folder: home.home, ...nobody })
    await page
      .getByRole('dialog', { name: /home folder/ })
      .getByRole('button', { name: 'Cancel' })
      .click()
    await page.getByRole('button', { name: 'Open Folder…' }).waitFor()
  })

  test('a start with a file of the home folder asks first, and then shows it', async () => {
    await start({ folder: join(home.home, 'a-file'), ...nobody })
    await page
      .getByRole('dialog', { name: /home folder/ })
      .getByRole('button', { name: 'Open Anyway' })
      .click()
    await wb.tab(page, 'a-file').waitFor()
  })

  test('while another folder is open, that one stays', async () => {
    await start(nobody)
    await wb.inExplorer(page, 'calc.go').waitFor()
    const missing = tellRunning(display, home, join(home.home, 'missing'), nobody)
    await assert.rejects(missing, /missing does not exist\. Nothing was opened/)
    await tellRunning(display, home, join(home.home, 'closed'), nobody)
    await wb.toast(page, 'Keel may not read this folder.').waitFor()
    await wb.inExplorer(page, 'calc.go').waitFor()
  })

  test('the home folder asks first', async () => {
    await start(nobody)
    await tellRunning(display, home, home.home, nobody)
    const ask = page.getByRole('dialog', { name: /home folder/ })
    await ask.getByRole('button', { name: 'Cancel' }).click()
    await wb.inExplorer(page, 'calc.go').waitFor()
    await tellRunning(display, home, home.home, nobody)
    await ask.getByRole('button', { name: 'Open Anyway' }).click()
    await wb.inExplorer(page, 'a-file').waitFor()
  })
})

describe('files that are not plain text', { timeout }, () => {
  before(async () => {
    home = await makeHome()
    await start()
  })
  after(async () => {
    await stop()
    await home?.remove()
  })
  afterEach((context) => wb.conclude(page, context))

  for (const [what, name, before, after] of [
    ['CRLF', 'crlf.txt', 'one\r\ntwo\r\n', 'Xone\r\ntwo\r\n'],
    ['a byte order mark', 'bom.txt', '\uFEFFone\ntwo\n', '\uFEFFXone\ntwo\n'],
    ['no end of its last line', 'no-end.txt', 'one\ntwo', 'Xone\ntwo'],
    ['one very long line', 'long-line.txt', 'y'.repeat(300_000), 'X' + 'y'.repeat(300_000)],
  ]) {
    test(`${what} survives an edit`, async () => {
      await put(name, before)
      await wb.openFile(page, name)
      await wb.lines(page).click()
      await wb.press(page, 'Control+Home')
      await page.keyboard.type('X')
      await wb.save(page)
      assert.deepEqual(await bytes(name), Buffer.from(after))
      await wb.closeEditors(page)
    })
  }

  test('bytes that are not UTF-8 survive an edit', async () => {
    const before = Buffer.from([0x6f, 0x6e, 0x65, 0x20, 0xff, 0xe9, 0x20, 0x80, 0x0a])
    await put('latin.txt', before)
    await wb.openFile(page, 'latin.txt')
    await wb.toast(page, /^latin\.txt is not UTF-8/).waitFor()
    await wb.lines(page).click()
    await wb.press(page, 'Control+Home')
    await page.keyboard.type('X')
    await wb.save(page)
    assert.deepEqual(await bytes('latin.txt'), Buffer.concat([Buffer.from('X'), before]))
    await wb.closeEditors(page)
  })

  test('a binary file is not shown as text', async () => {
    const before = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7) % 256))
    await put('image.dat', before)
    await wb.inExplorer(page, 'image.dat').dblclick()
    await page.getByText(/not displayed in the text editor because it is either binary/).waitFor()
    assert.deepEqual(await bytes('image.dat'), before)
    await wb.closeEditors(page)
  })

  test('a file of 1 GB is not read without a question', async () => {
    const file = await open(join(home.folder, 'huge.log'), 'w')
    await file.truncate(1 << 30)
    await file.close()
    await wb.inExplorer(page, 'huge.log').waitFor()
    const before = memory(keel.pid)
    await wb.inExplorer(page, 'huge.log').dblclick()
    await page.getByText(/not displayed in the text editor because it is (very )?large/).waitFor()
    const grown = memory(keel.pid) - before
    assert.ok(grown < 100, `the process grew by ${grown.toFixed(0)} MiB`)
    await wb.closeEditors(page)
    await rm(join(home.folder, 'huge.log'))
  })
})

describe('settings that are broken', { timeout }, () => {
  before(async () => {
    home = await makeHome()
    await mkdir(home.config, { recursive: true })
    await writeFile(join(home.config, 'settings.json'), '{ "keelAgent.mode": "supervised" }\n')
    await start()
  })
  after(async () => {
    await stop()
    await home?.remove()
  })
  afterEach((context) => wb.conclude(page, context))

  test('line and column are said, and the last good values stay', async () => {
    const chat = wb.chat(page)
    await page.getByRole('button', { name: /^Mode: Supervised/ }).waitFor()
    const broken = '{\n  "keelAgent.mode": "autopilot",\n  "keelAgent.trustedCommands": ["go *"\n}\n'
    await writeFile(join(home.config, 'settings.json'), broken)
    const toast = wb.toast(page, /settings\.json \(line 4, column 1\)/)
    await toast.waitFor()
    await toast.getByText(/stays? in force/).waitFor()
    await toast.getByRole('button', { name: 'Open settings.json' }).click()
    await wb.tab(page, 'settings.json').waitFor()
    await chat.open()
    await chat.newSession()
    await page.getByRole('button', { name: /^Mode: Supervised/ }).waitFor()
    const turn = await chat.send('run `go version`')
    const command = turn.getByRole('region', { name: 'Command' })
    await command.getByRole('button', { name: 'Run', exact: true }).waitFor()
    await chat.stop.click()
    await chat.ended(turn)
    assert.equal(await readFile(join(home.config, 'settings.json'), 'utf8'), broken)
    await writeFile(join(home.config, 'settings.json'), '{ "keelAgent.mode": "autopilot" }\n')
    await until('a new session starts in autopilot', async () => {
      await chat.run('help') // an empty session would be taken again, as it is
      await chat.newSession()
      return await page.getByRole('button', { name: /^Mode: Autopilot/ }).isVisible()
    })
  })
})

describe('a disk that is full', { timeout }, () => {
  before(async () => {
    home = await makeHome()
    // A small disk that only this process sees, and that is gone with it.
    const script = 'mount -t tmpfs -o size=128k keel "$1" && cp -R "$2/." "$1" && shift 2 && exec "$@"'
    const sample = join(home.home, 'copy')
    execFileSync('cp', ['-R', home.folder, sample])
    const unshare = ['unshare', ...(root ? [] : ['--user', '--map-root-user']), '--mount']
    await start({ through: [...unshare, 'sh', '-c', script, 'sh', home.folder, sample] })
  })
  after(async () => {
    await stop()
    await home?.remove()
  })
  afterEach((context) => wb.conclude(page, context))

  test('a save says so, and keeps both the text and the file', async () => {
    const inside = (name) => join('/proc', String(keel.pid), 'root', home.folder, name)
    const before = await readFile(inside('calc.go'), 'utf8')
    await writeFile(inside('filler'), Buffer.alloc(1 << 20)).catch((cause) =>
      assert.equal(cause.code, 'ENOSPC'),
    )
    await wb.openFile(page, 'calc.go')
    await wb.lines(page).click()
    await wb.press(page, 'Control+Home')
    await page.keyboard.type('// kept ')
    await wb.press(page, 'Control+S')
    await wb.toast(page, /no space|disk is full/i).waitFor()
    assert.match(await wb.shownText(page), /\/\/ kept package main/)
    await page.locator('.tab.active.dirty').waitFor()
    assert.equal(await readFile(inside('calc.go'), 'utf8'), before)
    assert.deepEqual(
      (await readdir(inside('.'))).sort(),
      [...(await readdir(join(home.home, 'copy'))), 'filler'].sort(),
    )
    await rm(inside('filler'))
    await wb.save(page)
    assert.equal(await readFile(inside('calc.go'), 'utf8'), `// kept ${before}`)
  })
})

describe('no ripgrep', { timeout }, () => {
  before(async () => {
    home = await makeHome()
    const alone = join(home.home, 'bin')
    await mkdir(alone)
    await copyFile(devProgram, join(alone, 'keel-dev'))
    const path = process.env.PATH.split(delimiter).filter((folder) => !existsSync(join(folder, 'rg')))
    await start({ program: join(alone, 'keel-dev'), cwd: home.home, env: { PATH: path.join(delimiter) } })
  })
  after(async () => {
    await stop()
    await home?.remove()
  })
  afterEach((context) => wb.conclude(page, context))

  test('search says what to do, and the rest works', async () => {
    await wb.press(page, 'Control+Shift+F')
    await page.getByRole('textbox', { name: /^Search: / }).fill('unknown operator')
    await wb.press(page, 'Enter')
    await page
      .getByText(/ripgrep/)
      .first()
      .waitFor()
    await page
      .getByText(/KEEL_RIPGREP|install ripgrep/i)
      .first()
      .waitFor()
    await wb.press(page, 'Control+Shift+E')
    await wb.inExplorer(page, 'calc.go').dblclick()
    await wb.tab(page, 'calc.go').waitFor()
    const chat = wb.chat(page)
    await chat.open()
    const turn = await chat.run('create a file notes.md with the text "works"')
    await turn.getByText('1 file changed').waitFor()
    assert.match(await home.read('notes.md'), /works/)
    const search = await chat.run('search for operator')
    await search
      .getByText(/ripgrep/)
      .first()
      .waitFor()
  })
})
