// Pictures of a walkthrough to look at, and what axe finds in it: light, dark and
// high contrast, in a window and where it is narrow.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, afterEach, before, test } from 'node:test'
import { extensions } from './extensions.mjs'
import { launchChromium, makeHome, openPage, picture, startDisplay, startServed, until } from './harness.mjs'
import { startRegistry, writeSettings } from './registry.mjs'
import * as wb from './workbench.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let display, browser, registry, home, keel, page

before(async () => {
  registry = await startRegistry()
  await registry.publish('tour')
  display = await startDisplay()
  browser = await launchChromium()
  home = await makeHome()
  await writeSettings(home, registry.settings)
  keel = await startServed(display, home)
  page = await openPage(browser, keel)
  await extensions(page).install('walkthrough with steps', 'Harbour Tour')
  await page.evaluate(axe)
})

afterEach((context) => wb.conclude(page, context))

after(async () => {
  await browser?.close()
  await keel?.end()
  await registry?.end()
  await display?.end()
  await home?.remove()
})

const walkthrough = () => page.locator('.keel-page[aria-label="Walkthrough"]')

async function openStep(name) {
  const button = walkthrough().getByRole('button', { name, exact: true })
  await until(`the step ${name} is open`, async () => {
    if ((await button.getAttribute('aria-expanded')) === 'true') return true
    await button.click()
    return false
  })
}

async function violations() {
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(
      { include: ['.keel-page'] },
      { resultTypes: ['violations'] },
    )
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
  })
}

const steps = ['Say hello', 'Look around', 'Read on', 'Choose a pace']

for (const theme of ['Dark Modern', 'Light Modern', 'Dark High Contrast', 'Light High Contrast']) {
  test(`a walkthrough in ${theme}`, { timeout: 300_000 }, async () => {
    await wb.chooseTheme(page, theme)
    const found = []
    for (const [width, height] of [
      [1280, 800],
      [760, 800],
    ]) {
      await page.setViewportSize({ width, height })
      for (const name of steps) {
        await openStep(name)
        await page.mouse.move(width / 2, height - 4)
        await wb.settled(page)
        await picture(page, `walkthrough-${theme}-${width}-${name}`)
        found.push(...(await violations()))
        const overflow = await walkthrough().evaluate((element) => element.scrollWidth - element.clientWidth)
        assert.ok(overflow <= 0, `${name} is wider than the page by ${overflow}`)
      }
    }
    assert.deepEqual(found, [])
  })
}
