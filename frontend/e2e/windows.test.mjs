// Several windows of the product on a virtual display: one for each folder, and
// what the command line, links and the desktop ask of them.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cp, mkdir, readdir, readFile, readlink, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import {
  makeHome,
  patience,
  pictures,
  product,
  start,
  startDisplay,
  top,
  trustFolders,
  until,
} from './harness.mjs'

let display, home, alpha, beta, gamma, delta
const started = []

before(async () => {
  display = await startDisplay('1600x1000')
  home = await makeHome()
  ;[alpha, beta, gamma, delta] = ['alpha', 'beta', 'gamma', 'delta'].map((name) => join(home.home, name))
  for (const folder of [alpha, beta, gamma, delta])
    await cp(join(top, 'build/sample'), folder, { recursive: true })
  await trustFolders(home, alpha, beta, gamma, delta)
})

afterEach(async (context) => {
  if (context.passed === false) await shoot(`failed-${context.name.replaceAll(/\W+/g, '-')}`)
  for (const keel of started.splice(0)) await keel.end()
  for (const { pid } of await registered()) end(pid)
  await until('every window has gone', async () => (await registered()).length === 0)
})

after(async () => {
  await display?.end()
  await home?.remove()
})

function launch(args, env = {}) {
  const keel = start(product, args, {
    env: { ...home.env, DISPLAY: display.name, KEEL_TIMINGS: '1', ...env },
  })
  started.push(keel)
  return keel
}

/** The windows in the register whose processes live, also those that another window has started. */
async function registered() {
  const place = join(home.data, 'windows')
  const names = await readdir(place).catch(() => [])
  const all = []
  for (const name of names.filter((each) => each.endsWith('.json'))) {
    const text = await readFile(join(place, name), 'utf8').catch(() => '')
    if (text && alive(JSON.parse(text).pid)) all.push(JSON.parse(text))
  }
  return all
}

function alive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function end(pid, signal = 'SIGTERM') {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}

/** Starts a window and waits until an editor can be typed in. */
async function open(folder) {
  const keel = launch([folder])
  await until('the editor is usable', () => {
    if (keel.exit()) throw new Error(`Keel ended: ${keel.output()}`)
    return keel.output().includes('editor usable')
  })
  return keel
}

function xdotool(...args) {
  const env = { ...process.env, DISPLAY: display.name }
  return execFileSync('xdotool', args, { env, encoding: 'utf8', stdio: 'pipe' }).trim()
}

const windowOf = (name) => xdotool('search', '--onlyvisible', '--name', `${name} - Keel`).split('\n')[0]
const title = (id) => xdotool('getwindowname', id)
const inFront = () => xdotool('getactivewindow')
const ended = (keel, what) => until(`${what} has ended`, () => keel.exit())

/** Closes a window as its manager does; keys are lost at times, so they are pressed until it has gone. */
function close(id, keel, what) {
  return until(`${what} has closed`, async () => {
    if (keel.exit()) return true
    xdotool('windowactivate', '--sync', id)
    xdotool('key', 'alt+F4')
    return until('it', () => keel.exit(), patience / 12)
  })
}

function geometry(id) {
  const values = xdotool('getwindowgeometry', '--shell', id)
  return Object.fromEntries(values.split('\n').map((line) => line.split('=')))
}

/** A start that waits has a connection beside its three streams. */
async function asks(pid) {
  const place = `/proc/${pid}/fd`
  const open = (await readdir(place)).filter((name) => Number(name) > 2)
  const leads = await Promise.all(open.map((name) => readlink(join(place, name)).catch(() => '')))
  return leads.some((to) => to.startsWith('socket:'))
}

async function shoot(name) {
  await mkdir(pictures, { recursive: true })
  execFileSync('import', ['-window', 'root', join(pictures, `${name}.png`)], {
    env: { ...process.env, DISPLAY: display.name },
  })
}

test(
  'two folders are two windows, and a file goes to the one that holds it',
  { timeout: 6 * patience },
  async () => {
    const first = await open(alpha)
    const second = await open(beta)
    const [a, b] = [
      await until('alpha', () => windowOf('alpha')),
      await until('beta', () => windowOf('beta')),
    ]
    assert.notEqual(a, b)
    xdotool('windowactivate', '--sync', b)

    // A line of a file, by a path that leads through a link.
    await symlink(alpha, join(home.home, 'link'))
    const asked = launch([`${join(home.home, 'link')}/main.go:3`])
    await ended(asked, 'the start with a file')
    assert.deepEqual(asked.exit(), { code: 0, signal: null }, asked.output())
    await until('main.go is shown', () => title(a).startsWith('main.go'))
    await until('its window is in front', () => inFront() === a)
    await until('it is at the line', async () => {
      xdotool('type', '--delay', '40', '//here ')
      xdotool('key', 'ctrl+s')
      return until(
        'it',
        async () => (await readFile(join(alpha, 'main.go'), 'utf8')).includes('//here'),
        patience / 12,
      )
    })
    assert.match((await readFile(join(alpha, 'main.go'), 'utf8')).split('\n')[2], /^(\/\/here )+/)
    assert.doesNotMatch(title(b), /main\.go/)
    await shoot('windows-two')

    // Its folder, the window used last, a file that is not there.
    xdotool('windowactivate', '--sync', a)
    const again = launch([beta])
    await ended(again, 'the start with an open folder')
    assert.equal(again.exit().code, 0, again.output())
    await until('beta is in front', () => inFront() === b)
    const missing = launch([join(alpha, 'none.go:3')])
    await ended(missing, 'the start with a file that is not there')
    assert.equal(missing.exit().code, 1)
    assert.match(missing.output(), /none\.go does not exist\. Nothing was opened/)

    // One closes, the other stays.
    xdotool('windowactivate', '--sync', b, 'key', 'alt+F4')
    await ended(second, 'the window of beta')
    assert.equal(second.exit().code, 0, second.output())
    assert.equal(first.exit(), null)
    const last = launch([])
    await ended(last, 'the start without a path')
    assert.equal(last.exit().code, 0, last.output())
    await until('alpha is in front', () => inFront() === a)
    const recent = JSON.parse(await readFile(join(home.data, 'recent.json'), 'utf8')).map(({ name }) => name)
    assert.deepEqual(recent.slice(0, 2), ['beta', 'alpha'])
  },
)

test('--wait ends with the editor, with Ctrl+C, and with the window', { timeout: 6 * patience }, async () => {
  // No window runs: one is started, and goes on when the wait has ended.
  const edit = launch(['--wait', join(alpha, 'calc.go')])
  const a = await until('calc.go is shown', () => {
    if (edit.exit()) throw new Error(edit.output())
    return xdotool('search', '--onlyvisible', '--name', '^calc.go.*alpha - Keel')
  })
  xdotool('windowactivate', '--sync', a)
  assert.equal(edit.exit(), null)
  await until('the editor is closed', async () => {
    xdotool('key', 'ctrl+w')
    return until('it', () => !title(a).startsWith('calc.go'), patience / 12)
  })
  await ended(edit, 'the wait')
  assert.deepEqual(edit.exit(), { code: 0, signal: null }, edit.output())
  assert.equal((await registered()).length, 1)

  // Ctrl+C ends only the wait.
  const stopped = launch(['-w', join(alpha, 'calc.go')])
  await until('calc.go is shown again', () => title(a).startsWith('calc.go'))
  await stopped.end('SIGINT')
  assert.equal(stopped.exit().code, 130, stopped.output())
  assert.equal((await registered()).length, 1)

  // The window that ends, well or not.
  const folder = launch(['--wait', alpha])
  const crash = launch(['--wait', join(alpha, 'parse.go')])
  await until('parse.go is shown', () => title(a).startsWith('parse.go'))
  assert.equal(folder.exit(), null)
  end((await registered())[0].pid, 'SIGKILL')
  await ended(crash, 'the wait for a window that was killed')
  assert.equal(crash.exit().code, 1)
  assert.match(crash.output(), /ended unexpectedly/)
  const again = await open(alpha)
  const well = launch(['--wait', alpha])
  await until('it waits', () => asks(well.pid))
  assert.equal(well.exit(), null)
  await close(windowOf('alpha'), again, 'the window')
  await ended(well, 'the wait for the folder')
  assert.deepEqual(well.exit(), { code: 0, signal: null }, well.output())
})

test('a file whose window ends was not edited', { timeout: 6 * patience }, async () => {
  const waiting = async () => {
    const edit = launch(['--wait', join(alpha, 'calc.go')])
    const id = await until('calc.go is shown', () => {
      if (edit.exit()) throw new Error(edit.output())
      return xdotool('search', '--onlyvisible', '--name', '^.{0,4}calc.go.*alpha - Keel')
    })
    await until('it has text that is not saved', async () => {
      xdotool('windowactivate', '--sync', id)
      xdotool('type', '--delay', '40', '//x ')
      return until('it', () => title(id).startsWith('●'), patience / 12)
    })
    return { edit, id }
  }
  const notEdited = async (edit) => {
    await ended(edit, 'the wait')
    assert.equal(edit.exit().code, 1, edit.output())
    assert.match(edit.output(), /was not closed in its editor/)
  }
  // By its manager.
  const window = await open(alpha)
  const first = await waiting()
  await close(first.id, window, 'the window')
  await notEdited(first.edit)
  // By the system. The text of before is there again, still not saved.
  await open(alpha)
  const second = await waiting()
  end((await registered())[0].pid)
  await notEdited(second.edit)
  assert.doesNotMatch(await readFile(join(alpha, 'calc.go'), 'utf8'), /\/\/x/)
})

test('two files of a folder both come to a window without one', { timeout: 6 * patience }, async () => {
  const empty = launch(['--new-window'])
  await until('the window is there', () => {
    if (empty.exit()) throw new Error(empty.output())
    return empty.output().includes('timings:')
  })
  const asked = launch([join(delta, 'calc.go'), join(delta, 'main.go')])
  await ended(asked, 'the start with two files')
  assert.equal(asked.exit().code, 0, asked.output())
  const id = await until('the last file is shown', () =>
    xdotool('search', '--onlyvisible', '--name', '^main.go.*delta - Keel'),
  )
  assert.equal((await registered()).length, 1)
  await until('the first one is behind it', async () => {
    xdotool('windowactivate', '--sync', id)
    xdotool('key', 'ctrl+w')
    return until('it', () => title(id).startsWith('calc.go'), patience / 12)
  })
})

test('a link is asked about, and a hostile one is refused', { timeout: 6 * patience }, async () => {
  await open(alpha)
  const a = await until('alpha', () => windowOf('alpha'))
  xdotool('windowactivate', '--sync', a)
  const hostile = launch(['keel://open?folder=--help'])
  await ended(hostile, 'the hostile link')
  assert.equal(hostile.exit().code, 1)
  assert.match(hostile.output(), /not followed: its path has to be a whole one/)
  // Cancel has the keyboard; what agrees stands before it. Keys that come before the
  // question has it are lost, or answer no: then the link is clicked on again.
  const follow = async (link, there) => {
    let unasked = false
    let first = true
    await until(
      `${link} is followed once that was agreed to`,
      async () => {
        const asked = launch([link])
        await ended(asked, 'the link')
        assert.equal(asked.exit().code, 0, asked.output())
        for (let tries = 0; tries < 3; tries++) {
          await new Promise((done) => setTimeout(done, 1000)) // the question is on no disk
          await shoot(`windows-link-${tries}`)
          if (first) unasked = Boolean(there())
          first = false
          xdotool('windowactivate', '--sync', a)
          xdotool('key', 'shift+Tab', 'Return')
          if (await until('it', there, patience / 12).catch(() => false)) return true
        }
        return false
      },
      3 * patience,
    )
    assert.ok(!unasked, 'it was followed without a question')
  }
  await follow(`keel://open?file=${alpha}/calc_test.go&line=2`, () => title(a).includes('calc_test.go'))
  // To a folder that is open nowhere: a window of its own.
  const shown = () => {
    try {
      return windowOf('beta')
    } catch {
      return ''
    }
  }
  await follow(`keel://open?folder=${beta}`, shown)
  assert.equal((await registered()).length, 2)
})

test('a window comes back as large as it was, and a new one like it', { timeout: 6 * patience }, async () => {
  const keel = await open(alpha)
  const id = await until('alpha', () => windowOf('alpha'))
  xdotool('windowsize', '--sync', id, '1000', '700')
  xdotool('windowmove', '--sync', id, '150', '120')
  xdotool('windowactivate', '--sync', id)
  await until('it has its size', () => geometry(id).WIDTH === '1000')
  const was = geometry(id)
  await close(id, keel, 'the window')
  await open(alpha)
  const now = await until('it is as it was', () => {
    const found = geometry(windowOf('alpha'))
    return found.WIDTH === '1000' && found.X === was.X && found
  })
  assert.deepEqual([now.WIDTH, now.HEIGHT, now.X, now.Y], [was.WIDTH, was.HEIGHT, was.X, was.Y])
  const other = launch([gamma])
  await until('another folder is open', () => other.output().includes('editor usable'))
  const beside = geometry(await until('its window', () => windowOf('gamma')))
  assert.equal(beside.WIDTH, '1000')
  assert.notEqual(beside.X, now.X)
})
