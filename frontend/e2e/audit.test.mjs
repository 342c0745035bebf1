// The audit log as a person reads it: what the agent did in the real program,
// with its reasons, found, opened, copied, and growing while it is read.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { calls, says } from './bedrock.mjs'
import { picture, until } from './harness.mjs'
import { command, startAgent } from './scripted.mjs'
import * as wb from './workbench.mjs'

let agent, model, page, chat

before(async () => {
  agent = await startAgent({ 'keelAgent.trustedCommands': ['printf *'] })
  ;({ model, page, chat } = agent)
})
beforeEach(() => agent.anew())
afterEach((context) => wb.conclude(page, context))
after(() => agent?.end())

const grid = () => page.getByRole('treegrid', { name: 'Audit log' })
const rows = () => grid().locator('[data-seq]')
const row = (name) => rows().and(page.getByRole('row', { name })).first()
const search = () => page.getByRole('searchbox', { name: 'Search the audit log' })

async function show() {
  await wb.runCommand(page, 'Keel: Show Audit Log')
  await search().fill('')
}

async function choose(label, option) {
  await page.getByRole('combobox', { name: label }).selectOption({ label: option })
}

/** A turn with a step that runs unasked, one that is approved, and one that is rejected. */
async function work(name) {
  model.on(
    `${name} works`,
    calls('read_file', { path: 'calc.go' }),
    calls('run_command', { command: `echo ${name}-approved` }),
    calls('run_command', { command: `echo ${name}-rejected` }),
    says(`${name} is done.`),
  )
  const turn = await chat.send(`${name} works`)
  // By its command: the next card has such a button too, as soon as this one is answered.
  const first = turn.getByRole('region', { name: 'Command' }).filter({ hasText: `${name}-approved` })
  await wb.pressWhenReady(first.getByRole('button', { name: 'Run', exact: true }))
  await command(turn).getByText(`${name}-rejected`).first().waitFor()
  await command(turn).getByRole('button', { name: 'Reject…' }).click()
  await command(turn).getByRole('textbox').fill(`not ${name}`)
  await wb.press(page, 'Enter')
  await turn.getByText(`${name} is done.`).waitFor()
  await chat.ended(turn)
}

describe('the audit log', { timeout: 300_000 }, () => {
  test('says what was done, how it was decided and why, and is searched', async () => {
    await work('alpha')
    await show()
    await row(/^You approved: run_command echo alpha-approved/).waitFor()
    await row(/^Ran unasked: read_file calc\.go/).waitFor()
    const rejected = row(/^You rejected: run_command echo alpha-rejected/)
    await rejected.getByText('not alpha').waitFor()
    await page.getByText(/audit/).filter({ hasText: '/' }).first().waitFor()

    await search().fill('ALPHA-approved')
    await until('one entry is left', async () => (await rows().count()) === 1)
    await search().fill('')
    await choose('Outcome', 'You rejected')
    await rejected.waitFor()
    await row(/^You approved/).waitFor({ state: 'detached' })
    await choose('Kind', 'Web pages')
    await page.getByText('No entry matches.').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).first().click()
    await row(/^You approved/).waitFor()
    await wb.settled(page)
    await picture(page, 'audit-log')
  })

  test('opens an entry by keyboard and copies it as JSON', async () => {
    await work('beta')
    await show()
    await search().fill('beta-')
    await row(/beta-approved/).waitFor()
    await rows().first().focus()
    await wb.press(page, 'ArrowDown', 'Enter')
    const approved = row(/beta-approved/)
    assert.equal(await approved.getAttribute('aria-expanded'), 'true')
    const details = grid().locator('[data-details]')
    await details.getByText('Whose rule').waitFor()
    await details.getByText(/exit code 0/).waitFor()
    await wb.settled(page)
    await picture(page, 'audit-entry')
    await details.getByRole('button', { name: 'Copy this entry as JSON' }).click()
    const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))
    assert.equal(copied.command, 'echo beta-approved')
    assert.equal(copied.outcome, 'approved')
    assert.ok(copied.hash, 'it names the hash of what was agreed to')
    await wb.press(page, 'Escape')
    await until('the row has the keyboard', () =>
      approved.evaluate((each) => each === document.activeElement),
    )
    await wb.press(page, 'ArrowLeft')
    await details.waitFor({ state: 'detached' })
  })

  test('holds new entries back while one is read, and shows them by a press', async () => {
    await work('gamma')
    await show()
    await row(/gamma-rejected/).click()
    model.on('gamma again', calls('run_command', { command: 'printf gamma-new' }), says('Done again.'))
    await chat.open()
    await chat.run('gamma again')
    const bar = page.getByRole('button', { name: /new entr/ })
    await bar.waitFor()
    assert.equal(await row(/gamma-new/).count(), 0)
    await bar.click()
    await row(/^Ran unasked: run_command printf gamma-new/).waitFor()
    await bar.waitFor({ state: 'detached' })
  })

  test('is in the menu of the chat, and where it was when its tab comes back', async () => {
    await show()
    await search().fill('nothing has this text')
    await page.getByText('No entry matches.').waitFor()
    await wb.openFile(page, 'calc.go')
    await page.locator('.part.auxiliarybar .codicon-toolbar-more').first().click()
    // By its key: a menu takes no click in the moment after it has opened.
    await page.getByRole('menuitem', { name: 'Show Audit Log' }).hover()
    await page.keyboard.press('Enter')
    await page.getByText('No entry matches.').waitFor()
    assert.equal(await search().inputValue(), 'nothing has this text')
  })
})

describe('a long log', { timeout: 300_000 }, () => {
  test('of 10,000 entries draws only what shows, by keys and by scrolling', async () => {
    // So many calls of an agent would take an hour: the page is told of them as Go would.
    await page.evaluate(() => {
      const list = window.go.bind.Audit.List
      window.restore = () => (window.go.bind.Audit.List = list)
      window.go.bind.Audit.List = async ({ before, limit }) => {
        const from = before ? before - 1 : 10_000
        const entries = Array.from({ length: Math.min(from, limit || 200) }, (_, i) => ({
          seq: from - i,
          at: Date.now(),
          event: 'decision',
          tool: 'run_command',
          kind: 'execute',
          command: `echo ${from - i}`,
          outcome: 'allowed',
        }))
        return { seq: 1, entries, more: from > entries.length, sessions: [], file: '/log', damaged: 0 }
      }
    })
    try {
      await wb.closeEditors(page)
      await show()
      await row(/echo 10000$/).focus()
      await page.evaluate(() => {
        window.longest = 0
        let last = performance.now()
        const frame = (now) => {
          window.longest = Math.max(window.longest, now - last)
          last = now
          window.ticking = requestAnimationFrame(frame)
        }
        window.ticking = requestAnimationFrame(frame)
      })
      await until('the last entry has the keyboard', async () => {
        await wb.press(page, 'End')
        // Finding a row by its name would hold the page up for longer than drawing does.
        return page.evaluate(() => document.activeElement?.getAttribute('data-seq') === '1')
      })
      await wb.press(page, 'Home', 'PageDown', 'Enter')
      const longest = await page.evaluate(() => {
        cancelAnimationFrame(window.ticking)
        return Math.round(window.longest)
      })
      console.log(`    longest frame over 10,000 entries: ${longest} ms`)
      assert.ok((await rows().count()) < 100, 'only what shows is drawn')
      assert.equal(await grid().getAttribute('aria-rowcount'), '10001')
    } finally {
      await page.evaluate(() => window.restore())
      await wb.closeEditors(page)
    }
  })
})
