// What can be asked in an editor, and code of a reply that goes where it cannot
// simply be put: documents without a file, files that are gone, read-only or no text.
import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { says, texts } from './bedrock.mjs'
import { picture, until } from './harness.mjs'
import { startAgent } from './scripted.mjs'
import * as wb from './workbench.mjs'

let agent, model, home, page, chat

before(async () => {
  agent = await startAgent()
  ;({ model, home, page, chat } = agent)
})
after(() => agent?.end())
beforeEach(() => agent.anew())
afterEach(async (context) => {
  await wb.conclude(page, context)
  await wb.press(page, 'Escape', 'Escape', 'Escape')
  await wb.closeEditors(page)
})

/** What the model was sent for a prompt, as one text. */
async function asked(prompt) {
  const [request] = await until('the model is asked', () => {
    const all = model.requests(prompt)
    return all.length > 0 && all
  })
  return texts(request).join('\n')
}

/** A reply with a piece of code, and the code's place in the chat. */
async function reply(info, code) {
  const prompt = model.on(`write ${info} ${Math.random()}`, says(`Here:\n\n\`\`\`${info}\n${code}\`\`\`\n`))
  const block = (await chat.run(prompt)).locator('figure.code').last()
  await block.hover()
  return block
}

const insert = async (block) => {
  await block.hover()
  await block.getByRole('button', { name: 'Insert at cursor' }).click()
}
const apply = async (block) => {
  await block.hover()
  await block.getByRole('button', { name: /^Apply/ }).click()
}
/** Gives the keyboard to the first line of the active editor. */
async function top() {
  await wb.lines(page).click()
  await wb.press(page, 'Control+Home')
}

async function untitled() {
  await wb.press(page, 'Control+N')
  await wb.tab(page, /^Untitled-/).waitFor()
  await wb.lines(page).click()
}

const bar = () => page.getByRole('toolbar', { name: /^Code from the chat for/ })
const shows = (what) =>
  until(`the editor shows ${what}`, async () =>
    (await wb.shownText(page)).replaceAll('\u00b7', ' ').includes(what),
  )

describe('asking in an editor', { timeout: 300_000 }, () => {
  test('Generate Tests, of a file and of the lines that are selected', async () => {
    const how = 'in the way this workspace already has tests, and run them. Change only tests.'
    await wb.openFile(page, 'calc.go')
    await top()
    const ofFile = model.on(`Write tests for calc.go, ${how}`, says('The file is tested.'))
    await wb.runCommand(page, 'Keel: Generate Tests')
    await chat.last.getByText('The file is tested.').waitFor()
    await chat.ended()
    assert.match(await asked(ofFile), /return a \+ b/)

    await top()
    for (let line = 1; line < 12; line++) await wb.press(page, 'ArrowDown')
    for (let line = 12; line <= 14; line++) await wb.press(page, 'Shift+ArrowDown')
    const ofLines = model.on(`Write tests for lines 12-14 of calc.go, ${how}`, says('The lines are tested.'))
    await wb.runCommand(page, 'Keel: Generate Tests')
    await chat.last.getByText('The lines are tested.').waitFor()
    await chat.ended()
    assert.match(await asked(ofLines), /return a \+ b/)
    await wb.settled(page)
    await picture(page, 'inline: tests asked for')
  })

  test('Ask Keel adds the lines and leaves the question to the person', async () => {
    await wb.openFile(page, 'calc.go')
    await top()
    await wb.runCommand(page, 'Keel: Ask Keel')
    await page
      .getByRole('button', { name: /calc\.go/ })
      .last()
      .waitFor()
    await until('the input has the keyboard', () =>
      chat.input.evaluate((each) => each === document.activeElement),
    )
    const prompt = model.on('what is this?', says('A sum.'))
    await chat.run(prompt)
    assert.match(await asked(prompt), /return a \+ b/)
  })

  test('Explain of a document that has no file', async () => {
    await untitled()
    await page.keyboard.type('unsaved = 42')
    model.on('Explain the referenced file: what it does, how, and what to watch out for.', says('A number.'))
    model.on('Explain Untitled-1: what it does, how, and what to watch out for.', says('A number.'))
    model.on('Explain line 1 of Untitled-1: what it does, how, and what to watch out for.', says('A number.'))
    await wb.runCommand(page, 'Keel: Explain')
    await chat.last.getByText('A number.').waitFor()
    await chat.ended()
    assert.match(texts(model.requests().at(-1)).join('\n'), /unsaved = 42/)
  })
})

describe('code of a reply', { timeout: 300_000 }, () => {
  test('goes into a document that has no file, and leaves no returns of Windows', async () => {
    await untitled()
    await insert(await reply('python', 'def f():\r\n    return 1\r\n'))
    await shows('return 1')
    assert.equal(await page.locator('.editor-group-container.active .view-line').count(), 2)
    assert.doesNotMatch(await wb.shownText(page), /\r|U\+000D/)
  })

  test('keeps the ends of lines that a file has', async () => {
    await writeFile(join(home.folder, 'windows.txt'), 'one\r\ntwo\r\n')
    await wb.openFile(page, 'windows.txt')
    await wb.lines(page).click()
    await wb.press(page, 'Control+Home')
    await insert(await reply('text', 'zero\nhalf\n'))
    await shows('half')
    await wb.save(page)
    const text = await home.read('windows.txt')
    assert.match(text, /^zero\r\nhalf\r\n/)
    assert.doesNotMatch(text, /[^\r]\n/)
  })

  test('is not put into an editor that is read-only, and that is said', async () => {
    await wb.openFile(page, 'calc.go')
    const before = await home.read('calc.go')
    const block = await reply('go', 'var x = 1\n')
    await wb.lines(page).click()
    await wb.runCommand(page, 'File: Set Active Editor Read-only in Session')
    await insert(block)
    const said = wb.toast(page, 'cannot be changed here').or(block.getByText('cannot be changed here'))
    await said.first().waitFor()
    await picture(page, 'inline: read-only')
    assert.equal(await page.locator('.tab.dirty').count(), 0)
    assert.equal(await home.read('calc.go'), before)
    await wb.lines(page).click()
    await wb.runCommand(page, 'File: Set Active Editor Writeable in Session')
    await wb.clearToasts(page)
  })

  test('is not put over a file that is no text, and that is said', async () => {
    await writeFile(join(home.folder, 'data.bin'), Buffer.from([0, 1, 2, 0xff, 0xfe, 0, 10, 0]))
    const block = await reply('text data.bin', 'x\n')
    await apply(block)
    const said = page.getByText(/not.*text|binary/i)
    await said.first().waitFor()
    await wb.settled(page)
    await picture(page, 'inline: binary')
    assert.equal(await bar().count(), 0)
    await wb.clearToasts(page)
  })

  test('for a file that was deleted meanwhile becomes a new one', async () => {
    await writeFile(join(home.folder, 'gone.go'), 'package main\n')
    const block = await reply('go gone.go', 'package main // again\n')
    await rm(join(home.folder, 'gone.go'))
    await apply(block)
    await bar().getByText('A new file; nothing is written yet').waitFor()
    await bar().getByRole('button', { name: 'Apply' }).click()
    await wb.tab(page, 'gone.go').waitFor()
    await shows('package main // again')
    await wb.save(page)
    assert.equal(await home.read('gone.go'), 'package main // again\n')
  })
})
