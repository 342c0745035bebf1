// Replies as the chat draws them: code with what can be done with it, diagrams,
// links; and what strangers may write in them. The model is scripted.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { says } from './bedrock.mjs'
import { until } from './harness.mjs'
import { corpus } from './hostile.mjs'
import { startAgent } from './scripted.mjs'
import * as wb from './workbench.mjs'

const timeout = 600_000

let agent, model, page, chat, evil
const asked = []

before(async () => {
  evil = createServer((request, response) => {
    asked.push(request.url)
    response.end()
  })
  await new Promise((done) => evil.listen(0, '127.0.0.1', done))
  agent = await startAgent()
  ;({ model, page, chat } = agent)
  const own = new URL(agent.keel.address).origin
  await page.context().route(
    (url) => url.protocol.startsWith('http') && url.origin !== own,
    (route) => {
      asked.push(route.request().url())
      return route.abort()
    },
  )
})
beforeEach(() => agent.anew())
afterEach((context) => wb.conclude(page, context))
after(async () => {
  await agent?.end()
  await new Promise((done) => evil.close(done))
})

const fence = (info, text) => '```' + info + '\n' + text + '\n```'

/** Has the model reply with a text, and returns the reply. */
async function reply(text) {
  const prompt = `reply ${Math.random().toString(36).slice(2)}`
  model.on(prompt, says(text))
  const turn = await chat.run(prompt)
  const shown = turn.locator('.markdown').last()
  await shown.waitFor()
  return shown
}

const diagram = (shown) => shown.getByRole('img', { name: /^Diagram: / })

describe('diagrams', { timeout }, () => {
  test('what draws them is loaded at the first one, not at the start', async () => {
    const loaded = () =>
      page.evaluate(() =>
        performance
          .getEntriesByType('resource')
          .filter(({ name }) => /mermaid|cytoscape/.test(name))
          .map(({ name }) => name),
      )
    assert.deepEqual(await loaded(), [])
    const shown = await reply(fence('mermaid', 'graph LR\n  Page --> Go\n  Go --> Disk'))
    await diagram(shown).waitFor()
    assert.match((await loaded()).join(), /mermaid/)
    assert.doesNotMatch((await loaded()).join(), /cytoscape|katex/, 'nor what other diagrams need')
  })

  test('one is an image in the theme’s colours, drawn anew when that changes', async () => {
    const shown = await reply(fence('mermaid', 'graph LR\n  Page --> Go'))
    const image = diagram(shown)
    await image.waitFor()
    const dark = await image.getAttribute('src')
    assert.match(dark, /^data:image\/svg\+xml;/)
    assert.match(decodeURIComponent(dark), />Page</)
    assert.equal(await image.evaluate((element) => element.complete && element.naturalWidth > 0), true)
    await wb.chooseTheme(page, 'Light Modern')
    await until('it is drawn anew', async () => (await image.getAttribute('src')) !== dark)
    await wb.chooseTheme(page, 'Dark Modern')
    await until('it is as it was', async () => (await image.getAttribute('src')) === dark)
  })

  test('its source can be seen and copied, and it can be enlarged', async () => {
    const shown = await reply(fence('mermaid', 'graph LR\n  Page --> Go'))
    await diagram(shown).waitFor()
    await shown.getByRole('button', { name: 'Copy the source' }).click()
    await until('it is copied', async () =>
      (await page.evaluate(() => navigator.clipboard.readText())).includes('Page --> Go'),
    )
    await shown.getByRole('button', { name: 'Enlarge' }).click()
    const dialog = page.getByRole('dialog', { name: 'Diagram' })
    await dialog.getByRole('img').waitFor()
    await wb.press(page, 'Escape')
    await dialog.waitFor({ state: 'detached' })
    await shown.getByRole('button', { name: 'Show the source' }).click()
    await shown.getByText('Page --> Go').waitFor()
    await shown.getByRole('button', { name: 'Show the diagram' }).click()
    await diagram(shown).waitFor()
  })

  test('one with a mistake stays code, with the reason; a large one waits for a click', async () => {
    const wrong = await reply(fence('mermaid', 'graph LR\n  A --> B\n  A -->'))
    await wrong.getByText(/mistake in line/).waitFor()
    await wrong.getByText('A --> B').waitFor()
    const many = Array.from({ length: 70 }, (_, i) => `  n${i} --> n${i + 1}`).join('\n')
    const large = await reply(fence('mermaid', `graph LR\n${many}`))
    await large.getByRole('button', { name: 'Draw' }).click()
    await diagram(large).waitFor()
    const blocks = await reply(fence('mermaid', 'block-beta\n  columns 9999\n  a space:9999 b'))
    await blocks.getByText('The diagram is too large').waitFor()
    await blocks.getByText('space:9999').waitFor()
    assert.equal(await blocks.getByRole('button', { name: 'Draw' }).count(), 0)
  })
})

describe('code', { timeout }, () => {
  test('long code is folded when it is seen again, and opens; lines wrap on request', async () => {
    const lines = Array.from({ length: 120 }, (_, i) => `line${i} := ${'x'.repeat(300)}`).join('\n')
    const shown = await reply(fence('go', lines))
    const whole = shown.getByRole('button', { name: 'Show the first 30 lines' })
    const all = shown.getByRole('button', { name: 'Show all 120 lines' })
    await all.or(whole).waitFor()
    if (await all.isVisible()) await all.click()
    const code = shown.locator('pre')
    const height = () => code.evaluate((element) => element.clientHeight)
    const open = await height()
    await whole.click()
    assert.ok((await height()) < open / 2)
    await all.click()
    assert.equal(await height(), open)
    await code.focus()
    await shown.getByRole('button', { name: 'Wrap long lines' }).click()
    await until('they wrap', () => code.evaluate((element) => element.scrollWidth === element.clientWidth))
  })

  test('its buttons are reached by keyboard, and are off until the code is whole', async () => {
    const shown = await reply(fence('go calc.go', 'package calc'))
    await shown.getByRole('figure', { name: 'Code, calc.go' }).waitFor()
    const button = shown.getByRole('button', { name: 'Copy code' })
    await button.focus()
    await until('they are seen', () =>
      button.evaluate((element) => getComputedStyle(element.parentElement).opacity === '1'),
    )
    assert.equal(await shown.getByRole('button', { name: 'Insert at cursor' }).isEnabled(), true)
    assert.equal(await shown.getByRole('button', { name: 'Apply to calc.go…' }).isEnabled(), true)
  })
})

describe('links', { timeout }, () => {
  test('one that looks like another address shows its own', async () => {
    const shown = await reply('[github.com](https://evil.example/x) and [docs](https://example.com/)')
    await shown.getByText('(https://evil.example/x)').waitFor()
    assert.equal(await shown.locator('.leads').count(), 1)
  })

  test('a file opens at its line', async () => {
    const shown = await reply('See [the sum](calc.go:3).')
    await shown.getByRole('link', { name: 'the sum' }).click()
    await wb.tab(page, 'calc.go').waitFor()
    await page.getByRole('button', { name: /Ln 3, Col 1/ }).waitFor()
  })
})

describe('what strangers write', { timeout }, () => {
  const pieces = corpus('https://evil.example')
  const batch = 20
  for (let from = 0; from < pieces.length; from += batch) {
    const some = pieces.slice(from, from + batch)
    test(`${some[0].name} to ${some.at(-1).name} run, load and hang nothing`, async (context) => {
      const local = corpus(`http://127.0.0.1:${evil.address().port}`).slice(from, from + batch)
      for (const { name, text } of local) {
        await page.evaluate(() => {
          const tasks = []
          globalThis.tasks = tasks
          globalThis.observer?.disconnect()
          globalThis.observer = new PerformanceObserver((list) =>
            tasks.push(...list.getEntries().map(({ duration }) => duration)),
          )
          globalThis.observer.observe({ type: 'longtask' })
        })
        const shown = await reply(text)
        const button = shown.getByRole('button', { name: 'Draw', exact: true })
        if (await button.isVisible()) await button.click()
        if (text.startsWith('```mermaid')) await settledDiagram(shown, name)
        const found = await page.evaluate(async () => {
          await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
          return {
            attacked: [globalThis.attacked, {}.attacked],
            tags: [
              ...document.querySelectorAll(
                '.markdown :is(script, style, link, meta, base, iframe, object, embed, form, input, textarea, svg, math, video, audio, template, dialog, [href], [src]:not([src^="data:image/svg+xml"]), [srcset], [onerror], [onload], [onclick], [ping])',
              ),
            ].map(({ outerHTML }) => outerHTML.slice(0, 200)),
            stages: document.querySelectorAll('.keel-diagram-stage').length,
            longest: Math.max(0, ...globalThis.tasks),
          }
        })
        assert.deepEqual(
          { ...found, longest: 0 },
          { attacked: [undefined, undefined], tags: [], stages: 0, longest: 0 },
          name,
        )
        assert.deepEqual(asked, [], name)
        if (found.longest > 200) context.diagnostic(`${name}: a task of ${Math.round(found.longest)} ms`)
        assert.ok(found.longest < 5000, `${name} kept the page busy for ${found.longest} ms`)
      }
    })
  }

  test('the address is heard when someone does ask', async () => {
    await fetch(`http://127.0.0.1:${evil.address().port}/canary`)
    assert.deepEqual(asked.splice(0), ['/canary'])
  })
})

/** Waits until a diagram is drawn, or said not to be. */
const settledDiagram = (shown, name) =>
  until(`${name} is drawn or not`, async () => {
    await shown.scrollIntoViewIfNeeded()
    return (await diagram(shown).count()) + (await shown.locator('.note').count()) > 0
  })
