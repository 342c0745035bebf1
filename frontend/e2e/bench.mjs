// Measures what a person feels: the seam, large files, large folders, fast
// replies. Prints a table; nothing passes or fails here. `task bench` runs it.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { launchChromium, makeHome, openPage, patience, startDisplay, startServed, until } from './harness.mjs'

const rows = []
const row = (what, value) => {
  rows.push([what, value])
  console.log(`${what.padEnd(62)} ${value}`)
}
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const ms = (value) => `${value.toFixed(value < 10 ? 2 : 0)} ms`

/** Runs work while the page notes its longest pause and its frames. */
async function watching(page, work) {
  await page.evaluate(() => {
    const seen = { frames: [], longest: 0, stop: false }
    window.__watch = seen
    let last = performance.now()
    const tick = () => {
      const now = performance.now()
      seen.frames.push(now - last)
      seen.longest = Math.max(seen.longest, now - last)
      last = now
      if (!seen.stop) requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
  })
  const begun = Date.now()
  await work()
  const took = Date.now() - begun
  const seen = await page.evaluate(() => {
    window.__watch.stop = true
    return window.__watch
  })
  return { took, frames: seen.frames, longest: seen.longest }
}

async function seam(page, home) {
  const trips = await page.evaluate(async () => {
    const times = []
    for (let i = 0; i < 500; i++) {
      const begun = performance.now()
      await window.go.bind.Window.Ping('x')
      times.push(performance.now() - begun)
    }
    return times
  })
  row('binding round trip, median of 500', ms(median(trips)))
  await writeFile(
    join(home.folder, 'large.txt'),
    'the quick brown fox jumps over the lazy dog\n'.repeat(400_000).slice(0, 16 << 20),
  )
  await writeFile(join(home.folder, 'one.txt'), 'x'.repeat(1 << 20))
  for (const [name, what] of [
    ['calc.go', '1 kB'],
    ['one.txt', '1 MiB'],
    ['large.txt', '16 MiB'],
  ]) {
    const times = await page.evaluate(async (name) => {
      const times = []
      for (let i = 0; i < 9; i++) {
        const begun = performance.now()
        await (await fetch(`/keel/file/workspace?path=${name}`)).arrayBuffer()
        times.push(performance.now() - begun)
      }
      return times
    }, name)
    row(`reading a file of ${what}, median of 9`, ms(median(times)))
  }
}

async function quickOpen(page, name) {
  await page.keyboard.press('Control+P')
  const input = page.locator('.quick-input-widget input')
  await input.waitFor()
  await input.fill(name)
  await page
    .locator('.quick-input-list .monaco-list-row', { hasText: name })
    .first()
    .waitFor({ timeout: patience })
}

async function largeFile(page) {
  const seen = await watching(page, async () => {
    await quickOpen(page, 'large.txt')
    await page.keyboard.press('Enter')
    await page.locator('.tab.active', { hasText: 'large.txt' }).waitFor({ timeout: patience })
    await page
      .locator('.editor-instance .view-line', { hasText: 'quick brown' })
      .first()
      .waitFor({ timeout: patience })
  })
  row('opening a text file of 16 MiB, from the key to its text', ms(seen.took))
  row('  the page’s longest pause meanwhile', ms(seen.longest))
}

async function stream(page) {
  await page.keyboard.press('Control+L')
  const seen = await watching(page, async () => {
    await page.keyboard.type('count to 20000 words')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: /stop/i }).first().waitFor({ timeout: patience })
    await page.getByRole('button', { name: /stop/i }).first().waitFor({ state: 'hidden', timeout: 120_000 })
  })
  const late = seen.frames.filter((f) => f > 34).length
  row('a streamed reply of 20,000 words', `${ms(seen.took)} (${Math.round(20_000_000 / seen.took)} words/s)`)
  row('  frames drawn; later than 34 ms; longest', `${seen.frames.length}; ${late}; ${ms(seen.longest)}`)
}

async function largeFolder(browser, display, home) {
  const folder = join(home.home, 'large')
  for (let i = 0; i < 1000; i++) {
    const sub = join(folder, `pkg${Math.floor(i / 100)}`, `mod${i}`)
    await mkdir(sub, { recursive: true })
    await Promise.all(
      Array.from({ length: 100 }, (_, j) => writeFile(join(sub, `file${i}_${j}.txt`), `number ${i} ${j}\n`)),
    )
  }
  const served = await startServed(display, home, { folder })
  try {
    const begun = Date.now()
    const page = await openPage(browser, served)
    await page
      .locator('.explorer-folders-view .monaco-list-row', { hasText: 'pkg0' })
      .first()
      .waitFor({ timeout: patience })
    row('a folder of 100,000 files: from loading to the explorer', ms(Date.now() - begun))
    const opened = await watching(page, () => quickOpen(page, 'file777_42.txt'))
    row('  quick open finds one of them, first time', ms(opened.took))
    row('  the page’s longest pause meanwhile', ms(opened.longest))
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+Shift+F')
    const found = await watching(page, async () => {
      await page.locator('.search-widget textarea').first().fill('number 777 42')
      await page.keyboard.press('Enter')
      await page
        .locator('.search-view .monaco-list-row', { hasText: 'file777_42.txt' })
        .first()
        .waitFor({ timeout: patience })
    })
    row('  text search finds one line among them', ms(found.took))
    row('  the page’s longest pause meanwhile', ms(found.longest))
    await page.context().close()
  } finally {
    await served.end()
  }
}

const display = await startDisplay()
const home = await makeHome()
const browser = await launchChromium()
try {
  const served = await startServed(display, home, { env: { KEEL_TIMINGS: '1' } })
  const page = await openPage(browser, served)
  const timings = await until('the page has told its timings', () => /timings: .*/.exec(served.output())?.[0])
  row('start', timings)
  await seam(page, home)
  await largeFile(page)
  await stream(page)
  await page.context().close()
  await served.end()
  await largeFolder(browser, display, home)
} finally {
  await browser.close()
  await display.end()
  await home.remove()
}
