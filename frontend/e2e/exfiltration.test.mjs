// What strangers write, in every place where the window shows it, and while it
// streams in: nothing of it becomes a part of the page, and the browser's own log
// of its network has no trace of the addresses in it, not even of a name looked up.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { calls, says } from './bedrock.mjs'
import { until } from './harness.mjs'
import { corpus } from './hostile.mjs'
import { startAgent } from './scripted.mjs'
import * as wb from './workbench.mjs'

const pieces = corpus('https://evil.example')
const ofKind = (kind) => pieces.filter(({ name }) => name.startsWith(kind)).map(({ text }) => text)
const everything = [...ofKind('html'), ...ofKind('link')].join('\n\n')
const name = '<keel-attack><img src=x onerror=globalThis.attacked=1>.md'
const title = '<keel-attack> ![x](https://evil.example/title) [x](command:keel.quit)'

let agent, model, home, page, chat, folder, log

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keel-netlog-'))
  log = join(folder, 'log.json')
  agent = await startAgent({}, {}, [`--log-net-log=${log}`])
  ;({ model, home, page, chat } = agent)
  await page.evaluate(watch)
})
beforeEach(() => agent.anew())
afterEach((context) => page.isClosed() || wb.conclude(page, context))
after(async () => {
  if (!page.isClosed()) await agent.end()
  await rm(folder, { recursive: true })
})

/** Runs in the page: keeps what strangers' text should never become, also when it is gone again. */
function watch() {
  const selector = [
    'keel-attack, iframe, object, embed, base, portal, meta[http-equiv="refresh"], img[src="x"]',
    '[srcset], [ping], [onerror], [onload]',
    // Mermaid writes some of its own while it draws; the policy of the page never runs them.
    '[onclick]:not([onclick^="var pu = document.getElementById("])',
    ...['src', 'href', 'action', 'data', 'poster', 'background', 'style'].map(
      (attribute) => `[${attribute}*="evil.example"]`,
    ),
  ].join()
  globalThis.became = []
  const look = (node) => {
    if (!(node instanceof Element)) return
    const found = [...(node.matches(selector) ? [node] : []), ...node.querySelectorAll(selector)]
    // What understands Markdown starts with the first file of it, in Keel's own frame.
    const own = 'iframe.keel-extension-host[sandbox="allow-scripts"][src="/extensionHost.html"]'
    const others = found.filter((each) => !each.matches(own))
    globalThis.became.push(...others.map(({ outerHTML }) => outerHTML.slice(0, 200)))
  }
  look(document.documentElement)
  new MutationObserver((records) => {
    for (const { type, target, addedNodes } of records)
      if (type === 'attributes') look(target)
      else for (const node of addedNodes) look(node)
  }).observe(document, { subtree: true, childList: true, attributes: true })
  globalThis.tasks = []
  new PerformanceObserver((list) =>
    globalThis.tasks.push(...list.getEntries().map(({ duration }) => duration)),
  ).observe({ type: 'longtask' })
}

/** Nothing ran, and nothing became a part of the page since it was asked last. */
async function isHarmless() {
  await wb.settled(page)
  const found = await page.evaluate(() => [globalThis.attacked, globalThis.became.splice(0)])
  assert.deepEqual(found, [undefined, []])
}

/** A step that says a text in small parts, as it comes from a service. */
const streams = (text, size) => async (reply) => {
  for (let at = 0; at < text.length; at += size) {
    reply.say(text.slice(at, at + size))
    await new Promise((done) => setImmediate(done))
  }
}

const open = async (turn, name) => {
  const button = turn.getByRole('button', { name, expanded: false }).first()
  await button.click()
}

describe('what strangers write', { timeout: 300_000 }, () => {
  test('what is watched for is seen', async () => {
    const seen = await page.evaluate(async () => {
      const part = document.createElement('div')
      part.innerHTML = '<keel-attack></keel-attack><a href="https://evil.example/">x</a>'
      document.body.append(part)
      await new Promise((done) => setTimeout(done))
      part.remove()
      return globalThis.became.splice(0).length
    })
    assert.equal(seen, 2)
  })

  for (const size of [3, 50]) {
    test(`a reply that comes in parts of ${size}`, async () => {
      const prompt = model.on(`in parts of ${size}`, streams(`${everything}\n\nThat was all.`, size))
      const turn = await chat.run(prompt)
      await turn.getByText('That was all.').waitFor()
      await isHarmless()
    })
  }

  test('diagrams that come in parts', async () => {
    const diagrams = ofKind('diagram').slice(0, 30).join('\n\n')
    const turn = await chat.run(model.on('draw', streams(`${diagrams}\n\nDrawn.`, 20)))
    await turn.getByText('Drawn.').waitFor()
    await isHarmless()
  })

  test('what a model thinks', async () => {
    model.on('think', (reply) => {
      reply.think(everything)
      reply.say('Thought.')
    })
    const turn = await chat.run('think')
    await turn.getByText('Thought.').waitFor()
    await open(turn, /Thought|Thinking|Reasoning/i)
    await turn.getByText('keel').or(turn.getByText('onerror')).first().waitFor()
    await isHarmless()
  })

  test('what a tool returns, a file that is written, and its diff', async () => {
    await writeFile(join(home.folder, 'hostile.md'), everything)
    model.on(
      'read and write',
      calls('read_file', { path: 'hostile.md' }, everything.slice(0, 500)),
      calls('write_file', { path: `sub/${name}`, content: everything.replaceAll('\0', '') }),
      says('Written.'),
    )
    const turn = await chat.run('read and write')
    await turn.getByText('Written.').waitFor()
    for (const button of await turn.getByRole('button', { expanded: false }).all()) {
      if (await button.isVisible()) await button.click()
    }
    await isHarmless()
    await wb.runCommand(page, 'Keel: Show Changes')
    const row = page
      .getByRole('tree', { name: 'Changed files' })
      .getByRole('treeitem', { name: /keel-attack/ })
    await row.first().click()
    await wb.tab(page, /keel-attack/).waitFor()
    await isHarmless()
    await wb.runCommand(page, 'Keel: Show Checkpoint Timeline')
    await wb.openFile(page, 'hostile.md')
    await wb.runCommand(page, 'Keel: Show Audit Log')
    await wb.tab(page, /Audit/).waitFor()
    await isHarmless()
    await wb.closeEditors(page)
  })

  test('a file that a message points at: its chip and its preview', async () => {
    await writeFile(join(home.folder, name), everything)
    await wb.press(page, 'Control+Shift+E')
    const file = wb.inExplorer(page, name)
    await file.waitFor()
    await wb.chooseInMenu(page, file, 'Add to Chat')
    const chip = page.getByRole('button', { name: /^File .*keel-attack/ }).last()
    await chip.click()
    const preview = page.getByRole('dialog')
    await preview.getByText('globalThis.attacked').first().waitFor()
    await isHarmless()
    await wb.press(page, 'Escape')
    await preview.waitFor({ state: 'detached' })
    await (await chat.run(model.on('look at it', says('Seen.')))).getByText('Seen.').waitFor()
    await isHarmless()
  })

  test('the title of a session, in its list and in what is told of it', async () => {
    await (await chat.run(model.on(title, says('Named.')))).getByText('Named.').waitFor()
    await page.getByRole('button', { name: /^Session: / }).click()
    const list = page.getByRole('dialog', { name: 'Sessions' })
    await list.getByText('keel-attack').first().waitFor()
    await isHarmless()
    const row = list.getByText('keel-attack').first()
    await row.hover()
    await list
      .getByRole('button', { name: /^Delete/ })
      .first()
      .click()
    await wb.toast(page, 'Deleted the session').first().waitFor()
    await isHarmless()
    await wb.press(page, 'Escape')
    await wb.clearToasts(page)
  })

  const pathological = {
    brackets: '['.repeat(50_000),
    'quotes in quotes': '>'.repeat(10_000) + ' x',
    'a line of a megabyte': 'x'.repeat(1_000_000),
    blanks: ' '.repeat(50_000) + 'x',
    'a word before an @': 'a'.repeat(50_000) + '@',
    'bold that never ends': '**a'.repeat(20_000),
    'rows without a table': '|-\n'.repeat(10_000) + 'x',
  }
  test('text that nobody writes, in parts, does not hang the page', async (context) => {
    for (const [what, text] of Object.entries(pathological)) {
      await page.evaluate(() => void globalThis.tasks.splice(0))
      const size = Math.ceil(text.length / 50)
      const turn = await chat.run(model.on(`write ${what}`, streams(text, size), says('')))
      await turn.waitFor()
      const longest = await page.evaluate(() => Math.max(0, ...globalThis.tasks))
      context.diagnostic(`${what}: a task of ${Math.round(longest)} ms`)
      await agent.anew()
    }
    await isHarmless()
  })

  test('the browser’s log of its network knows none of the addresses', async () => {
    const other = await page.context().newPage()
    await other.goto('http://canary.example/').catch(() => undefined)
    await agent.end()
    const text = await until('the log is written', async () => {
      const text = await readFile(log, 'utf8')
      return text.trimEnd().endsWith('}') && text
    })
    assert.match(text, /canary\.example/)
    const found = text
      .split('\n')
      .filter((line) => /evil\.example|g\u0456thub|xn--gthub|bank\.example/.test(line))
    assert.deepEqual(found, [])
  })
})
