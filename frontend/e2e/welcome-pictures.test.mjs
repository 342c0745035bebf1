// Pictures of the first start and of About to look at, and what axe finds in them.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, afterEach, before, test } from 'node:test'
import { launchChromium, makeHome, openPage, picture, startDisplay, startServed, until } from './harness.mjs'
import * as wb from './workbench.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let display, browser, home, keel, page

before(async () => {
  display = await startDisplay()
  browser = await launchChromium()
  home = await makeHome()
  keel = await startServed(display, home)
  page = await openPage(browser, keel)
  await page.evaluate(axe)
})

afterEach((context) => wb.conclude(page, context))

after(async () => {
  await browser?.close()
  await keel?.end()
  await display?.end()
  await home?.remove()
})

const walkthrough = () => page.locator('.keel-page[aria-label="Walkthrough"]')

async function violations(selector) {
  return page.evaluate(async (selector) => {
    const { violations } = await globalThis.axe.run({ include: [selector] }, { resultTypes: ['violations'] })
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
  }, selector)
}

async function openStep(name) {
  const button = walkthrough().getByRole('button', { name, exact: true })
  await until(`the step ${name} is open`, async () => {
    if ((await button.getAttribute('aria-expanded')) === 'true') return true
    await button.press('Enter')
    return false
  })
}

/** Each step, with the last that is in it. */
const steps = [
  ['Open a folder', 'Open the Sample…'],
  ['Choose what answers', 'Use the Practice Model'],
  ['Try a few things', 'Look Again'],
  ['Keep everything in your hands', 'Show the Checkpoints'],
  ['Keel sends no telemetry', 'Show the Audit Log'],
]

for (const theme of ['Dark Modern', 'Light Modern', 'Dark High Contrast', 'Light High Contrast']) {
  test(`the first start in ${theme}`, { timeout: 300_000 }, async () => {
    await page.setViewportSize({ width: 1280, height: 800 })
    await wb.chooseTheme(page, theme)
    // Choosing one presses Escape, which closes it.
    await wb.runCommand(page, 'Keel: Get Started')
    const found = []
    for (const width of [1280, 760]) {
      await page.setViewportSize({ width, height: 800 })
      for (const [name, last] of steps) {
        await openStep(name)
        await walkthrough().getByRole('button', { name: last }).waitFor()
        await page.mouse.move(width / 2, 796)
        await wb.settled(page)
        await picture(page, `welcome-${theme}-${width}-${name}`)
        found.push(...(await violations('.keel-page')))
        const overflow = await walkthrough().evaluate((element) => element.scrollWidth - element.clientWidth)
        assert.ok(overflow <= 0, `${name} is wider than the page by ${overflow}`)
      }
    }
    await wb.runCommand(page, 'Help: About')
    const about = page.getByRole('dialog', { name: 'About Keel' })
    await about.getByText('VS Code workbench').waitFor()
    await picture(page, `about-${theme}`)
    found.push(...(await violations('.keel-modal')))
    await about.getByRole('button', { name: 'Close' }).press('Enter')
    await about.waitFor({ state: 'detached' })
    assert.deepEqual(found, [])
  })
}
