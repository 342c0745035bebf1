// Measures long conversations: the chat's page over a session of 10,000 items,
// without Go. `node e2e/bench.mjs chat` runs it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build, preview } from 'vite'
import { mainTasks } from './bench.trace.mjs'

const page = 'src/features/chat/testing/gallery.html'

/** Builds the gallery as the product is built, and serves it. */
export async function serveGallery() {
  const outDir = await mkdtemp(join(tmpdir(), 'keel-gallery-'))
  const quiet = { logLevel: 'error', root: resolve(import.meta.dirname, '..') }
  await build({ ...quiet, build: { outDir, rollupOptions: { input: page } } })
  const server = await preview({ ...quiet, build: { outDir }, preview: { port: 0, host: '127.0.0.1' } })
  return {
    address: `${server.resolvedUrls.local[0]}${page}`,
    async end() {
      await server.close()
      await rm(outDir, { recursive: true })
    },
  }
}

/** Notes frames and long tasks from the first moment of a page. */
function watch() {
  const seen = { frames: [], tasks: [] }
  window.__seen = seen
  new PerformanceObserver((list) =>
    seen.tasks.push(...list.getEntries().map((each) => Math.round(each.duration))),
  ).observe({ type: 'longtask' })
  let last = performance.now()
  const tick = () => {
    const now = performance.now()
    seen.frames.push(now - last)
    last = now
    requestAnimationFrame(tick)
  }
  requestAnimationFrame(tick)
}

/** What was seen since the last call. */
const take = (tab) =>
  tab.evaluate(() => {
    const { frames, tasks } = window.__seen
    window.__seen.frames = []
    window.__seen.tasks = []
    return { frames, tasks }
  })

const part = (values, share) => values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0

/** Does something, and tells of the frames meanwhile and of what the page took of a processor. */
async function during(tab, work) {
  const browser = tab.context().browser()
  await take(tab)
  await browser.startTracing(tab, { categories: ['toplevel'] })
  await work()
  const processor = mainTasks(await browser.stopTracing())
  return { ...(await take(tab)), processor }
}

const ms = (value) => `${value.toFixed(1)} ms`

function told({ frames, tasks, processor }) {
  const late = frames.filter((each) => each > 34).length
  const longest = Math.max(0, ...tasks)
  return [
    `frames p50 ${ms(part(frames, 0.5))}, p95 ${ms(part(frames, 0.95))}, ${late} of ${frames.length} over 34 ms`,
    `longest task ${longest === 0 ? 'under 50 ms' : ms(longest)}`,
    `processor ${ms(processor.all / frames.length)} a frame, longest ${ms(processor.longest)}`,
  ].join('; ')
}

/** Scrolls as fingers do: so many pixels, at so many a second, up or down. */
async function scroll(tab, distance, speed) {
  const session = await tab.context().newCDPSession(tab)
  await session.send('Input.synthesizeScrollGesture', {
    x: 200,
    y: 300,
    yDistance: distance,
    speed,
    gestureSourceType: 'mouse',
    preventFling: true,
  })
  await session.detach()
}

/** Jumps all over the list, as with its scroll bar, and waits at each place for what is drawn there. */
const jump = (tab) =>
  tab.evaluate(async () => {
    const list = document.querySelector('.list')
    const frame = () => new Promise((done) => requestAnimationFrame(done))
    for (let i = 1; i <= 20; i++) {
      list.scrollTop = list.scrollHeight * ((i * 0.37) % 1)
      for (let frames = 0; frames < 15; frames++) await frame()
    }
  })

const paces = [
  ['reading, 1,500 pixels a second', 1500, 6000],
  ['looking for something, 15,000 pixels a second', 15_000, 60_000],
]

/** A page with nothing to draw, scrolled alike: below this no list can be on this machine. */
async function floor(browser) {
  const tab = await newTab(browser)
  await tab.setContent(
    '<style>body { margin: 0 } .list { height: 100vh; overflow: auto } .list > * { height: 4000000px }</style><div class="list"><div>empty</div></div>',
  )
  await tab.evaluate(watch)
  await tab.evaluate(() => (document.querySelector('.list').scrollTop = 3_000_000))
  const seen = []
  for (const [, speed, distance] of paces) seen.push(await during(tab, () => scroll(tab, distance, speed)))
  await tab.context().close()
  return seen
}

async function newTab(browser) {
  const context = await browser.newContext({ viewport: { width: 420, height: 800 } })
  return context.newPage()
}

export async function chat(browser, row) {
  const gallery = await serveGallery()
  try {
    const empty = await floor(browser)
    for (const [i, [what]] of paces.entries()) row(`an empty page, ${what}`, told(empty[i]))
    for (const [state, what] of [
      ['turns1000', '1,000 turns of 10 items'],
      ['items10000', '1 turn of 10,000 items'],
      ['turns10000', '10,000 turns of 1 item'],
    ]) {
      const tab = await newTab(browser)
      tab.on('pageerror', (cause) => row('  trouble', cause.message))
      await tab.addInitScript(watch)
      await tab.goto(`${gallery.address}?state=done`) // so that its code is known
      await tab.locator('.turn.last').waitFor()
      const begun = performance.now()
      const opening = await during(tab, async () => {
        await tab.goto(`${gallery.address}?state=${state}`)
        await tab.locator('.turn.last .item').last().waitFor()
        row(`${what}: until its end is there`, `${Math.round(performance.now() - begun)} ms`)
        await tab.evaluate(() => new Promise((done) => setTimeout(done, 2000)))
      })
      row('  opening, and the 2 s after it', told(opening))
      for (const [i, [pace, speed, distance]] of paces.entries()) {
        const seen = await during(tab, () => scroll(tab, distance, speed))
        row(`  upwards, ${pace}`, told(seen))
        row('    p95 of its frames, as a multiple of the empty page', ratio(seen, empty[i]))
      }
      row('  jumping all over it', told(await during(tab, () => jump(tab))))
      row(
        '  elements in the page then',
        String(await tab.evaluate(() => document.getElementsByTagName('*').length)),
      )
      await tab.context().close()
    }
  } finally {
    await gallery.end()
  }
}

const ratio = (seen, empty) => (part(seen.frames, 0.95) / part(empty.frames, 0.95)).toFixed(2)
