// The product itself: the window that ships, on a virtual display, driven by
// real key presses, and judged by what is on the disk and by a picture.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { makeHome, pictures, start, startDisplay, top, until } from './harness.mjs'

let display
let home

before(async () => {
  display = await startDisplay()
  home = await makeHome()
})

after(async () => {
  await display?.end()
  await home?.remove()
})

/** Starts the product and waits until an editor can be typed in. */
async function open(args = [home.folder]) {
  const keel = start(join(top, 'build/bin/keel'), args, {
    env: { ...home.env, DISPLAY: display.name, KEEL_TIMINGS: '1' },
  })
  await until('the editor is usable', () => {
    if (keel.exit()) throw new Error(`Keel ended: ${keel.output()}`)
    return keel.output().includes('editor usable')
  })
  return keel
}

function xdotool(...args) {
  return execFileSync('xdotool', args, { env: { ...process.env, DISPLAY: display.name }, encoding: 'utf8' }).trim()
}

function windowID() {
  return xdotool('search', '--onlyvisible', '--name', 'sample').split('\n')[0]
}

async function shoot(name) {
  await mkdir(pictures, { recursive: true })
  const file = join(pictures, `${name}.png`)
  execFileSync('import', ['-window', 'root', file], { env: { ...process.env, DISPLAY: display.name } })
  return file
}

test('a turn by keyboard, a second start, closing and opening again', { timeout: 300_000 }, async () => {
  let keel = await open()
  await until('the window is there', windowID)
  xdotool('windowactivate', '--sync', windowID())

  // The chat by its key, a prompt, and what it does to the disk.
  xdotool('key', 'ctrl+l')
  await until('the chat takes the prompt', async () => {
    xdotool('key', 'ctrl+l')
    xdotool('type', '--delay', '30', 'add a function Sum to calc.go with a test')
    xdotool('key', 'Return')
    await until('Sum is in calc.go', async () => (await home.read('calc.go')).includes('func Sum('), 20_000)
    return true
  })
  await until('its test is there', async () => (await home.read('calc_test.go')).includes('TestSum'))
  const file = await shoot('window')
  const colours = Number(execFileSync('convert', [file, '-format', '%k', 'info:'], { encoding: 'utf8' }))
  assert.ok(colours > 200, `the picture of the window has only ${colours} colours: it is blank`)

  // A second start goes to the first window and ends by itself.
  const second = start(join(top, 'build/bin/keel'), [home.folder], { env: { ...home.env, DISPLAY: display.name } })
  await until('the second start has ended', () => second.exit())
  assert.equal(second.exit().code, 0, second.output())
  assert.equal(keel.exit(), null, 'the first window is gone')

  // The window manager's own close, then open again without naming the folder.
  xdotool('windowclose', windowID())
  await until('the window has closed', () => keel.exit())
  keel = await open([])
  await until('the same folder is open again', windowID)
  await shoot('window-again')
  await keel.end()
})

test('without a display it says what to do', async () => {
  const keel = start(join(top, 'build/bin/keel'), [home.folder], { env: home.env })
  await until('it has ended', () => keel.exit())
  assert.equal(keel.exit().code, 1)
  assert.match(keel.output(), /no display/)
  assert.match(keel.output(), /keel exec/)
})
