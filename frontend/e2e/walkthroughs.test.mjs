// Walkthroughs that extensions bring, as a person meets them: a friendly one, and
// one that tries what a walkthrough must not do.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { extensions } from './extensions.mjs'
import {
  launchChromium,
  makeHome,
  openPage,
  patience,
  picture,
  reload,
  startDisplay,
  startServed,
  until,
} from './harness.mjs'
import { startRegistry, writeSettings } from './registry.mjs'
import * as wb from './workbench.mjs'

let display, browser, registry, home, keel, page, view, far
const asked = []

before(async () => {
  far = createServer((request, response) => {
    asked.push(request.url)
    response.writeHead(204).end()
  })
  await new Promise((done) => far.listen(0, '127.0.0.1', done))
  registry = await startRegistry()
  await registry.publish('tour')
  await registry.publish('tour', {
    change: (manifest) => Object.assign(manifest, { name: 'second', displayName: 'Second Tour' }),
  })
  await registry.publish('tour', { change: hostile })
  display = await startDisplay()
  browser = await launchChromium()
  home = await makeHome()
  await writeSettings(home, registry.settings)
  keel = await startServed(display, home)
  page = await openPage(browser, keel)
  view = extensions(page)
})

afterEach((context) => wb.conclude(page, context))

after(async () => {
  await browser?.close()
  await keel?.end()
  await registry?.end()
  await display?.end()
  await home?.remove()
  await new Promise((done) => far.close(done))
})

const walkthrough = () => page.locator('.keel-page[aria-label="Walkthrough"]')
const heading = (name) => walkthrough().getByRole('heading', { level: 1, name })
const step = (name) =>
  walkthrough()
    .getByRole('listitem')
    .filter({ has: head(name) })
const head = (name) => page.getByRole('heading', { level: 2, name, exact: true })
const box = (name) => walkthrough().getByRole('checkbox', { name: `Done: ${name}`, exact: true })

/** Opens a step by its title. */
async function openStep(name) {
  const button = walkthrough().getByRole('button', { name, exact: true })
  await until(`the step ${name} is open`, async () => {
    if ((await button.getAttribute('aria-expanded')) === 'true') return true
    await button.click()
    return false
  })
  return step(name)
}

const isDone = (name) => until(`${name} is done`, () => box(name).isChecked())

/** Waits until the profile keeps whether this step of the tour is done. */
const kept = (step, isDone) =>
  until(`${step} is kept as ${isDone ? 'done' : 'not done'}`, async () => {
    const stored = await page.evaluate(() => globalThis.go.bind.Storage.Load('profile'))
    const progress = new Map(JSON.parse(stored['keel.walkthroughs.done'] ?? '[]'))
    return (progress.get('harbour.tour#first') ?? []).includes(step) === isDone
  })

/** The walkthrough of an extension that means no good. */
function hostile(manifest) {
  const address = `http://127.0.0.1:${far.address().port}`
  const script = '<script>window.owned=1</script><img src=x onerror="window.owned=1">'
  const pictures = [
    `${address}/picture.png`,
    '../../../../etc/passwd.png',
    'media/../../../x.png',
    'data:image/svg+xml,<svg/>.svg',
    'media/hostile.svg',
    'media/bomb.svg',
  ]
  const description = [
    `${script} <svg onload="window.owned=1"></svg> <iframe src="${address}/frame"></iframe>`,
    `![far](${address}/markdown.png) [go](javascript:window.owned=1)`,
    'Pay \u202eecnalab\u202c now \u200b',
    '[Approve](command:keel.approve)',
    '[Type](command:workbench.action.terminal.sendSequence?%7B%22text%22%3A%22touch%20typed.txt%5Cn%22%7D)',
    '[Install](command:workbench.extensions.installExtension?%22harbour.theme%22)',
    '[Trust](command:setContext?%5B%22keel.trusted%22%2Ctrue%5D)',
    '[Both](command:runCommands?%7B%22commands%22%3A%5B%22tour.greet%22%2C%22keel.approve%22%5D%7D)',
    '[Blind](command:tour.greet?{)',
    `within a text [Quit](command:workbench.action.quit), and [bank](https://bank.example@evil.example/)`,
  ].join('\n')
  manifest.name = 'pirate'
  manifest.displayName = `Pirate ${script}`
  manifest.contributes = {
    walkthroughs: [
      {
        id: 'first',
        title: `Board ${script} \u202eti`,
        description: `${script}\n${'x '.repeat(100_000)}`,
        steps: [
          {
            id: 'all',
            title: `All ${script}`,
            description,
            media: { image: pictures[0], altText: `far ${script}` },
          },
          ...pictures.map((image, n) => ({
            id: `picture${n}`,
            title: `Picture ${n}`,
            description: '',
            media: { image, altText: `words ${n}` },
          })),
          { id: 'deep', title: 'Deep', description: '>'.repeat(100_000), media: {} },
          { id: 'long', title: 'Long'.repeat(10_000), description: '**a'.repeat(30_000), media: {} },
          ...Array.from({ length: 10_000 }, (_, n) => ({ id: `s${n}` })),
        ],
      },
    ],
  }
  delete manifest.browser
}

test('after an installation the walkthrough is open, and takes the keyboard from nobody', async () => {
  await wb.openFile(page, 'calc.go')
  await view.install('walkthrough with steps', 'Harbour Tour')
  await heading('Get to Know the Harbour').waitFor()
  await walkthrough().getByText('By the extension Harbour Tour (harbour.tour)').waitFor()
  await wb.tab(page, 'Walkthrough').waitFor()
  const focused = await page.evaluate(() => Boolean(document.activeElement?.closest('.keel-page')))
  assert.equal(focused, false, 'the walkthrough has taken the keyboard')
  // Of the first step, which is open, the picture wears the theme.
  await step('Say hello').getByRole('img', { name: 'A boat in the harbour' }).waitFor()
  assert.equal(await step('Sail out').count(), 0, 'its condition does not hold')
  await walkthrough().getByText('0 of 4 steps done').waitFor()
})

test('a button runs its command in the worker, with what the walkthrough says, and the step is done', async () => {
  await openStep('Say hello')
  await step('Say hello').getByRole('button', { name: 'Say Hello', exact: true }).click()
  await wb.toast(page, 'Ahoy, {"name":"captain"}').waitFor()
  await isDone('Say hello')
  await step('Say hello').getByRole('button', { name: 'a boat that sinks' }).click()
  const trouble = step('Say hello').getByRole('alert')
  await trouble.getByText('the boat has sunk').waitFor()
  await trouble.getByRole('button', { name: 'Dismiss' }).click()
  await trouble.waitFor({ state: 'detached' })
})

test('a text of the extension is drawn, with its own pictures and no others', async () => {
  const look = await openStep('Look around')
  await look.getByRole('heading', { name: 'What is in a harbour' }).waitFor()
  await look.getByRole('img', { name: 'A boat', exact: true }).waitFor()
  await look.getByText('Image: Not there').waitFor()
  assert.equal(await look.locator('img').count(), 1)
  await isDone('Look around') // it says nothing of when it is done, and has no button
})

test('an address is shown, and asked about before it is opened', async () => {
  const docs = await openStep('Read on')
  await docs.getByRole('img', { name: 'A small boat' }).waitFor()
  await docs.getByText('https://boats.example/handbook').waitFor()
  await docs.getByRole('button', { name: 'Read the Handbook' }).click()
  const question = page.getByRole('dialog').filter({ hasText: 'Open this address outside Keel?' })
  await question.getByText('https://boats.example/handbook').waitFor()
  await question.getByRole('button', { name: 'Cancel' }).click()
  await question.waitFor({ state: 'detached' })
  await isDone('Read on')
})

test('what extensions may not run is no button, and says why', async () => {
  const pace = await openStep('Choose a pace')
  await pace.getByText('A picture that is not there').waitFor()
  await pace
    .getByText('Open a Terminal is not a button here, because it types into a terminal or starts one.')
    .waitFor()
  assert.equal(await pace.getByRole('button', { name: 'Open a Terminal' }).count(), 0)
  assert.equal(await box('Choose a pace').isChecked(), false)
  await pace.getByRole('button', { name: 'Open Settings' }).click()
  await wb.tab(page, 'Settings').waitFor()
  await writeSettings(home, { 'tour.pace': 'fast' })
  await wb.tab(page, 'Walkthrough').click()
  await isDone('Choose a pace')
})

test('a box can be ticked and cleared by the keyboard', async () => {
  await box('Look around').focus()
  await wb.press(page, 'Space')
  await until('it is not done', async () => !(await box('Look around').isChecked()))
  await walkthrough().getByText('3 of 4 steps done').waitFor()
  await wb.press(page, 'Tab')
  const button = walkthrough().getByRole('button', { name: 'Look around', exact: true })
  assert.ok(await button.evaluate((element) => element === document.activeElement))
})

test('what is done, and the page, are there after a reload', async () => {
  await kept('pace', true)
  await kept('look', false)
  await wb.stored(page, 'harbour.tour#first')
  await wb.stored(page, 'keel.walkthrough')
  await reload(page)
  await heading('Get to Know the Harbour').waitFor()
  await walkthrough().getByText('3 of 4 steps done').waitFor()
  assert.equal(await box('Say hello').isChecked(), true)
  assert.equal(await box('Look around').isChecked(), false)
  await step('Look around').getByText('This is what lies here.').waitFor() // the first that is not done
})

test('conditions are looked at as they change', async () => {
  await wb.runCommand(page, 'Tour: Make Ready')
  await step('Sail out').waitFor()
  await walkthrough().getByText('3 of 5 steps done').waitFor()
})

test('the command offers every walkthrough, and an extension may name one and its step', async () => {
  await wb.closeEditors(page)
  await wb.askCommand(page, 'Welcome: Open Walkthrough...', 'Open Walkthrough')
  await wb
    .quickInput(page)
    .getByRole('option', { name: /^For the Ready, Harbour Tour/ })
    .waitFor()
  await wb
    .quickInput(page)
    .getByRole('option', { name: /^Get to Know the Harbour, Harbour Tour/ })
    .click()
  await heading('Get to Know the Harbour').waitFor()
  await walkthrough().getByRole('button', { name: 'Other Walkthroughs…' }).click()
  await wb
    .quickInput(page)
    .getByRole('option', { name: /^For the Ready/ })
    .click()
  await heading('For the Ready').waitFor()
  await wb.runCommand(page, 'Tour: Show the Handbook')
  await step('Read on').getByRole('button', { name: 'Read the Handbook' }).waitFor()
})

test('a walkthrough opens behind what somebody writes', async () => {
  await wb.closeEditors(page)
  await wb.openFile(page, 'calc.go')
  registry.hold(/\.vsix$|VSIXPackage$/)
  await view.ask('walkthrough with steps', 'Second Tour')
  await view.agree()
  const writing = () =>
    page.evaluate(() => Boolean(document.activeElement?.closest('.part.editor .monaco-editor')))
  await until('the editor has the keyboard', async () => {
    if (await writing()) return true
    await wb.tab(page, 'calc.go').click()
    await wb.lines(page).click({ timeout: 5000 })
    return false
  })
  registry.release()
  await wb.tab(page, 'Walkthrough').waitFor()
  await view.installed('Second Tour')
  assert.equal(await wb.tab(page, 'calc.go').getAttribute('aria-selected'), 'true')
  assert.ok(await writing(), 'the keyboard was taken')
  await wb.tab(page, 'Walkthrough').click()
  await walkthrough().getByText('By the extension Second Tour (harbour.second)').waitFor()
})

test(
  'a hostile walkthrough draws nothing that acts, asks nobody, and holds nothing up',
  { timeout: 5 * patience },
  async () => {
    await wb.closeEditors(page)
    await page.evaluate(() => {
      globalThis.longest = 0
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries())
          globalThis.longest = Math.max(globalThis.longest, duration)
      }).observe({ type: 'longtask' })
    })
    await view.install('walkthrough with steps', 'Pirate')
    const title = walkthrough().getByRole('heading', { level: 1 })
    await until('it is open', async () => (await title.innerText()).startsWith('Board <script>'))
    assert.equal(await walkthrough().locator('ol > li').count(), 50)
    await picture(page, 'walkthroughs-hostile')

    const all = walkthrough().locator('ol > li').first()
    await all
      .getByText(/because it approves, trusts/)
      .first()
      .waitFor()
    assert.deepEqual(
      (await all.locator('.words button').allInnerTexts()).map((text) => text.trim()),
      [],
      'a button that must not be there',
    )
    for (const name of ['Approve', 'Type', 'Install', 'Trust', 'Both', 'Blind', 'Quit'])
      await all.getByText(`${name} is not a button here, because`).waitFor()
    assert.doesNotMatch(await walkthrough().innerText(), /[\u202a-\u202e\u200b]/, 'it turns what is read')

    for (let n = 0; n < 6; n++) {
      const one = await openStep(`Picture ${n}`)
      await one.getByText(`words ${n}`).waitFor()
    }
    await openStep('Deep')
    const active = await page.evaluate(() => ({
      owned: globalThis.owned,
      elements: document.querySelectorAll(
        '.keel-page :is(script, iframe, object, embed, form, svg, style, link, [onerror], [onload], [href], [srcset])',
      ).length,
      images: [...document.querySelectorAll('.keel-page img')].map(({ src }) => src),
    }))
    assert.deepEqual(active, { owned: undefined, elements: 0, images: [] })
    assert.deepEqual(asked, [], 'somebody far away was asked')
    assert.ok(!existsSync(join(home.folder, 'typed.txt')))
    assert.equal((await readFile(join(home.folder, 'calc.go'), 'utf8')).includes('pirate'), false)
    console.log(
      '# the longest time that the page was held up:',
      await page.evaluate(() => globalThis.longest),
    )
  },
)
