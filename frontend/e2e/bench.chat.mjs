// Measures long conversations: the chat's page over a session of 10,000 items,
// without Go. `node e2e/bench.mjs chat` runs it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build, preview } from 'vite'

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

function told({ frames, tasks }) {
  const worst = Math.max(0, ...tasks)
  const late = frames.filter((each) => each > 34).length
  return (
    `${frames.length} frames, p50 ${part(frames, 0.5).toFixed(1)}, p95 ${part(frames, 0.95).toFixed(1)} ms, ` +
    `${late} later than 34 ms; ${tasks.length} long tasks, the longest ${worst} ms`
  )
}

/** Turns the wheel until the list moves no more; returns what is at the top then. */
async function wheel(tab, dy) {
  for (let still = 0; still < 40;) {
    const before = await tab.evaluate(() => document.querySelector('.list').scrollTop)
    await tab.mouse.wheel(0, dy)
    await tab.evaluate(() => new Promise((done) => requestAnimationFrame(done)))
    const earlier = tab.locator('.list .earlier') // of Keel before it drew by sight
    if (dy < 0 && before === 0 && (await earlier.count())) await earlier.first().click({ noWaitAfter: true })
    const after = await tab.evaluate(() => document.querySelector('.list').scrollTop)
    still = before === after ? still + 1 : 0
  }
}

export async function chat(browser, row) {
  const gallery = await serveGallery()
  try {
    for (const [state, what] of [
      ['turns1000', '1,000 turns of 10 items'],
      ['items10000', '1 turn of 10,000 items'],
      ['turns10000', '10,000 turns of 1 item'],
    ]) {
      const context = await browser.newContext({ viewport: { width: 420, height: 800 } })
      const tab = await context.newPage()
      tab.on('pageerror', (cause) => row('  trouble', cause.message))
      await tab.addInitScript(watch)
      const begun = performance.now()
      await tab.goto(`${gallery.address}?state=${state}`)
      await tab.locator('.turn.last').waitFor()
      row(`${what}: until its end is there`, `${Math.round(performance.now() - begun)} ms`)
      await tab.waitForTimeout(3000)
      row('  opening, and the 3 s after it', told(await take(tab)))
      await tab.mouse.move(200, 300)
      await wheel(tab, -4000)
      row('  through all of it upwards with the wheel', told(await take(tab)))
      await wheel(tab, 4000)
      row('  and down again', told(await take(tab)))
      row(
        '  elements in the page then',
        String(await tab.evaluate(() => document.getElementsByTagName('*').length)),
      )
      await context.close()
    }
  } finally {
    await gallery.end()
  }
}
