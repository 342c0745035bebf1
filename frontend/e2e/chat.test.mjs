// What a person does with a conversation: messages edited and sent again, replies copied and rated,
// text found in it, earlier messages recalled, commands in the input. The model is a stand-in.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { calls, gate, holds, says, texts } from './bedrock.mjs'
import { picture, reload, until } from './harness.mjs'
import { holdsText, startAgent } from './scripted.mjs'
import * as wb from './workbench.mjs'

let agent, model, page, chat, home

before(async () => {
  agent = await startAgent()
  ;({ model, page, chat, home } = agent)
})

beforeEach(() => agent.anew())
afterEach((context) => wb.conclude(page, context))
after(() => agent?.end())

const button = (within, name) => within.getByRole('button', { name, exact: true })
const hasKeyboard = (what, element) =>
  until(`${what} has the keyboard`, () => element.evaluate((each) => each === document.activeElement))
const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
const bar = (turn) => turn.getByRole('toolbar', { name: 'This message and its reply' })

/** A turn that writes a file, and one after it that does not. */
async function twoTurns() {
  model.on(
    'write the notes',
    calls('write_file', { path: 'notes.md', content: 'first\n' }),
    says('The notes are there.'),
  )
  model.on('what is in them', says('One line.'))
  const first = await chat.run('write the notes')
  await chat.run('what is in them')
  return first
}

/** Edits the message of a turn and leaves the keyboard in its field. */
async function edit(turn, text) {
  await turn.getByRole('group', { name: 'You wrote' }).hover()
  await button(turn, 'Edit this message').click()
  const field = turn.getByRole('textbox', { name: 'Your message' })
  await hasKeyboard('the message', field)
  await field.fill(text)
  return field
}

const choice = () => chat.log.getByRole('dialog', { name: 'Send this again: what about the files?' })

describe('1 an earlier message is edited and sent again', { timeout: 300_000 }, () => {
  test('with the files as they are; what it was before can be opened', async () => {
    const field = await edit(await twoTurns(), 'write better notes')
    model.on('write better notes', says('Better they are.'))
    await field.press('Enter')
    await choice().waitFor()
    await hasKeyboard('the choice', choice().getByRole('radio', { name: 'Keep the files as they are' }))
    await page.keyboard.press('Enter')
    await chat.turns.getByText('Better they are.').waitFor()
    await chat.ended()
    assert.equal(await chat.turns.count(), 1)
    assert.equal(await home.read('notes.md'), 'first\n')
    const [request] = model.requests('write better notes')
    assert.doesNotMatch(JSON.stringify(request.messages), /One line/, 'the model does not read what left')
    await hasKeyboard('the input', chat.input)

    const told = wb.toast(page, 'What it was before is kept in the list of sessions')
    assert.equal(await told.getByRole('button', { name: 'Undo' }).count(), 0, 'nothing that is refused')
    await told.getByRole('button', { name: 'Open It' }).click()
    await chat.turns.getByText('One line.').waitFor()
    assert.equal(await chat.turns.count(), 2)
    assert.equal(await chat.log.getByRole('group', { name: 'Edit your message' }).count(), 0)
  })

  test('with the files back, once they were looked at', async () => {
    const field = await edit(await twoTurns(), 'write no notes')
    model.on('write no notes', says('None it is.'))
    await field.press('Enter')
    await choice()
      .getByRole('radio', { name: /^Also bring the files back/ })
      .check()
    await choice().getByRole('button', { name: 'Look at the Files…' }).click()
    const preview = page.locator('dialog[open]')
    await preview.getByText('notes.md').first().waitFor()
    assert.ok(existsSync(join(home.folder, 'notes.md')), 'nothing happens before it is agreed to')
    await wb.pressWhenReady(preview.getByRole('button', { name: /^(Restore|Put)/ }))
    await chat.turns.getByText('None it is.').waitFor()
    await chat.ended()
    assert.equal(await chat.turns.count(), 1)
    assert.ok(!existsSync(join(home.folder, 'notes.md')))
  })

  test('Escape leaves all as it was, first the choice and then the message', async () => {
    const turn = await twoTurns()
    const field = await edit(turn, 'never mind')
    await field.press('Enter')
    await choice().waitFor()
    await page.keyboard.press('Escape')
    await choice().waitFor({ state: 'detached' })
    await hasKeyboard('the message', field)
    await page.keyboard.press('Escape')
    await field.waitFor({ state: 'detached' })
    await hasKeyboard('its button', button(turn, 'Edit this message'))
    assert.equal(await chat.turns.count(), 2)
    assert.deepEqual(model.requests('never mind'), [])
  })
})

describe('2 at the end of a turn', { timeout: 300_000 }, () => {
  test('one tab stop; the arrow keys go along; copies are what was written', async () => {
    model.on('say it boldly', says('It is **bold**.'))
    const turn = await chat.run('say it boldly')
    assert.equal(await bar(turn).locator('button[tabindex="0"]').count(), 1)
    await button(bar(turn), 'Copy reply').focus()
    await page.keyboard.press('Enter')
    await until('the reply is copied', async () => (await clipboard()) === 'It is **bold**.')
    await page.keyboard.press('ArrowRight')
    await hasKeyboard('the next', button(bar(turn), 'Good reply'))
    await page.keyboard.press('End')
    await hasKeyboard('the last', button(bar(turn), 'Retry'))
    await page.keyboard.press('Tab')
    assert.equal(await bar(turn).locator(':focus').count(), 0, 'Tab leaves the bar')
    await page.keyboard.press('Shift+Tab')
    await hasKeyboard('where it was', button(bar(turn), 'Retry'))
    await button(turn, 'Copy this message').focus()
    await page.keyboard.press('Enter')
    await until('the message is copied', async () => (await clipboard()) === 'say it boldly')
  })

  test('Retry sends the same message again, in the place of the old one', async () => {
    model.on('roll a die', says('Four.'), says('Two.'))
    await button(bar(await chat.run('roll a die')), 'Retry').click()
    await chat.turns.getByText('Two.').waitFor()
    await chat.ended()
    assert.equal(await chat.turns.count(), 1)
    const [, again] = model.requests('roll a die')
    assert.deepEqual(texts(again), ['roll a die'])
    assert.doesNotMatch(JSON.stringify(again.messages), /Four/)
  })

  test('thumbs stay, also when Keel was started anew', async () => {
    model.on('rate me', says('Please.'))
    const up = () => button(bar(chat.last), 'Good reply')
    const down = () => button(bar(chat.last), 'Bad reply')
    const pressed = (name, element, value) =>
      until(`${name} is ${value}`, async () => (await element.getAttribute('aria-pressed')) === value)
    await chat.run('rate me')
    await up().click()
    await wb.toast(page, 'kept on this machine only').waitFor()
    await pressed('up', up(), 'true')
    await down().click()
    await pressed('up', up(), 'false')
    await agent.kept('"rating":"down"')
    wb.assertNoProblems(page)
    await agent.stop()
    await agent.start()
    ;({ page, chat } = agent)
    await chat.last.getByText('Please.').waitFor()
    await pressed('down', down(), 'true')
    await down().click()
    await pressed('down', down(), 'false')
    assert.equal(model.requests('rate me').length, 1, 'the model hears nothing of it')
  })
})

describe('3 find', { timeout: 300_000 }, () => {
  const find = () => page.getByRole('search', { name: 'Find in chat' })
  const field = () => find().getByRole('textbox')
  const said = (text) => find().getByRole('status').filter({ hasText: text }).waitFor()
  const inSight = (text) =>
    until(`${JSON.stringify(text)} is in sight`, () =>
      chat.log.evaluate((log, text) => {
        const [range] = CSS.highlights.get('keel-find-current') ?? []
        if (!range?.toString().toLowerCase().includes('needle')) return false
        const view = log.getBoundingClientRect()
        const { top, bottom } = range.getBoundingClientRect()
        const block = range.startContainer.parentElement.closest('.item, .prompt').textContent
        return block.includes(text) && top >= view.top && bottom <= view.bottom
      }, text),
    )

  test('what is not drawn is found; keys go on, back and out again', async () => {
    const filler = 'A line of some length that nobody looks for.\n\n'.repeat(80)
    model.on('tell an old story', says(`The first **nee**dle.\n\n${filler}`))
    model.on('and another', says(filler))
    model.on('and one more', says(`${filler}\n\nThe last NEEDLE.`))
    for (const prompt of ['tell an old story', 'and another', 'and another', 'and one more'])
      await chat.run(prompt)
    await reload(page)
    await chat.open()
    await chat.last.getByText('The last NEEDLE.').waitFor()
    assert.equal(await chat.log.getByText('The first').count(), 0, 'the beginning is not drawn')

    await page.keyboard.press('Control+F')
    await hasKeyboard('the field', field())
    await page.keyboard.type('needle')
    await said('2 of 2')
    await inSight('The last')
    await page.keyboard.press('Enter')
    await said('1 of 2')
    await inSight('The first')
    await hasKeyboard('the field', field())
    await page.keyboard.press('Shift+Enter')
    await said('2 of 2')
    await inSight('The last')
    await page.keyboard.press('F3')
    await said('1 of 2')
    await inSight('The first')
    await page.keyboard.press('Alt+C')
    await said('1 of 1')
    await page.keyboard.type('s')
    await said('No results')
    await page.keyboard.press('Escape')
    await find().waitFor({ state: 'detached' })
    await hasKeyboard('the input', chat.input)
    await chat.last.getByText('The last NEEDLE.').waitFor()
    await until('it is where it was: at the end', () =>
      chat.log.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight < 40),
    )
    assert.equal(await page.evaluate(() => CSS.highlights.has('keel-find')), false)
  })
})

describe('4 the input', { timeout: 300_000 }, () => {
  test('arrow keys recall earlier messages and leave what is being typed alone', async () => {
    for (const prompt of ['the first thing', 'the second thing']) {
      model.on(prompt, says('Yes.'))
      await chat.run(prompt)
    }
    await chat.input.press('ArrowUp')
    await holdsText(chat.input, 'the second thing')
    await chat.input.press('ArrowUp')
    await holdsText(chat.input, 'the first thing')
    await chat.input.press('ArrowUp')
    await holdsText(chat.input, 'the first thing')
    await chat.input.press('ArrowDown')
    await holdsText(chat.input, 'the second thing')
    await chat.input.press('ArrowDown')
    await holdsText(chat.input, '')
    await chat.input.fill('something of mine')
    await chat.input.press('ArrowUp')
    await holdsText(chat.input, 'something of mine')
  })

  test('slash commands are offered, run, and nothing of them is sent', async () => {
    model.on('anything', says('Something to be found.'))
    await chat.run('anything')
    const sent = model.requests().length
    const list = page.getByRole('listbox', { name: 'Commands' })
    await chat.input.pressSequentially('/')
    await list.getByRole('option', { name: /\/new/ }).waitFor()
    await list.getByRole('option', { name: /\/export/ }).waitFor()
    await chat.input.pressSequentially('mod')
    await until('only what fits is offered', async () => (await list.getByRole('option').count()) === 2)
    await chat.input.press('Escape')
    await list.waitFor({ state: 'detached' })
    await chat.input.fill('')
    await chat.input.pressSequentially('/find to be found')
    await chat.input.press('Enter')
    const find = page.getByRole('search', { name: 'Find in chat' })
    await find.getByText('1 of 1').waitFor()
    await page.keyboard.press('Escape')
    await holdsText(chat.input, '')
    await chat.input.pressSequentially('/new')
    await chat.input.press('Enter')
    await chat.log.getByRole('heading', { name: 'What shall we change?' }).waitFor()
    assert.equal(model.requests().length, sent)
  })

  test('Ctrl+L takes the selection of an editor along', async () => {
    await wb.openFile(page, 'calc.go')
    await wb.lines(page).click()
    await wb.press(page, 'Control+Home', 'Shift+ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowDown', 'Control+L')
    const points = page.getByRole('list', { name: 'What this message points at' })
    await points
      .getByRole('button', { name: /calc\.go/ })
      .first()
      .waitFor()
    await hasKeyboard('the input', chat.input)
    model.on('what is imported', says('Two packages.'))
    const turn = await chat.run('what is imported')
    await turn.getByText('Two packages.').waitFor()
    const [request] = model.requests('what is imported')
    assert.match(texts(request).join('\n'), /1\tpackage main\n.*\n.*3\timport \(/)
    assert.doesNotMatch(texts(request).join('\n'), /ErrDivideByZero/, 'and no more than that')
    await wb.closeEditors(page)
  })
})

describe('5 size and attention', { timeout: 300_000 }, () => {
  test('the keys for zoom enlarge the chat alone, and it stays so', async () => {
    model.on('be large', says('I am.'))
    const turn = await chat.run('be large')
    const height = () => turn.getByText('I am.').evaluate((each) => each.getBoundingClientRect().height)
    const usual = await height()
    const tree = await wb.explorer(page).getByRole('treeitem').first().boundingBox()
    await chat.input.press('Control+=')
    await chat.input.press('Control+=')
    await until('it is larger', async () => (await height()) > usual * 1.1)
    assert.deepEqual(await wb.explorer(page).getByRole('treeitem').first().boundingBox(), tree)
    const large = await height()
    await reload(page)
    await chat.open()
    await until('it is as large as before', async () => Math.abs((await height()) - large) < 1)
    await chat.input.press('Control+0')
    await until('it is as it was', async () => Math.abs((await height()) - usual) < 1)
  })

  test('who does not see the chat is told when a turn asks and when it ends', async () => {
    const asking = gate()
    model.on(
      'work alone',
      holds('I begin.', asking, calls('ask_user', { question: 'Which colour?', choices: ['Red', 'Blue'] })),
      says('Red it is.'),
    )
    const turn = await chat.send('work alone')
    await turn.getByText('I begin.').waitFor()
    await wb.runCommand(page, 'View: Hide Secondary Side Bar')
    await chat.input.waitFor({ state: 'hidden' })
    asking.open()
    const asks = wb.toast(page, 'Keel waits for your answer')
    await asks.getByRole('button', { name: 'Show' }).click()
    await wb.pressWhenReady(turn.getByRole('button', { name: 'Red' }))
    await turn.getByText('Red it is.').waitFor()
    await chat.ended(turn)

    const ending = gate()
    model.on('work on', holds('I go on.', ending, says(' I am done.')))
    await chat.send('work on')
    await wb.runCommand(page, 'View: Hide Secondary Side Bar')
    await chat.input.waitFor({ state: 'hidden' })
    ending.open()
    const ends = wb.toast(page, 'Keel has ended its work')
    await ends.getByRole('button', { name: 'Show' }).click()
    await chat.last.getByText('I am done.').waitFor()
  })
})

describe('6 pictures', { timeout: 300_000 }, () => {
  for (const [theme, name] of [
    ['Dark Modern', 'dark'],
    ['Light Modern', 'light'],
  ]) {
    test(`of what is done with a message, ${name}`, async () => {
      if (name !== 'dark') await wb.chooseTheme(page, theme)
      await chat.open()
      const shoot = async (what) => {
        await wb.settled(page)
        await picture(page, `${name}-chat-${what}`)
      }
      const field = await edit(await twoTurns(), 'write better notes, and say where they are')
      await shoot('1-edit')
      await field.press('Enter')
      await choice().waitFor()
      await shoot('2-choice')
      await wb.press(page, 'Escape', 'Escape')
      await chat.input.focus()
      await page.keyboard.press('Control+F')
      await page.keyboard.type('notes')
      await page.getByRole('search').getByText(/of \d/).waitFor()
      await shoot('3-find')
      await page.keyboard.press('Escape')
      await chat.input.pressSequentially('/')
      await page.getByRole('listbox', { name: 'Commands' }).waitFor()
      await shoot('4-commands')
      await chat.input.fill('')
      await button(bar(chat.last), 'Good reply').focus()
      await page.keyboard.press('ArrowRight')
      await shoot('5-bar')
    })
  }
})
