// Pictures to look at: the window in a dark and a light theme, small and large.
// With KEEL_PICTURE=1 it also makes the README's.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import {
  launchChromium,
  looksOf,
  makeHome,
  openPage,
  picture,
  pictures,
  startDisplay,
  startServed,
  tellRunning,
  top,
} from './harness.mjs'
import * as wb from './workbench.mjs'

let display, browser, home, keel, page

before(async () => {
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
  await display?.end()
})

const looks = looksOf([
  { theme: 'Dark Modern', name: 'dark', width: 1280, height: 800 },
  { theme: 'Light Modern', name: 'light', width: 1280, height: 800 },
  { theme: 'Dark Modern', name: 'dark-large', width: 1920, height: 1080 },
  { theme: 'Light Modern', name: 'light-large', width: 1920, height: 1080 },
])

for (const { theme, name, width, height } of looks) {
  test(`pictures, ${name}`, { timeout: 300_000 }, async () => {
    home = await makeHome()
    keel = await startServed(display, home, { folder: '' })
    page = await openPage(browser, keel, { width, height })
    const shoot = async (what) => {
      await page.mouse.move(width / 2, height - 4)
      await wb.settled(page)
      await picture(page, `${name}-${what}`)
    }
    if (theme !== 'Dark Modern') await wb.chooseTheme(page, theme)
    await shoot('0-no-folder')
    await tellRunning(display, home, home.folder)
    await wb.inExplorer(page, 'calc.go').waitFor()
    const chat = wb.chat(page)
    await chat.open()
    await shoot('1-empty-chat')

    await wb.openFile(page, 'calc.go')
    await chat.open()
    const turn = await chat.send('add a function Sum to calc.go with a test and run the tests')
    const command = turn.getByRole('region', { name: 'Command' })
    await command.getByRole('button', { name: 'Run', exact: true }).waitFor()
    await shoot('2-approval')
    await command.getByRole('button', { name: 'Trust', exact: true }).click()
    await page.getByRole('dialog', { name: /^Run it, and do not ask again/ }).waitFor()
    await shoot('3-trust')
    await wb.press(page, 'Escape')
    await wb.pressWhenReady(command.getByRole('button', { name: 'Run', exact: true }))
    await chat.ended(turn)
    await shoot('4-turn')

    await turn.getByRole('button', { name: 'View all changes' }).click()
    await page.locator('.multiDiffEntry', { hasText: 'calc_test.go' }).first().waitFor()
    await page.locator('.multiDiffEntry .modified .view-line', { hasText: 'func Sum' }).first().waitFor()
    await shoot('5-all-changes')

    await turn.getByRole('button', { name: 'Restore', exact: true }).click()
    await page.getByRole('dialog', { name: 'Put everything back to this point' }).waitFor()
    await turn.getByRole('button', { name: 'Restore', exact: true }).first().scrollIntoViewIfNeeded()
    await shoot('6-restore')
    await wb.press(page, 'Escape')

    await turn.getByRole('button', { name: 'Revert all changes' }).click()
    await wb.toast(page, 'Reverted 2 files.').waitFor()
    await shoot('7-reverted')
    await wb.clearToasts(page)

    await chat.newSession()
    await chat.setMode('Supervised')
    const edit = (await chat.send('replace "Add returns" with "Add gives" in calc.go')).getByRole('region', {
      name: 'Edit calc.go',
    })
    await edit.getByRole('button', { name: 'Accept', exact: true }).waitFor()
    await shoot('8-supervised')
    await edit.getByRole('button', { name: 'Reject…' }).click()
    await shoot('9-reject')
    await chat.stop.click()
    await chat.ended()
  })
}

async function makePicture() {
  home = await makeHome()
  keel = await startServed(display, home)
  page = await openPage(browser, keel, { width: 1440, height: 900 })
  const chat = wb.chat(page)
  await wb.openFile(page, 'calc.go')
  await chat.open()
  const turn = await chat.send('add a function Sum to calc.go with a test and run the tests')
  await wb.pressWhenReady(
    turn.getByRole('region', { name: 'Command' }).getByRole('button', { name: 'Run', exact: true }),
  )
  await chat.ended(turn)
  await turn.getByRole('button', { name: 'View all changes' }).click()
  await page.locator('.multiDiffEntry .modified .view-line', { hasText: 'func Sum' }).first().waitFor()
  await wb.settled(page)
  await picture(page, 'readme')
  const made = join(top, 'build/picture.png')
  execFileSync('convert', [join(pictures, 'readme.png'), '+dither', '-colors', '200', `png8:${made}`])
  assert.ok(statSync(made).size < 300_000, `the picture has ${statSync(made).size} bytes`)
}

if (process.env.KEEL_PICTURE) test('the README’s picture', { timeout: 300_000 }, makePicture)
