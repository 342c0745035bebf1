// What a person does with a change that waits for them: in the chat's card, in the
// editor that comes up beside it, and while the file changes below. The service is
// scripted; the rest is real.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { calls, results, says } from './bedrock.mjs'
import { picture, reload, until } from './harness.mjs'
import { runButton, startAgent } from './scripted.mjs'
import * as wb from './workbench.mjs'

let agent, model, home, page, chat

before(async () => {
  agent = await startAgent({ 'keelAgent.mode': 'supervised' })
  ;({ model, home, page, chat } = agent)
})

beforeEach(async () => {
  await agent.anew()
  await chat.setMode('Supervised')
})
afterEach((context) => wb.conclude(page, context))
after(() => agent?.end())

const file = (name) => join(home.folder, name)
const numbers = (changed = {}) =>
  Array.from({ length: 30 }, (_, i) => `${changed[i + 1] ?? `line ${i + 1}`}\n`).join('')
/** What the model proposes: changes of lines 3, 15 and 27. */
const proposed = { 3: 'THREE', 15: 'FIFTEEN', 27: 'TWENTY-SEVEN' }

const focused = (locator) => locator.evaluate((element) => element === document.activeElement)
const hasKeyboard = (what, locator) => until(`${what} has the keyboard`, () => focused(locator))
const card = (turn) => turn.getByRole('group', { name: 'Make this change?' }).last()
const change = (turn, number) => turn.getByRole('group', { name: new RegExp(`^Change ${number} of`) })
const diff = () => page.locator('.editor-group-container .monaco-diff-editor:visible')
const right = () => diff().locator('.modified-in-monaco-diff-editor')
const proposalTab = (name = 'numbers.txt') => wb.tab(page, `${name} (proposed)`)
const bar = (name = 'numbers.txt') => diff().getByRole('toolbar', { name: `Proposed change of ${name}` })
/** What the model was told of its call. */
const told = (prompt) =>
  until('the model was asked again', () => {
    const last = model.requests(prompt).at(-1)
    return last && results(last).length > 0 && results(last).join('\n')
  })

/** Has the model propose a new text for a file that it has read, and waits until that is in an editor. */
async function proposes(
  prompt,
  { name = 'numbers.txt', content = numbers(proposed), before = numbers(), then = [] } = {},
) {
  await writeFile(file(name), before)
  model.on(
    prompt,
    calls('read_file', { path: name }),
    calls('write_file', { path: name, content }),
    ...then,
    says('Done.'),
  )
  const turn = await chat.send(prompt)
  await card(turn).waitFor()
  await bar(name).waitFor()
  return turn
}

/** The buttons at the part of the proposal that stands at this text. */
async function partAt(text) {
  await right().locator('.view-line', { hasText: text }).click()
  return diff().getByRole('toolbar', { name: /^(Changed|Added|Line)/ })
}

/** Puts the cursor behind a text on the right side. */
async function cursorAfter(text) {
  await right().locator('.view-line', { hasText: text }).click()
  await wb.press(page, 'End')
}

/** Presses a button of the card that ignores its first moment. */
const pressed = (turn, name) => wb.pressWhenReady(card(turn).getByRole('button', { name, exact: true }))

async function gone(name) {
  await proposalTab(name).waitFor({ state: 'detached' })
}

describe('1 by hunks', { timeout: 300_000 }, () => {
  test('one in the editor, one in the card with a reason, the rest as a whole', async () => {
    const prompt = 'change three lines'
    const turn = await proposes(prompt)
    await until('the keyboard is in the chat', () =>
      page.evaluate(() => document.activeElement?.closest('.monaco-editor') === null),
    )
    const first = await partAt('THREE')
    await first.getByRole('button', { name: /^Accept/ }).click()
    await change(turn, 1).getByText('Accepted').waitFor()
    await bar().getByText('1 of 3 decided').waitFor()
    await change(turn, 2)
      .getByRole('button', { name: /^Reject/ })
      .click()
    await change(turn, 2).getByRole('textbox').fill('Fifteen is sacred')
    await change(turn, 2).getByRole('textbox').press('Enter')
    await change(turn, 2).getByText('You said: Fifteen is sacred').waitFor()
    await bar().getByText('2 of 3 decided').waitFor()
    await pressed(turn, 'Accept the rest')
    await chat.ended(turn)
    assert.equal(await home.read('numbers.txt'), numbers({ 3: 'THREE', 27: 'TWENTY-SEVEN' }))
    const said = await told(prompt)
    assert.match(said, /accepted 2 of 3 changes/)
    assert.match(said, /They said: Fifteen is sacred/)
    assert.match(said, /-line 15\n\+FIFTEEN/)
    assert.doesNotMatch(said, /\+THREE/, 'what was accepted is not said to be refused')
    await turn.getByText('You accepted 2 of 3 changes.').waitFor()
    await gone()
  })

  test('all of it by keyboard', async () => {
    const prompt = 'by keyboard'
    const turn = await proposes(prompt)
    await wb.runCommand(page, 'Keel: Open Proposal')
    await until('the right side has the keyboard', () =>
      right().evaluate((element) => element.contains(document.activeElement)),
    )
    await wb.press(page, 'Control+Home', 'ArrowDown', 'ArrowDown')
    await wb.runCommand(page, 'Keel: Accept a Change of the Proposal')
    await change(turn, 1).getByText('Accepted').waitFor()
    await wb.press(page, 'Control+End')
    for (let i = 0; i < 4; i++) await wb.press(page, 'ArrowUp')
    await wb.press(page, 'Control+Alt+K')
    await hasKeyboard('Accept', diff().getByRole('button', { name: /^Accept: Changed line 27/ }))
    await wb.press(page, 'ArrowRight', 'Enter')
    await change(turn, 3).getByText('Rejected').waitFor()
    await wb.runCommand(page, 'Keel: Accept Proposal')
    await chat.ended(turn)
    assert.equal(await home.read('numbers.txt'), numbers({ 3: 'THREE', 15: 'FIFTEEN' }))
    await gone()
  })

  test('in the card, the keyboard goes on from part to part and to what comes then', async () => {
    const turn = await proposes('card by keyboard')
    await hasKeyboard('Accept', card(turn).getByRole('button', { name: 'Accept', exact: true }))
    const accept = change(turn, 1).getByRole('button', { name: /^Accept/ })
    await until('Shift+Tab reaches the first part', async () => {
      await wb.press(page, 'Shift+Tab')
      return focused(accept)
    })
    await until('Enter accepts', async () => {
      if (!(await accept.isVisible())) return true
      await wb.press(page, 'Enter')
      return false
    })
    await hasKeyboard('the next', change(turn, 2).getByRole('button', { name: /^Accept/ }))
    await wb.press(page, 'Tab', 'Enter')
    await hasKeyboard('the reason', change(turn, 2).getByRole('textbox'))
    await page.keyboard.type('no')
    await wb.press(page, 'Enter')
    const last = change(turn, 3).getByRole('button', { name: /^Accept/ })
    await hasKeyboard('the last', last)
    await until('Enter accepts', async () => {
      if (!(await last.isVisible())) return true
      await wb.press(page, 'Enter')
      return false
    })
    await chat.ended(turn)
    await hasKeyboard('the input', chat.input)
    assert.equal(await home.read('numbers.txt'), numbers({ 3: 'THREE', 27: 'TWENTY-SEVEN' }))
  })

  test('refused as a whole with a reason; a command of the same turn still asks', async () => {
    const prompt = 'refuse it'
    const turn = await proposes(prompt, { then: [calls('run_command', { command: 'printf ran > ran' })] })
    await pressed(turn, 'Reject…')
    await card(turn).getByRole('textbox').fill('Not like this')
    await card(turn).getByRole('textbox').press('Enter')
    await runButton(turn).waitFor()
    await gone()
    assert.equal(await home.read('numbers.txt'), numbers())
    assert.match(await told(prompt), /Not like this/)
    assert.ok(!existsSync(file('ran')))
    await wb.pressWhenReady(runButton(turn))
    await chat.ended(turn)
    assert.equal(await home.read('ran'), 'ran')
  })

  test('a new file is all or nothing', async () => {
    model.on('make it', calls('write_file', { path: 'new.txt', content: 'one\ntwo\n' }), says('Done.'))
    const turn = await chat.send('make it')
    await bar('new.txt').waitFor()
    assert.equal(await change(turn, 1).count(), 0)
    await bar('new.txt').getByText('All or nothing').waitFor()
    await bar('new.txt').getByRole('button', { name: 'Accept', exact: true }).click()
    await chat.ended(turn)
    assert.equal(await home.read('new.txt'), 'one\ntwo\n')
    await gone('new.txt')
  })
})

test('the rest is refused in the editor, and what was accepted stays', { timeout: 300_000 }, async () => {
  const prompt = 'refuse the rest'
  const turn = await proposes(prompt)
  await (await partAt('FIFTEEN')).getByRole('button', { name: /^Accept/ }).click()
  await change(turn, 2).getByText('Accepted').waitFor()
  await bar().getByRole('button', { name: 'Reject the rest' }).click()
  await chat.ended(turn)
  assert.equal(await home.read('numbers.txt'), numbers({ 15: 'FIFTEEN' }))
  assert.match(await told(prompt), /accepted 1 of 3 changes/)
})

test(
  'answered in the editor, the next comes up there, whatever is behind it',
  { timeout: 300_000 },
  async () => {
    await wb.openFile(page, 'calc.go')
    await chat.open()
    const turn = await proposes('two files', {
      then: [calls('write_file', { path: 'second.txt', content: 'two\n' })],
    })
    await (await partAt('THREE')).getByRole('button', { name: /^Accept/ }).click()
    await change(turn, 1).getByText('Accepted').waitFor()
    await bar().getByRole('button', { name: 'Accept the rest' }).click()
    await bar('second.txt').waitFor()
    await until('it has the keyboard', () =>
      right().evaluate((element) => element.contains(document.activeElement)),
    )
    await wb.runCommand(page, 'Keel: Reject Proposal')
    await chat.ended(turn)
    assert.ok(!existsSync(file('second.txt')))
    assert.equal(await home.read('numbers.txt'), numbers(proposed))
    await wb.closeEditors(page)
  },
)

describe('2 changed before it is accepted', { timeout: 300_000 }, () => {
  test('what was typed is written, and the model is told', async () => {
    const prompt = 'I will change it'
    const turn = await proposes(prompt)
    await cursorAfter('FIFTEEN')
    await page.keyboard.type(' and a half')
    await bar().getByRole('button', { name: 'Accept all' }).click()
    await chat.ended(turn)
    const mine = numbers({ ...proposed, 15: 'FIFTEEN and a half' })
    assert.equal(await home.read('numbers.txt'), mine)
    const said = await told(prompt)
    assert.match(said, /The user changed your text/)
    assert.match(said, /\+FIFTEEN and a half/)
    await turn.getByText('You changed this proposal.').waitFor()
    await gone()
  })

  test('saved, and then decided about by its parts', async () => {
    const turn = await proposes('saved first')
    await cursorAfter('TWENTY-SEVEN')
    await page.keyboard.type('!')
    await wb.save(page)
    await card(turn).getByText('You changed this proposal.').waitFor()
    const first = await partAt('THREE')
    await first.getByRole('button', { name: /^Reject/ }).click()
    await change(turn, 1).getByText('Rejected').waitFor()
    await pressed(turn, 'Accept the rest')
    await chat.ended(turn)
    assert.equal(await home.read('numbers.txt'), numbers({ 15: 'FIFTEEN', 27: 'TWENTY-SEVEN!' }))
  })

  test('text that was not saved outlives an answer in the chat', async () => {
    const turn = await proposes('answered elsewhere')
    await cursorAfter('THREE')
    await page.keyboard.type(' of mine')
    await pressed(turn, 'Accept')
    await chat.ended(turn)
    assert.equal(await home.read('numbers.txt'), numbers(proposed))
    await gone()
    await wb.toast(page, 'untitled editor').waitFor()
    await wb.tab(page, /Untitled-\d/).click()
    await until('it is there', async () => (await wb.shownText(page)).includes('THREE of mine'))
    await wb.clearToasts(page)
    await wb.closeEditors(page)
  })
})

describe('3 the file changes while it waits', { timeout: 300_000 }, () => {
  test('elsewhere: the change is put on top, and asked about again', async () => {
    const prompt = 'changed elsewhere'
    const turn = await proposes(prompt)
    const first = await partAt('THREE')
    await first.getByRole('button', { name: /^Reject/ }).click()
    await change(turn, 1).getByText('Rejected').waitFor()
    await writeFile(file('numbers.txt'), numbers({ 21: 'mine' }))
    await card(turn).getByText('This file was changed meanwhile').waitFor()
    await until('the editor has it on both sides', async () => (await diff().getByText('mine').count()) >= 2)
    await change(turn, 1).getByText('Rejected').waitFor()
    await bar().getByRole('button', { name: 'Accept the rest' }).click()
    await chat.ended(turn)
    assert.equal(await home.read('numbers.txt'), numbers({ ...proposed, 3: 'line 3', 21: 'mine' }))
    assert.match(await told(prompt), /was changed while this waited/)
  })

  test('in the same line: it is withdrawn, with words to both', async () => {
    const prompt = 'changed in conflict'
    const turn = await proposes(prompt)
    await writeFile(file('numbers.txt'), numbers({ 15: 'mine' }))
    await chat.ended(turn)
    await gone()
    assert.equal(await home.read('numbers.txt'), numbers({ 15: 'mine' }))
    assert.match(await told(prompt), /[Rr]ead it again/)
    await page
      .getByText(/no longer waits for you/)
      .first()
      .waitFor()
    await wb.clearToasts(page)
  })

  test('with text typed into the proposal: it is in an untitled editor', async () => {
    const turn = await proposes('typed and changed')
    await cursorAfter('THREE')
    await page.keyboard.type(' typed')
    await writeFile(file('numbers.txt'), numbers({ 21: 'mine' }))
    await card(turn).getByText('This file was changed meanwhile').waitFor()
    await wb.toast(page, 'untitled editor').waitFor()
    await until('the proposal is what Go has', async () => !(await right().innerText()).includes('typed'))
    await pressed(turn, 'Accept')
    await chat.ended(turn)
    assert.equal(await home.read('numbers.txt'), numbers({ ...proposed, 21: 'mine' }))
    await wb.tab(page, /Untitled-\d/).click()
    await until('it is there', async () => (await wb.shownText(page)).includes('THREE typed'))
    await wb.clearToasts(page)
    await wb.closeEditors(page)
  })

  test('deleted: it is withdrawn, and not made again', async () => {
    const prompt = 'deleted meanwhile'
    const turn = await proposes(prompt)
    await rm(file('numbers.txt'))
    await chat.ended(turn)
    await gone()
    assert.ok(!existsSync(file('numbers.txt')))
    assert.match(await told(prompt), /Nothing was (changed|done|written)|no longer/)
    await wb.clearToasts(page)
  })
})

test('4 a page that is loaded again has what was decided', { timeout: 300_000 }, async () => {
  const turn = await proposes('loaded again')
  const first = await partAt('THREE')
  await first.getByRole('button', { name: /^Reject/ }).click()
  await change(turn, 1).getByText('Rejected').waitFor()
  await reload(page)
  const again = chat.last
  await change(again, 1).getByText('Rejected').waitFor()
  await bar().getByText('1 of 3 decided').waitFor()
  assert.equal(await page.getByRole('main').getByRole('tab', { name: '(proposed)' }).count(), 1)
  await bar().getByRole('button', { name: 'Accept the rest' }).click()
  await chat.ended(again)
  assert.equal(await home.read('numbers.txt'), numbers({ ...proposed, 3: 'line 3' }))
  await gone()
})

test('the practice model, by a part', { timeout: 300_000 }, async () => {
  await writeFile(file('notes.md'), 'milk\n\n\n\neggs\n\n\n\nmore milk\n')
  await chat.model.click()
  await wb.asks(page, 'Model')
  await wb.quickInput(page).getByRole('textbox').fill('Practice')
  await wb
    .quickInput(page)
    .getByRole('option', { name: /Practice/ })
    .first()
    .click()
  await page.getByRole('button', { name: /^Model: Practice/ }).waitFor()
  const turn = await chat.send('replace "milk" with "bread" in notes.md')
  await bar('notes.md').waitFor()
  await change(turn, 2)
    .getByRole('button', { name: /^Reject/ })
    .click()
  await wb.press(page, 'Enter')
  await pressed(turn, 'Accept the rest')
  await chat.ended(turn)
  assert.equal(await home.read('notes.md'), 'bread\n\n\n\neggs\n\n\n\nmore milk\n')
})

for (const [theme, name] of [
  ['Dark Modern', 'dark'],
  ['Light Modern', 'light'],
  ['Dark High Contrast', 'contrast'],
]) {
  test(`5 pictures, ${name}`, { timeout: 300_000 }, async () => {
    await wb.chooseTheme(page, theme)
    await chat.open()
    const turn = await proposes(`pictures in ${name}`)
    const first = await partAt('THREE')
    await first.getByRole('button', { name: /^Accept/ }).click()
    await change(turn, 1).getByText('Accepted').waitFor()
    await change(turn, 2)
      .getByRole('button', { name: /^Reject/ })
      .click()
    await partAt('FIFTEEN')
    for (const [width, height] of [
      [1280, 800],
      [1920, 1080],
    ]) {
      await page.setViewportSize({ width, height })
      await wb.settled(page)
      await picture(page, `supervised-${name}-${width}`)
    }
    await page.setViewportSize({ width: 1280, height: 800 })
    await chat.stop.click()
    await chat.ended(turn)
    await gone()
    await wb.chooseTheme(page, 'Dark Modern')
  })
}
