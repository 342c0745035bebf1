// What a person does with a command that waits for an answer. The service is
// scripted; the rest is real.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { calls, results, says } from './bedrock.mjs'
import { startDesktop } from './desktop.mjs'
import { picture, until } from './harness.mjs'
import { command, runButton, startAgent } from './scripted.mjs'
import * as wb from './workbench.mjs'

let desktop, agent, model, home, page, chat

before(async () => {
  desktop = await startDesktop()
  agent = await startAgent({}, desktop.env)
  ;({ model, home, page, chat } = agent)
})

beforeEach(() => agent.anew())
afterEach((context) => wb.conclude(page, context))
after(async () => {
  await agent?.end()
  await desktop?.end()
})

const focused = (locator) => locator.evaluate((element) => element === document.activeElement)
const hasKeyboard = (what, locator) => until(`${what} has the keyboard`, () => focused(locator))
const button = (turn, name) => command(turn).getByRole('button', { name, exact: true })

/** Has the agent want to run a command, and waits until it asks. */
async function asks(prompt, line, ...more) {
  model.on(prompt, calls('run_command', { command: line }), ...(more.length > 0 ? more : [says('Done.')]))
  const turn = await chat.send(prompt)
  await runButton(turn).waitFor()
  return turn
}

/** Presses a key until a card has gone: in its first moment it takes none. */
const answers = (turn, key, gone = runButton(turn)) =>
  until(`${key} answers`, async () => {
    if (!(await gone.isVisible())) return true
    await page.keyboard.press(key)
    return false
  })

/** Says whether the folder is trusted, as the workbench's own dialog does. */
async function trustFolder(trusted) {
  await page.evaluate((value) => window.go.bind.Trust.SetFolder(value), trusted)
}

describe('1 by keyboard', { timeout: 300_000 }, () => {
  test('Run has the keyboard, Tab goes through the card, Enter runs', async () => {
    const turn = await asks('run it', 'printf done > by-keyboard')
    await hasKeyboard('Run', runButton(turn))
    assert.equal(await command(turn).getByLabel('The whole command').innerText(), 'printf done > by-keyboard')
    await command(turn).getByText('the opened folder').waitFor()
    for (const name of ['Reject…', 'Edit…', 'Trust']) {
      await page.keyboard.press('Tab')
      await hasKeyboard(name, button(turn, name))
    }
    for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+Tab')
    await answers(turn, 'Enter')
    await chat.ended(turn)
    await hasKeyboard('the input', chat.input)
    assert.equal(await home.read('by-keyboard'), 'done')
  })

  test('Reject asks why, and the agent reads it with its next request', async () => {
    const turn = await asks('publish it', 'touch published')
    await hasKeyboard('Run', runButton(turn))
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    const reason = command(turn).getByRole('textbox')
    await hasKeyboard('the reason', reason)
    await page.keyboard.type('Never from this machine')
    await page.keyboard.press('Enter')
    await chat.ended(turn)
    await command(turn).getByText('You said: Never from this machine').waitFor()
    const [, second] = model.requests('publish it')
    assert.match(results(second).join(), /Never from this machine/)
    assert.ok(!existsSync(join(home.folder, 'published')))
    await hasKeyboard('the input', chat.input)
  })

  test('the trusted commands are one link away', async () => {
    const turn = await asks('look at trust', 'touch never')
    await button(turn, 'Edit Trusted Commands').waitFor()
    await chat.stop.click()
  })
})

describe('2 edit before it runs', { timeout: 300_000 }, () => {
  test('what runs is the edited command; both are shown and the agent is told', async () => {
    const turn = await asks('make a file', 'printf wrong > wrong.txt')
    await hasKeyboard('Run', runButton(turn))
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    const field = command(turn).getByRole('textbox', { name: 'Command to run instead' })
    await hasKeyboard('the field', field)
    await page.keyboard.press('Control+A')
    await page.keyboard.press('Delete')
    assert.ok(await button(turn, 'Run Edited Command').isDisabled())
    await page.keyboard.type('printf right > right.txt')
    await page.keyboard.press('Enter')
    await page.keyboard.type('printf more > more.txt')
    await answers(turn, 'Control+Enter', field)
    await chat.ended(turn)
    assert.equal(await home.read('right.txt'), 'right')
    assert.equal(await home.read('more.txt'), 'more')
    assert.ok(!existsSync(join(home.folder, 'wrong.txt')), 'what was shown first has not run')
    await button(turn, 'You changed the command').click()
    await command(turn)
      .getByLabel('What the agent wanted to run')
      .getByText('printf wrong > wrong.txt')
      .waitFor()
    const [, second] = model.requests('make a file')
    assert.match(results(second).join(), /right\.txt/, 'the agent reads what ran')
  })

  test('Escape goes back and runs nothing', async () => {
    const turn = await asks('change nothing', 'touch never')
    await wb.pressWhenReady(button(turn, 'Edit…'))
    await command(turn).getByRole('textbox', { name: 'Command to run instead' }).press('Escape')
    await hasKeyboard('Run', runButton(turn))
    assert.equal(await turn.getAttribute('aria-busy'), 'true', 'and stops nothing')
    await chat.stop.click()
    await chat.ended(turn)
    assert.ok(!existsSync(join(home.folder, 'never')))
  })

  test('what cannot be seen is named', async () => {
    const turn = await asks('hide something', 'echo \u202ea\u200b')
    await command(turn).getByText('U+202E right-to-left override, U+200B zero-width space').waitFor()
    await chat.stop.click()
  })
})

describe('3 trust', { timeout: 300_000 }, () => {
  const popup = () => page.getByRole('dialog', { name: 'Run it, and do not ask again for' })

  /** Opens the popup with the keyboard, moves the scope on, and trusts. */
  async function trust(turn, scope, steps) {
    await wb.pressWhenReady(button(turn, 'Trust').and(page.locator('[aria-expanded=false]')))
    const chosen = popup().getByRole('radio', { checked: true })
    await hasKeyboard('the pattern', chosen.first())
    await page.keyboard.press('Tab')
    for (let i = 0; i < steps; i++) await page.keyboard.press('ArrowDown')
    assert.equal(await popup().getByRole('radio', { name: scope }).isChecked(), true)
    await answers(turn, 'Enter', popup())
    await chat.ended(turn)
  }

  /** Reports whether a command asks, in the shown session. */
  async function stillAsks(line) {
    const prompt = model.on(
      `again: ${line} ${Math.random()}`,
      calls('run_command', { command: line }),
      says('Done.'),
    )
    const turn = await chat.send(prompt)
    const asking = runButton(turn)
    await asking.or(turn.getByText('Done.')).first().waitFor()
    if (!(await asking.isVisible())) return false
    await chat.stop.click()
    await chat.ended(turn)
    return true
  }

  const stored = async () => {
    const text = await readFile(join(home.config, 'settings.json'), 'utf8')
    return JSON.parse(text)['keelAgent.trustedCommands'] ?? []
  }

  for (const { scope, steps, elsewhere, kept } of [
    { scope: 'This session', steps: 0, elsewhere: true, kept: false },
    { scope: 'This workspace', steps: 1, elsewhere: false, kept: false },
    { scope: 'Always', steps: 2, elsewhere: false, kept: true },
  ]) {
    test(`${scope}: it runs, and asks no more where it was trusted`, async () => {
      await trustFolder(true)
      const line = `echo trusted-${steps}`
      const turn = await asks(`trust ${scope}`, line)
      await trust(turn, scope, steps)
      await command(turn).getByLabel('Output').getByText(`trusted-${steps}`).waitFor()
      assert.equal(await stillAsks(line), false, 'in the same session')
      await chat.newSession()
      assert.equal(await stillAsks(line), elsewhere, 'in another session')
      assert.equal((await stored()).includes(line), kept, 'in the settings of the user')
    })
  }

  test('in a folder that is not trusted only this session is offered', async () => {
    await trustFolder(false)
    const turn = await asks('trust it here', 'echo here')
    await wb.pressWhenReady(button(turn, 'Trust').and(page.locator('[aria-expanded=false]')))
    await popup().getByText('This folder is not trusted').waitFor()
    await popup().getByRole('radio', { name: 'This session' }).waitFor()
    assert.equal(await popup().getByRole('radio', { name: 'Always' }).count(), 0)
    await page.keyboard.press('Escape')
    await hasKeyboard('Trust', button(turn, 'Trust'))
    await chat.stop.click()
  })
})

describe('4 several that wait', { timeout: 300_000 }, () => {
  test('the one of another session is named above the input, and shown with the keyboard', async () => {
    await asks('first one', 'printf 1 > one')
    await chat.newSession()
    const second = await asks('second one', 'printf 2 > two')
    const others = page.getByRole('group', { name: 'Other sessions that wait' })
    await others.getByText('first one').waitFor()
    await hasKeyboard('Run of the second', runButton(second))
    await others.getByRole('button', { name: 'Show' }).click()
    await page.getByRole('button', { name: /^Session: first one/ }).waitFor()
    await others.getByText('second one').waitFor()
    await hasKeyboard('Run of the first', runButton(chat.last))
    await answers(chat.last, 'Enter')
    await chat.ended()
    assert.equal(await home.read('one'), '1')
    assert.ok(!existsSync(join(home.folder, 'two')), 'the other still waits')
    await others.getByRole('button', { name: 'Show' }).click()
    await page.getByRole('button', { name: /^Session: second one/ }).waitFor()
    await wb.pressWhenReady(runButton(chat.last))
    await chat.ended()
    assert.equal(await home.read('two'), '2')
    await others.waitFor({ state: 'detached' })
  })
})

describe('5 a page', { timeout: 300_000 }, () => {
  const fetches = (url) => calls('fetch_url', { url })
  const fetchButton = (turn) => turn.getByRole('button', { name: 'Fetch once', exact: true })

  test('its whole address is shown; its host is trusted from then on, no other', async () => {
    // Nothing is there: what is tried is who is asked.
    const first = 'https://docs.invalid/guide?page=1'
    const prompt = model.on(
      'read the guide',
      fetches(first),
      fetches('https://docs.invalid/guide?page=2'),
      fetches('https://other.invalid/'),
      says('Read.'),
    )
    const turn = await chat.send(prompt)
    await fetchButton(turn).waitFor()
    await turn.getByText(first, { exact: true }).first().waitFor()
    await picture(page, 'approval-page')
    await wb.pressWhenReady(turn.getByRole('button', { name: 'Always trust docs.invalid' }))
    await turn.getByText('https://other.invalid/', { exact: true }).first().waitFor()
    await fetchButton(turn).waitFor()
    const settings = JSON.parse(await readFile(join(home.config, 'settings.json'), 'utf8'))
    assert.deepEqual(settings['keelAgent.trustedHosts'], ['docs.invalid'])
    await wb.pressWhenReady(turn.getByRole('button', { name: 'Reject…' }))
    await wb.pressWhenReady(turn.getByRole('button', { name: 'Reject', exact: true }))
    await chat.ended(turn)
    assert.equal(await turn.getByRole('button', { name: /^Always trust/ }).count(), 0)
  })
})

describe('6 a notification of the system', { timeout: 300_000 }, () => {
  /** The browser always has the focus; the window of a person who looks elsewhere has not. */
  const look = (inFront) =>
    page.evaluate((value) => {
      document.hasFocus = () => value
      window.dispatchEvent(new Event(value ? 'focus' : 'blur'))
    }, inFront)

  test('it tells what waits while the window is not in front, as plain text, and goes', async () => {
    const seen = desktop.calls().length
    const since = () => desktop.calls().slice(seen)
    await look(false)
    const turn = await asks('tell me <b>', 'echo "<b>&\u202e"')
    const [shown] = await until('a notification is shown', () => since().length > 0 && since())
    assert.equal(shown.title, 'Keel waits for your answer')
    assert.equal(shown.body, 'run echo "&lt;b&gt;&amp;‹U+202E›"?')
    await look(true)
    await until('it is taken away', () => since().some((each) => each.method === 'CloseNotification'))
    assert.deepEqual(
      since().map((each) => [each.method, each.id]),
      [
        ['Notify', shown.id],
        ['CloseNotification', shown.id],
      ],
    )
    await wb.pressWhenReady(runButton(turn))
    await chat.ended(turn)
  })

  test('nothing is shown to a person who has the window before them', async () => {
    const seen = desktop.calls().length
    await look(true)
    const turn = await asks('no need to tell', 'echo here')
    await wb.pressWhenReady(runButton(turn))
    await chat.ended(turn)
    assert.equal(desktop.calls().length, seen)
  })
})
