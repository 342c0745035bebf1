// Pictures of what a message points at, to be looked at: in the themes, and in a
// narrow chat. That all of it fits is checked.
import assert from 'node:assert/strict'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { gate, holds as goesOn, says as answers } from './bedrock.mjs'
import { looksOf, picture, until } from './harness.mjs'
import * as refs from './references.mjs'
import { startAgent } from './scripted.mjs'
import { hangs, holds, leadsTo, startWeb } from './web.mjs'
import * as wb from './workbench.mjs'

let agent, home, page, chat, web

const long = 'an_unusually_long_name_of_a_file_that_somebody_has_generated.md'
const guide = `<html><head><title>A guide to adding numbers</title></head><body><h1>Adding</h1>${'<p>Adding takes two numbers and gives their sum.</p>'.repeat(2000)}<p hidden>no</p></body></html>`

before(async () => {
  web = await startWeb({
    'http://docs.test/guide': leadsTo('http://www.docs.test/guide/2'),
    'http://www.docs.test/guide/2': holds('text/html', guide, {
      'Last-Modified': 'Mon, 06 May 2024 07:08:09 GMT',
    }),
    'http://docs.test/inside': (...all) => leadsTo(`${web.machine}/keys`)(...all),
    'http://slow.test/': hangs,
  })
  agent = await startAgent(web.settings)
  ;({ home, page, chat } = agent)
  await mkdir(join(home.folder, 'lib/shapes'), { recursive: true })
  await writeFile(join(home.folder, 'lib/shapes/circle.go'), 'package shapes\n\nfunc Circle() {}\n')
  await writeFile(join(home.folder, long), '# A\n'.repeat(50_000))
  await writeFile(join(home.folder, '.env'), 'PASSWORD=hunter2\n')
})

after(async () => {
  await agent?.end()
  await web?.end()
})

afterEach((context) => wb.conclude(page, context))

/** Drags the chat's edge until it is this wide. */
async function widen(width) {
  const view = await page.locator('.part.auxiliarybar').boundingBox()
  await page.mouse.move(view.x, 300)
  await page.mouse.down()
  await page.mouse.move(view.x + view.width - width, 300, { steps: 5 })
  await page.mouse.up()
}

/** Nothing in the chat may be wider than it. */
async function fits() {
  const wide = await page.locator('.keel-chat').evaluate((root) => {
    const edge = root.getBoundingClientRect().right + 1
    return [...root.querySelectorAll('.composer *, .prompt *')]
      .filter((each) => each.getClientRects().length > 0 && each.getBoundingClientRect().right > edge)
      .map((each) => each.outerHTML.slice(0, 120))
  })
  assert.deepEqual(wide, [])
}

const looks = looksOf([
  ['Dark Modern', 'dark', 380],
  ['Light Modern', 'light', 380],
  ['Dark High Contrast', 'contrast', 380],
  ['Light High Contrast', 'contrast-light', 380],
  ['Dark Modern', 'dark-narrow', 300],
  ['Light Modern', 'light-narrow', 300],
])

for (const [theme, name, width] of looks) {
  test(`pictures of references, ${name}`, { timeout: 300_000 }, async () => {
    const shoot = async (what) => {
      await fits()
      await picture(page, `references-${name}-${what}`)
    }
    await wb.chooseTheme(page, theme)
    await chat.open()
    await chat.newSession()
    await widen(width)
    await chat.input.click()
    await page.keyboard.type('#ci')
    await refs.options(page).filter({ hasText: 'circle.go' }).first().waitFor()
    await until(
      'symbols are there',
      async () => (await refs.options(page).filter({ hasText: 'Circle' }).count()) > 0,
    )
    await wb.press(page, 'ArrowDown')
    await shoot('1-picker')
    await chat.input.fill('')
    await page.keyboard.type('#url:docs.t')
    await shoot('2-address')
    await wb.press(page, 'Control+A', 'Delete')
    await writeFile(join(home.folder, 'gone.go'), 'package gone\n')
    await refs.pick(page, 'gone', 'gone.go')
    await rm(join(home.folder, 'gone.go'))
    await refs.pick(page, 'file:unusually', long)
    await refs.pick(page, 'file:.env', '.env')
    await refs.pick(page, 'calc.go')
    await refs.pasteText(page, 'http://docs.test/guide')
    await refs.says(refs.chips(page), 'File an_', /cut$/)
    await refs.chip(refs.chips(page), 'File gone.go').click()
    await refs
      .preview(page)
      .getByText(/no longer|not there|gone/)
      .last()
      .waitFor()
    await shoot('3-missing')
    await refs.closePreview(page)
    await shoot('4-chips')
    await refs.previewed(page, refs.chip(refs.chips(page), 'Web page'))
    await shoot('5-preview')
    await refs.closePreview(page)
    await chat.input.click()
    await wb.press(page, 'Control+A', 'Delete', 'Backspace')
    await shoot('6-focus')
    await refs.chips(page).getByRole('button', { name: 'Send it anyway: .env' }).click()
    await wb.press(page, 'Escape')
    await chat.input.click()
    const prompt = `look at all of this, ${name}`
    await page.keyboard.type(prompt)
    const going = gate()
    agent.model.on(prompt, goesOn('Looking…', going, answers(' Done.')))
    await wb.press(page, 'Enter')
    await chat.last.getByText('Looking…').waitFor()
    await refs.pick(page, 'README', 'README.md')
    await page.keyboard.type('and then this')
    agent.model.on('#README.md and then this', answers('Read.'))
    await wb.press(page, 'Enter')
    await agent.queued('and then this').waitFor()
    await shoot('7-sent')
    going.open()
    await chat.log.getByText('Read.').waitFor()
    await chat.ended()
    await refs.pasteText(page, 'read http://slow.test/')
    agent.model.on('read http://slow.test/', answers('Never.'))
    await wb.press(page, 'Enter')
    await chat.last.getByText('Reading 1 reference…').waitFor()
    await shoot('8-reading')
    await chat.stop.click()
    await chat.ended()
    await refs.dropFiles(page, chat.log, [join(home.folder, 'calc.go')], { type: 'over' })
    await page.getByText('Drop it here').waitFor()
    await shoot('9-drop')
    await page.getByText('Drop it here').waitFor({ state: 'detached' })
  })
}
