// Keel, or a part of it, ends by a fault: what there was is there again, and what
// is known about it is shown before anybody could send it anywhere.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { says } from './bedrock.mjs'
import { pathsBelow, textOf } from './files.mjs'
import { makeHome, patience, picture, pictures, product, start, startDisplay, until } from './harness.mjs'
import { startAgent } from './scripted.mjs'
import * as wb from './workbench.mjs'

const timeout = 10 * patience
const secret = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'

let agent

before(async () => {
  agent = await startAgent()
})

after(() => agent?.end())

/** The reports of faults, as they lie on the disk. */
async function reports(home) {
  const folder = join(home.data, 'crashes')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.txt'))
  return Promise.all(names.sort().map((name) => readFile(join(folder, name), 'utf8')))
}

/** Ends Keel by a signal, to it alone, and starts it again. */
async function endBy(signal) {
  process.kill(agent.keel.pid, signal)
  await agent.keel.ended
  await agent.stop()
  await agent.start()
}

const notices = (page) =>
  page
    .locator('.notifications-toasts, .notifications-center')
    .locator('.notification-list-item', { hasText: 'Keel ended unexpectedly last time' })
    .first()

/** What is said of a report that is shown. */
const shownNotice = (page) => wb.toast(page, 'This crash report lies on this machine only')

/** What is said about the last run; it goes from the corner after a while, and stays in the list. */
async function told(page) {
  await until('the fault is told', async () => {
    if (await notices(page).isVisible()) return true
    await wb.runCommand(page, 'Notifications: Show Notifications')
    return false
  })
  return notices(page)
}

test('after a fault all is back, and its report can be read', { timeout }, async () => {
  await agent.anew()
  await agent.chat.run(agent.model.on('remember this', says('It is remembered.')))
  await agent.chat.log.getByText('It is remembered.').waitFor()
  await wb.openFile(agent.page, 'calc.go')
  await wb.press(agent.page, 'Control+Home')
  await agent.page.keyboard.type('// not saved yet ')
  await agent.kept('// not saved yet ')
  await appendFile(join(agent.home.data, 'logs/keel.log'), `level=INFO msg="opened with ${secret}"\n`)

  await endBy('SIGSEGV')
  const { page, chat } = agent
  const notice = await told(page)
  await picture(page, 'crash-told')
  assert.equal(await notice.getByRole('button', { name: 'Copy' }).count(), 0, 'it was not shown yet')
  await notice.getByRole('button', { name: 'Show Report' }).press('Enter')
  await wb.tab(page, 'Crash Report').waitFor()
  await until('the report is shown', async () => (await wb.shownText(page)).includes('SIGSEGV'))
  await shownNotice(page).getByRole('button', { name: 'Copy' }).waitFor()
  await picture(page, 'crash-report')
  await chat.log.getByText('It is remembered.').waitFor()
  await wb.openFile(page, 'calc.go')
  await until('the unsaved text is there', async () =>
    (await wb.shownText(page)).includes('// not saved yet '),
  )
  const [report, ...more] = await reports(agent.home)
  assert.deepEqual(more, [])
  assert.match(report, /^Keel \S+ on linux\//)
  assert.match(report, /SIGSEGV: segmentation violation/)
  assert.match(report, /opened with/)
  for (const kept of [secret, 'not saved yet', 'remember this']) assert.ok(!report.includes(kept), kept)
  wb.assertNoProblems(page)
})

test('a report can be deleted where it is told', { timeout }, async () => {
  await endBy('SIGABRT')
  const notice = await told(agent.page)
  assert.equal((await reports(agent.home)).length, 2)
  await notice.getByRole('button', { name: 'Delete' }).press('Enter')
  await until('the report is gone', async () => (await reports(agent.home)).length === 1)
  const [left] = await reports(agent.home)
  assert.match(left, /SIGSEGV/)
  await agent.chat.log.getByText('It is remembered.').waitFor()
  await wb.openFile(agent.page, 'calc.go')
  await until('the unsaved text is there', async () =>
    (await wb.shownText(agent.page)).includes('// not saved yet '),
  )
})

test('whatever else ends it leaves no report', { timeout }, async () => {
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    await endBy(signal)
    await agent.chat.log.getByText('It is remembered.').waitFor()
    assert.equal((await reports(agent.home)).length, 1, signal)
    assert.equal(await notices(agent.page).count(), 0, signal)
  }
})

test('the reports that are kept are listed, shown and deleted', { timeout }, async () => {
  const { page } = agent
  await wb.askCommand(page, 'Keel: Show Crash Reports', 'Crash Reports')
  await wb.quickInput(page).getByRole('option', { name: 'Keel itself' }).waitFor()
  await picture(page, 'crash-list')
  await wb.press(page, 'Enter')
  await wb.tab(page, 'Crash Report').waitFor()
  await until('the report is shown', async () => (await wb.shownText(page)).includes('SIGSEGV'))
  await shownNotice(page).getByRole('button', { name: 'Delete' }).press('Enter')
  await until('the report is gone', async () => (await reports(agent.home)).length === 0)
  await wb.tab(page, 'Crash Report').waitFor({ state: 'detached' })
  await wb.runCommand(page, 'Keel: Show Crash Reports')
  await wb.toast(page, 'No crash report is kept on this machine.').waitFor()
  wb.assertNoProblems(page)
})

/** Loads the page anew, changed by route, and waits until it says that it cannot start. */
async function failsToStart(route, name) {
  const before = (await reports(agent.home)).length
  const context = await agent.page.context().browser().newContext()
  try {
    const page = await context.newPage()
    await route(page)
    await page.goto(agent.keel.address)
    await page
      .getByRole('heading', { name: 'Keel could not start its window' })
      .waitFor({ timeout: patience })
    await page.getByRole('button', { name: 'Reload' }).waitFor()
    await picture(page, name)
    await until('a report is kept', async () => (await reports(agent.home)).length === before + 1)
  } finally {
    await context.close()
  }
  return (await reports(agent.home)).at(-1)
}

test('a page that cannot start says so, and leaves a report', { timeout }, async () => {
  const missing = await failsToStart(
    (page) => page.route(/\/assets\/.*\.js$/, (route) => route.abort()),
    'crash-page-missing',
  )
  assert.match(missing, /\/assets\/\S+\.js\nIt could not be read/)
  const broken = await failsToStart(
    (page) =>
      page.route('**/wails/runtime.js', async (route) => {
        const response = await route.fetch()
        const fault = `window.go.bind.Window.State = () => Promise.reject(new Error('no state, ${secret}'))`
        await route.fulfill({ response, body: `${await response.text()}\n;${fault}` })
      }),
    'crash-page-broken',
  )
  assert.match(broken, /The page could not go on:\n.*no state/)
  assert.ok(!broken.includes(secret))
})

/** The process that draws the page of a Keel, by its ancestors. */
async function webProcess(keel) {
  const parents = new Map()
  const found = []
  for (const name of (await readdir('/proc')).filter((each) => /^\d+$/.test(each))) {
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
    const [, command, parent] = /\((.*)\) \S (\d+)/.exec(stat) ?? []
    parents.set(name, parent)
    if (command?.startsWith('WebKitWebProces')) found.push(name)
  }
  const belongs = (pid) => pid === String(keel.pid) || (parents.has(pid) && belongs(parents.get(pid)))
  return Number(found.find(belongs) ?? 0)
}

/** Whether a process has done some work: half a second of a processor's. */
async function worked(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12]) >= 50
}

test('the window comes back with its unsaved text when what draws it ends', { timeout }, async () => {
  const display = await startDisplay()
  const home = await makeHome()
  const env = { ...process.env, DISPLAY: display.name }
  const xdotool = (...args) => execFileSync('xdotool', args, { env, encoding: 'utf8', stdio: 'pipe' }).trim()
  const windowID = () => xdotool('search', '--onlyvisible', '--name', 'sample.*Keel').split('\n')[0]
  const title = () => xdotool('getwindowname', windowID())
  const shoot = async (name) => {
    await mkdir(pictures, { recursive: true })
    const file = join(pictures, `${name}.png`)
    execFileSync('import', ['-window', 'root', '-crop', '1200x600+40+100', file], { env })
    return file
  }
  const colours = (file) =>
    Number(execFileSync('convert', [file, '-format', '%k', 'info:'], { encoding: 'utf8' }))
  const keel = start(product, [join(home.folder, 'main.go:1')], {
    env: { ...home.env, DISPLAY: display.name, KEEL_TIMINGS: '1' },
  })
  const loads = (count) =>
    until(`the page is loaded ${count} times`, () => {
      if (keel.exit()) throw new Error(`Keel ended: ${keel.output()}`)
      return keel.output().split('editor usable').length > count
    })
  try {
    await loads(1)
    await until('the window is there', windowID)
    xdotool('windowactivate', '--sync', windowID())
    await until('main.go is open', () => title().startsWith('main.go'))
    const kept = async (text) => {
      const paths = await pathsBelow(home.data)
      const files = paths.filter((path) => !dirname(path).includes('/checkpoints'))
      return (await Promise.all(files.map(textOf))).some((each) => each.includes(text))
    }
    // Keys that come before the editor has the keyboard are lost: they are pressed until the words are whole.
    await until('the text is kept', async () => {
      xdotool('key', 'ctrl+1', 'ctrl+Home')
      xdotool('type', '--delay', '40', '// firstpart ')
      return until('it', () => kept('firstpart '), patience / 6)
    })

    process.kill(await webProcess(keel), 'SIGKILL')
    await loads(2)
    await until('the window is there', windowID)
    await until('the same editor is shown', () => title().startsWith('● main.go'))
    await shoot('crash-window-again')
    xdotool('windowactivate', '--sync', windowID())
    await until('the text goes on', async () => {
      xdotool('key', 'ctrl+1', 'ctrl+Home')
      xdotool('type', '--delay', '40', '// secondpart ')
      return until('it', () => kept('secondpart '), patience / 6)
    })
    xdotool('key', 'ctrl+s')
    await until('all of it is saved', async () =>
      /secondpart .*firstpart .*Command calc/.test(await home.read('main.go')),
    )
    const [report] = await reports(home)
    assert.match(report, /The process that draws the page has ended: it crashed/)

    // It goes on ending: then no more is tried, and a text says what to do. One that has
    // only just been started is not ended: WebKitGTK itself does not survive that.
    const log = () => readFile(join(home.data, 'logs/keel.log'), 'utf8')
    let last = 0
    await until(
      'it is given up',
      async () => {
        const pid = await webProcess(keel)
        if ((await log()).includes('a page says what to do')) return true
        if (pid && pid !== last && (await worked(pid))) process.kill((last = pid), 'SIGKILL')
        return false
      },
      2 * patience,
    )
    await until('the text is drawn', async () => colours(await shoot('crash-window-given-up')) > 40)
    assert.equal(keel.exit(), null)
    xdotool('windowactivate', '--sync', windowID(), 'key', 'alt+F4')
    await until('the window has closed', () => keel.exit())
    assert.equal(keel.exit().code, 0, keel.output())
  } catch (cause) {
    await shoot('failed-crash-window').catch(() => undefined)
    throw cause
  } finally {
    await keel.end()
    await display.end()
    await home.remove()
  }
})
