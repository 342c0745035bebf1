// Pictures of extensions to look at: the view, the details page, what is asked
// before an installation, and what is refused; light and dark, small and large.
import { after, afterEach, before, test } from 'node:test'
import { extensions } from './extensions.mjs'
import {
  launchChromium,
  looksOf,
  makeHome,
  openPage,
  picture,
  startDisplay,
  startServed,
} from './harness.mjs'
import { startRegistry, writeSettings } from './registry.mjs'
import * as wb from './workbench.mjs'

let display, browser, registry, home, keel, page

before(async () => {
  registry = await startRegistry()
  for (const name of ['theme', 'icons', 'snippets', 'lamp', 'pack', 'web', 'node', 'remote-ssh', 'hostile']) {
    await registry.publish(name, name === 'lamp' ? { verified: false, signed: false } : {})
  }
  display = await startDisplay()
  browser = await launchChromium()
})

afterEach(async (context) => {
  try {
    await wb.conclude(page, context)
  } finally {
    await page.context().close()
    await keel.end()
    await home.remove()
  }
})

after(async () => {
  await browser?.close()
  await registry?.end()
  await display?.end()
})

const looks = looksOf([
  { theme: 'Dark Modern', name: 'dark', width: 1280, height: 800 },
  { theme: 'Light Modern', name: 'light', width: 1280, height: 800 },
  { theme: 'Dark Modern', name: 'dark-large', width: 1920, height: 1080 },
  { theme: 'Light Modern', name: 'light-large', width: 1920, height: 1080 },
])

for (const { theme, name, width, height } of looks) {
  test(`extensions, ${name}`, { timeout: 300_000 }, async () => {
    home = await makeHome()
    await writeSettings(home, { ...registry.settings, 'workbench.colorTheme': theme })
    keel = await startServed(display, home)
    page = await openPage(browser, keel, { width, height })
    const view = extensions(page)
    const shoot = async (what) => {
      await page.mouse.move(width / 2, height - 4)
      await wb.settled(page)
      await picture(page, `extensions-${name}-${what}`)
    }
    await view.find('harbour', 'Harbour Engine')
    await shoot('1-search')
    await view.open('themes', 'Harbour Themes')
    await view.details.getByText('Two themes:').waitFor()
    await shoot('2-details')
    await view.ask('a command, completions', 'Harbour Tools')
    await shoot('3-publisher')
    await view.agree()
    await view.installed('Harbour Tools')
    await view.ask('harbour pack', 'Harbour Pack')
    await shoot('4-pack')
    await view.dialog.getByRole('button', { name: 'Cancel' }).click()
    await view.open('remote ssh', 'Harbour Remote SSH')
    await view.details.getByText(/over SSH is coming/).waitFor()
    await shoot('5-refused')
    await view.open('nice', 'Nice')
    await view.details.getByText('The end of the README.').waitFor()
    await shoot('6-hostile')
  })
}
