// The product itself: the window that ships, on a virtual display, driven by
// real key presses, and judged by what is on the disk and by a picture.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { startDesktop } from './desktop.mjs'
import { pathsBelow, textOf } from './files.mjs'
import { makeHome, patience, pictures, product, start, startDisplay, until } from './harness.mjs'
import { pack } from './registry.mjs'

let display, home
const started = []

before(async () => {
  display = await startDisplay('1440x900')
  home = await makeHome()
})

afterEach(async (context) => {
  if (context.passed === false) await shoot(`failed-${context.name.replaceAll(/\W+/g, '-')}`)
  for (const keel of started.splice(0)) await keel.end()
})

after(async () => {
  await display?.end()
  await home?.remove()
})

function launch(args, env = { ...home.env, DISPLAY: display.name, KEEL_TIMINGS: '1' }) {
  const keel = start(product, args, { env })
  started.push(keel)
  return keel
}

/** Starts the product and waits until an editor can be typed in. */
async function open(args = [home.folder], env = {}) {
  const keel = launch(args, { ...home.env, DISPLAY: display.name, KEEL_TIMINGS: '1', ...env })
  await until('the editor is usable', () => {
    if (keel.exit()) throw new Error(`Keel ended: ${keel.output()}`)
    return keel.output().includes('editor usable')
  })
  console.log(`    ${/timings: .*/.exec(keel.output())[0]}`)
  await until('the window is there', windowID)
  xdotool('windowactivate', '--sync', windowID())
  return keel
}

function xdotool(...args) {
  return execFileSync('xdotool', args, {
    env: { ...process.env, DISPLAY: display.name },
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim()
}

function windowID() {
  return xdotool('search', '--onlyvisible', '--name', 'sample.*Keel').split('\n')[0]
}

const title = () => xdotool('getwindowname', windowID())

async function shoot(name) {
  await mkdir(pictures, { recursive: true })
  const file = join(pictures, `${name}.png`)
  execFileSync('import', ['-window', 'root', file], { env: { ...process.env, DISPLAY: display.name } })
  return file
}

function colours(file) {
  return Number(execFileSync('convert', [file, '-format', '%k', 'info:'], { encoding: 'utf8' }))
}

/** Whether a session on the disk holds this text. */
async function inSession(text) {
  const paths = await pathsBelow(home.data)
  const files = paths.filter((path) => dirname(path).includes('/sessions'))
  return (await Promise.all(files.map(textOf))).some((content) => content.includes(text))
}

test('a turn by keyboard, a second start, closing and opening again', { timeout: 6 * patience }, async () => {
  let keel = await open()
  assert.ok(colours(await shoot('window')) > 200, 'the picture of the window is blank')

  // The chat by its key, a prompt, and what it does to the disk.
  const prompt = 'add a function Sum to calc.go with a test'
  xdotool('key', 'ctrl+l')
  xdotool('type', '--delay', '40', prompt)
  await until('the prompt is typed', () => inSession(prompt))
  xdotool('key', 'Return')
  await until('Sum is in calc.go', async () => (await home.read('calc.go')).includes('func Sum('))
  await until('its test is there', async () => (await home.read('calc_test.go')).includes('TestSum'))
  await until('the turn has ended', () => inSession('end_turn'))
  assert.ok(colours(await shoot('window-turn')) > 200, 'the picture of the window is blank')

  // Typing in an editor, and saving it.
  await until('main.go is open', async () => {
    xdotool('key', 'ctrl+p')
    xdotool('type', '--delay', '40', 'main.go')
    xdotool('key', 'Return')
    return until('its title', () => title().startsWith('main.go'), patience / 6)
  })
  xdotool('key', 'ctrl+Home')
  xdotool('type', '--delay', '40', '// by keyboard ')
  await until('it is marked as changed', () => title().startsWith('●'))
  xdotool('key', 'ctrl+s')
  await until('main.go is saved', async () =>
    (await home.read('main.go')).startsWith('// by keyboard // Command calc'),
  )
  await until('it is no longer marked as changed', () => title().startsWith('main.go'))

  // A second start goes to the first window and ends by itself.
  const second = launch([home.folder])
  await until('the second start has ended', () => second.exit())
  assert.equal(second.exit().code, 0, second.output())
  assert.equal(keel.exit(), null, 'the first window is gone')

  // The window manager's own close, then open again without naming the folder.
  xdotool('windowactivate', '--sync', windowID(), 'key', 'alt+F4')
  await until('the window has closed', () => keel.exit())
  assert.equal(keel.exit().code, 0, keel.output())
  keel = await open([])
  await until('the same editor is open', () => title().startsWith('main.go'))
  assert.ok(colours(await shoot('window-again')) > 200, 'the picture of the window is blank')
  await keel.end()
  assert.ok(keel.exit().code === 0 || keel.exit().signal === 'SIGTERM', keel.output())
})

test('a package is chosen in the system’s dialog', { timeout: 6 * patience }, async () => {
  await home.reset()
  const { vsix } = await pack('lamp')
  const file = join(home.home, 'lamp.vsix')
  const broken = join(home.home, 'broken.vsix')
  await writeFile(file, vsix)
  await writeFile(broken, 'no archive')
  const place = join(home.data, 'extensions')
  const there = async () =>
    (existsSync(place) ? await readdir(place) : []).filter((name) => name.includes('lamp'))
  const dialog = () => xdotool('search', '--onlyvisible', '--name', '^Install from VSIX$').split('\n')[0]
  // A search that fails because another window went meanwhile says nothing about the dialog.
  const gone = () => {
    try {
      return !dialog()
    } catch (cause) {
      return cause.status === 1 && !/X Error/.test(cause.stderr)
    }
  }
  const ask = () =>
    until('the dialog is open', async () => {
      xdotool('windowactivate', '--sync', windowID())
      xdotool('key', 'Escape', 'ctrl+shift+p')
      xdotool('type', '--delay', '40', 'Extensions: Install from VSIX')
      xdotool('key', 'Return')
      return until('it', dialog, patience / 6)
    })
  // Keys that come before the dialog can take them are lost: they are pressed until it closes.
  const answer = (press) =>
    until('the dialog has closed', async () => {
      if (gone()) return true
      xdotool('windowactivate', '--sync', dialog())
      press()
      return until('it', gone, patience / 12)
    })
  const choose = async (path) => {
    await ask()
    await answer(() => {
      xdotool('key', 'ctrl+a')
      xdotool('type', '--delay', '40', path)
      xdotool('key', 'Return')
    })
  }
  await open()

  await ask()
  await answer(() => xdotool('key', 'Escape'))
  await choose(broken)
  await shoot('window-vsix-broken')
  assert.deepEqual(await there(), [])

  // A key that comes before the question has the keyboard is lost, or answers no: then it is chosen again.
  const agree = async () => {
    if ((await there()).length > 0) return true
    await choose(file)
    for (let tries = 0; tries < 3; tries++) {
      // Cancel has the keyboard; what agrees stands before it.
      xdotool('key', 'shift+Tab', 'Return')
      const asked = until('it is there', async () => (await there()).length > 0, patience / 12)
      if (await asked.catch(() => false)) return true
    }
    return false
  }
  await until('what is asked about is agreed to', agree, 3 * patience)
  await until('the extension is there', () => existsSync(join(place, 'pier.lamp-1.0.0/package.json')))
  await shoot('window-vsix')
})

test('without a display it says what to do', async () => {
  const keel = launch([home.folder], home.env)
  await until('it has ended', () => keel.exit())
  assert.equal(keel.exit().code, 1)
  assert.match(keel.output(), /no display/)
  assert.match(keel.output(), /keel exec/)
})

test('a notification says what waits behind another window, and a click brings Keel forward', async () => {
  const desktop = await startDesktop()
  const other = start('xev', ['-name', 'another window'], { env: { ...process.env, DISPLAY: display.name } })
  try {
    await home.reset()
    const behind = await until('there is another window', () =>
      xdotool('search', '--onlyvisible', '--name', 'another window'),
    )
    await open([home.folder], desktop.env)
    const prompt = 'add a function Sum to calc.go with a test and run the tests'
    xdotool('key', 'ctrl+l')
    xdotool('type', '--delay', '40', prompt)
    await until('the prompt is typed', () => inSession(prompt))
    xdotool('key', 'Return')
    xdotool('windowactivate', '--sync', behind)
    const shown = await until('a notification is shown', () => desktop.calls()[0])
    assert.equal(shown.title, 'Keel waits for your answer')
    assert.match(shown.body, /^run go test/)
    desktop.click(shown.id)
    await until('Keel is in front', () => xdotool('getactivewindow') === windowID())
    await until('it is taken away', () => desktop.calls().some((each) => each.method === 'CloseNotification'))
  } finally {
    await other.end()
    await desktop.end()
  }
})
