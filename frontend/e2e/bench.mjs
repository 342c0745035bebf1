// Measures what a person feels: the seam, large files, large folders, fast
// replies, long conversations, reviews. Prints a table; nothing passes or fails here. `task bench`
// runs it; `node e2e/bench.mjs review`, `chat`, `token` or `extensions` only that part,
// `startup` what the task bench:startup measures.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chat } from './bench.chat.mjs'
import { extensions } from './bench.extensions.mjs'
import { mainTasks } from './bench.trace.mjs'
import { startup } from './bench.startup.mjs'
import { startBedrock, startScripted } from './bedrock.mjs'
import {
  launchChromium,
  makeHome,
  openPage,
  startDisplay,
  startServed,
  trustFolders,
  until,
} from './harness.mjs'
import * as wb from './workbench.mjs'

const row = (what, value) => console.log(`${what.padEnd(66)} ${value}`)
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const ms = (value) => `${value.toFixed(value < 10 ? 2 : 0)} ms`

/**
 * Runs work while the page notes its frames and what kept it from drawing. On a
 * machine that is shared, a task takes as long as others let it: processor is what
 * it took of a processor.
 */
async function watching(page, work) {
  const browser = page.context().browser()
  await page.evaluate(() => {
    const seen = { frames: [], tasks: [], stop: false }
    window.__watch = seen
    const observer = new PerformanceObserver((list) =>
      seen.tasks.push(...list.getEntries().map((each) => each.duration)),
    )
    observer.observe({ type: 'longtask' })
    let last = performance.now()
    const tick = () => {
      const now = performance.now()
      seen.frames.push(now - last)
      last = now
      if (seen.stop) observer.disconnect()
      else requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
  })
  await browser.startTracing(page, { categories: ['toplevel'] })
  const begun = performance.now()
  await work()
  const took = performance.now() - begun
  const processor = mainTasks(await browser.stopTracing())
  const seen = await page.evaluate(() => {
    window.__watch.stop = true
    return window.__watch
  })
  return { took, processor, frames: seen.frames, longest: Math.max(0, ...seen.tasks) }
}

function pause(seen) {
  row('  longest task of the page meanwhile', seen.longest === 0 ? 'under 50 ms' : ms(seen.longest))
  row(
    '  processor time of the page; of its longest task',
    `${ms(seen.processor.all)}; ${ms(seen.processor.longest)}`,
  )
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

async function largeFile(page) {
  await wb.inExplorer(page, 'large.txt').waitFor()
  const seen = await watching(page, async () => {
    await wb.openFile(page, 'large.txt')
    await page.locator('.view-line', { hasText: 'quick brown' }).first().waitFor()
  })
  row('opening a text file of 16 MiB, from the key to its text', ms(seen.took))
  pause(seen)
  const typed = await watching(page, async () => {
    await wb.lines(page).click()
    await page.keyboard.type('typing in it ')
    await page.locator('.view-line', { hasText: 'typing in it' }).first().waitFor()
  })
  row('  typing 13 letters into it', ms(typed.took))
  pause(typed)
  await wb.press(page, 'Control+Z')
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
  await trustFolders(home, folder)
  const served = await startServed(display, home, { folder })
  try {
    const begun = performance.now()
    const page = await openPage(browser, served)
    await wb.inExplorer(page, 'pkg0').waitFor()
    row('a folder of 100,000 files: from loading the page to its explorer', ms(performance.now() - begun))
    const opened = await watching(page, () => wb.openFile(page, 'file777_42.txt'))
    row('  quick open finds and opens one of them, the first time', ms(opened.took))
    pause(opened)
    await wb.press(page, 'Control+Shift+F')
    const found = await watching(page, async () => {
      await page.getByRole('textbox', { name: /^Search: / }).fill('number 777 42')
      await wb.press(page, 'Enter')
      await page.getByRole('treeitem', { name: /found number 777 42/ }).waitFor()
    })
    row('  text search finds one line in them', ms(found.took))
    pause(found)
    const chat = wb.chat(page)
    await chat.open()
    const turn = await watching(page, () => chat.run('create a file notes.md with the text "first"'))
    row('  a turn that writes one file, with its checkpoints, the first time', ms(turn.took))
    const again = await watching(page, () => chat.run('append "more" to notes.md'))
    row('  the next such turn', ms(again.took))
    await page.context().close()
  } finally {
    await served.end()
  }
}

async function stream(browser, display) {
  const home = await makeHome() // what its sessions start with is in its settings
  const perSecond = 2000
  const bedrock = await startBedrock({ count: 20_000, perSecond })
  await mkdir(home.config, { recursive: true })
  await writeFile(join(home.config, 'settings.json'), JSON.stringify(bedrock.settings))
  const served = await startServed(display, home, { env: bedrock.env })
  try {
    const page = await openPage(browser, served)
    const chat = wb.chat(page)
    await chat.open()
    await page.getByRole('button', { name: 'Model: example.fast-model' }).waitFor()
    const idle = await watching(page, () =>
      page.evaluate(() => new Promise((done) => setTimeout(done, 2000))),
    )
    const seen = await watching(page, () => chat.run('write a lot'))
    const late = (frames) =>
      `${frames.length} frames, ${frames.filter((each) => each > 34).length} later than 34 ms, the latest ${ms(Math.max(...frames))}`
    row('2,000 words a second through Bedrock’s SDK, 20,000 words', ms(seen.took))
    row('  drawing meanwhile', late(seen.frames))
    row(
      '  frames a second; without anything to do',
      `${Math.round(seen.frames.length / (seen.took / 1000))}; ${Math.round(idle.frames.length / (idle.took / 1000))}`,
    )
    pause(seen)
    await page.context().close()
  } finally {
    await served.end()
    await bedrock.end()
    await home.remove()
  }
}

/** From the choice of a checkpoint until the first changed line is drawn. */
async function toFirstDiff(page, label) {
  await wb.askCommand(page, 'Keel: Show Checkpoints…', 'Checkpoints')
  await wb.quickInput(page).getByRole('option', { name: label }).first().click()
  const view = wb
    .quickInput(page)
    .getByRole('option', { name: /View Changes Since/ })
    .first()
  await view.waitFor()
  const seen = await watching(page, async () => {
    await view.click()
    await page.locator('.editor-group-container.active .line-insert').first().waitFor()
  })
  return seen
}

/** Makes a checkpoint, and waits until it can be chosen. */
const mark = (page, label) => page.evaluate((text) => window.go.bind.Checkpoints.Create(text), label)

async function review(browser, display) {
  const home = await makeHome()
  const count = 1000
  const name = (i) => join(home.folder, 'many', `file${i}.go`)
  const write = (value) =>
    Promise.all(
      Array.from({ length: count }, (_, i) =>
        writeFile(
          name(i),
          `package many\n\n// Number${i} is one.\nfunc Number${i}() int {\n\treturn ${value}\n}\n`,
        ),
      ),
    )
  const long = (word) =>
    Array.from({ length: 5000 }, (_, i) => `line ${i} ${i % 50 ? 'same' : word}\n`).join('')
  await mkdir(join(home.folder, 'many'))
  await write(1)
  await writeFile(join(home.folder, 'long.txt'), long('old'))
  const served = await startServed(display, home)
  try {
    const page = await openPage(browser, served)
    await wb.inExplorer(page, 'calc.go').waitFor()
    await mark(page, 'before the long one')
    await writeFile(join(home.folder, 'long.txt'), long('new'))
    const one = await toFirstDiff(page, /before the long one/)
    row('a diff of two files of 5,000 lines, from the click to its first line', ms(one.took))
    pause(one)
    await wb.closeEditors(page)
    await mark(page, 'before the many')
    await write(2)
    const files = await toFirstDiff(page, /before the many/)
    row('a change set of 1,000 files, from the click to its first diff', ms(files.took))
    pause(files)
    const rest = await watching(page, () => page.waitForTimeout(20_000))
    row('  the 20 s after that, in which the others are read', `${rest.frames.length} frames`)
    pause(rest)
    await page.context().close()
  } finally {
    await served.end()
    await home.remove()
  }
}

/**
 * From the first word being written to the service's socket until it
 * is in the page, and until the frame after that is drawn.
 */
async function firstToken(browser, display) {
  const home = await makeHome()
  const model = await startScripted()
  await mkdir(home.config, { recursive: true })
  await writeFile(join(home.config, 'settings.json'), JSON.stringify(model.settings))
  const served = await startServed(display, home, { env: model.env })
  try {
    const page = await openPage(browser, served)
    const chat = wb.chat(page)
    await chat.open()
    const times = []
    for (let i = 0; i < 30; i++) {
      const prompt = `question ${i}`
      const word = `answer${i}.`
      let wrote
      model.on(prompt, async (reply) => {
        await new Promise((done) => setTimeout(done, 300)) // what a model takes to begin, and the page to be quiet
        wrote = performance.timeOrigin + performance.now()
        reply.say(word)
        await new Promise((done) => setTimeout(done, 300))
      })
      const seen = page.evaluate(
        (word) =>
          new Promise((done) => {
            const log = document.querySelector('[role=log]')
            const observer = new MutationObserver(() => {
              if (!log.textContent.includes(word)) return
              observer.disconnect()
              const there = performance.timeOrigin + performance.now()
              requestAnimationFrame(() =>
                setTimeout(() => done({ there, drawn: performance.timeOrigin + performance.now() })),
              )
            })
            observer.observe(log, { childList: true, subtree: true, characterData: true })
          }),
        word,
      )
      await chat.run(prompt)
      const { there, drawn } = await seen
      times.push({ there: there - wrote, drawn: drawn - wrote })
    }
    const of = (key) => times.map((each) => each[key])
    const most = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.9)]
    row(
      'first token, socket to page: median, 90 % of 30',
      `${ms(median(of('there')))}; ${ms(most(of('there')))}`,
    )
    row('  until it is painted', `${ms(median(of('drawn')))}; ${ms(most(of('drawn')))}`)
    await page.context().close()
  } finally {
    await served.end()
    await model.end()
    await home.remove()
  }
}

const only = process.argv[2]
const display = await startDisplay()
const home = await makeHome()
const browser = await launchChromium()
try {
  if (only === undefined) {
    const served = await startServed(display, home, { env: { KEEL_TIMINGS: '1' } })
    const page = await openPage(browser, served)
    row(
      'start',
      await until('the page has told its timings', () => /timings: (.*)/.exec(served.output())?.[1]),
    )
    await seam(page, home)
    await largeFile(page)
    const status = await readFile(`/proc/${served.pid}/status`, 'utf8')
    row('memory of the process then', `${Math.round(/VmRSS:\s+(\d+)/.exec(status)[1] / 1024)} MiB`)
    await page.context().close()
    await served.end()
    await largeFolder(browser, display, home)
    await stream(browser, display)
  }
  const wanted = (part) => only === undefined || only === part
  if (wanted('token')) await firstToken(browser, display)
  if (wanted('chat')) await chat(browser, row)
  if (wanted('review')) await review(browser, display)
  if (wanted('extensions')) await extensions(display, row)
  if (only === 'startup') await startup(display, row)
} finally {
  await browser.close()
  await display.end()
  await home.remove()
}
