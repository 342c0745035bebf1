// What becomes of conversations: room in the context, other models, the list of
// sessions, pictures. The services are stand-ins; the rest is real.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { gate, holds, models, says, texts } from './bedrock.mjs'
import { reload, until } from './harness.mjs'
import { startOpenAI } from './openai.mjs'
import { holdsText, startAgent } from './scripted.mjs'
import * as wb from './workbench.mjs'

/** How Keel's request for a summary begins. */
const summing = 'The conversation above is about to be replaced by a summary'

let agent, model, other, page, chat

before(async () => {
  other = await startOpenAI({ model: 'stand-in-1', answer: 'Another service answers.' })
  agent = await startAgent({ 'keelAgent.openai.endpoints': { 'stand-in': other.address } })
  ;({ model, page, chat } = agent)
})

beforeEach(() => agent.anew())
afterEach((context) => wb.conclude(page, context))

after(async () => {
  await agent?.end()
  await other?.end()
})

const sent = (request) => JSON.stringify(request.messages)

describe('1 room in the context', { timeout: 300_000 }, () => {
  const long = 'An old story, told at length. '.repeat(400)
  const summed = (turn) => turn.getByRole('button', { name: 'Summed up to make room' })

  test('when it is nearly full there is a summary, and everything stays in view', async () => {
    const summary = gate()
    model.on('tell me all', says(long, { inputTokens: 170_000, outputTokens: 3000, totalTokens: 173_000 }))
    model.on(summing, holds('# Done\nThe story', summary, says(' was told.')))
    model.on('and what now', says('Now we rest.'))
    model.on('are you there', says('I am.'))
    // Of a first, quick turn the size of the model's context may not be known yet.
    await until('the size of the context is known', async () => {
      await chat.run('are you there')
      return page.getByRole('button', { name: /^Context \d+ % full/ }).isVisible()
    })
    await chat.newSession()
    const first = await chat.run('tell me all')
    const meter = page.getByRole('button', { name: /^Context 8\d % full/ })
    await meter.waitFor()
    const second = await chat.send('and what now')
    await second.getByText('Summing up to make room…').waitFor()
    summary.open()
    await second.getByText('Now we rest.').waitFor()
    await chat.ended(second)
    await first.getByText('An old story, told at length.').first().waitFor()
    await meter.waitFor({ state: 'detached' })

    const [request] = model.requests('and what now')
    assert.doesNotMatch(sent(request), /An old story/, 'the model no longer reads it')
    assert.match(sent(request), /The story was told\./)
    assert.match(sent(request), /tell me all/, 'the first request stays word for word')
    await summed(second).click()
    await second.getByText('The story was told.').first().waitFor()

    await reload(page)
    await chat.turns.first().getByText('An old story, told at length.').first().waitFor()
    await summed(chat.last).waitFor()
  })

  test('when the service refuses the conversation as too long, the turn goes on with a summary', async () => {
    model.on('talk at length', says(long))
    model.on(summing, says('They talked.'))
    model.on(
      'go on with it',
      (reply) => reply.refuse(400, 'ValidationException', 'Input is too long for requested model.'),
      says('I go on.'),
    )
    await chat.run('talk at length')
    const turn = await chat.run('go on with it')
    await turn.getByText('I go on.').waitFor()
    await summed(turn).waitFor()
    assert.match(sent(model.requests('go on with it')[0]), /An old story/)
    assert.doesNotMatch(sent(model.requests('go on with it')[1]), /An old story/)
  })
})

describe('2 models', { timeout: 300_000 }, () => {
  async function choose(name) {
    await chat.model.click()
    await wb.asks(page, 'Model')
    await wb.quickInput(page).getByRole('textbox').fill(name)
    await wb
      .quickInput(page)
      .getByRole('option', { name: new RegExp(name) })
      .first()
      .click()
    await wb.quickInput(page).waitFor({ state: 'hidden' })
  }

  test('another one answers from the next turn on; its context and cost show', async () => {
    model.on('who answers', says('I do.', { inputTokens: 40_000, outputTokens: 2000, totalTokens: 42_000 }))
    await chat.run('who answers')
    assert.equal(model.requests('who answers')[0].model, models.sonnet.id)
    await choose('Claude 3 Haiku')
    await until('the button names it', async () => /Haiku/.test(await chat.model.getAttribute('aria-label')))
    const turn = await chat.run('who answers')
    assert.equal(model.requests('who answers')[1].model, models.haiku.id)
    await turn.getByText('42k tokens').waitFor()
    await turn.getByText('$0.013', { exact: true }).waitFor()

    await page.getByRole('button', { name: /^Context \d+ % full/ }).click()
    const panel = page.getByRole('dialog', { name: 'Context and cost' })
    await panel.getByText('42k of 200k tokens').waitFor()
    await panel.getByText('80k read, 4.0k written').waitFor()
    await panel.getByText('$0.16').waitFor()
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
  })

  test('one of an endpoint of the user’s own', async () => {
    model.on('before the change', says('Bedrock answers.'))
    await chat.run('before the change')
    await choose('stand-in-1')
    await until('it is named', async () => /stand-in-1/.test(await chat.model.getAttribute('aria-label')))
    const turn = await chat.run('and after it')
    await turn.getByText('Another service answers.').waitFor()
    const [request] = other.requests()
    assert.equal(request.model, 'stand-in-1')
    assert.match(JSON.stringify(request.messages), /Bedrock answers\./, 'it reads the whole conversation')
    await page.getByRole('button', { name: '55 tokens in the context. Show details' }).waitFor()
  })
})

describe('3 sessions', { timeout: 300_000 }, () => {
  const header = (title = '') => page.getByRole('button', { name: new RegExp(`^Session: ${title}`) })
  const list = () => page.getByRole('dialog', { name: 'Sessions' })
  const row = (title) => list().getByRole('listitem').filter({ hasText: title })

  test('an old reply is found by its words', async () => {
    model.on('which animal', says('A walrus with remarkable whiskers.'))
    await chat.run('which animal')
    await chat.newSession()
    await header().click()
    await list().getByRole('textbox', { name: 'Search sessions' }).fill('remarkable WHISKERS')
    await row('which animal').getByText('remarkable whiskers').waitFor()
    await row('which animal').getByRole('button').first().click()
    await header('which animal').waitFor()
    await chat.last.getByText('A walrus with remarkable whiskers.').waitFor()
  })

  test('one is renamed, deleted, and brought back', async () => {
    model.on('call me what you like', says('I shall.'))
    await chat.run('call me what you like')
    await header().click()
    await row('call me what you like').hover()
    await row('call me what you like').getByRole('button', { name: 'Rename (F2)' }).click()
    await wb.asks(page, 'Rename session')
    await wb.quickInput(page).getByRole('textbox').fill('The second name')
    await wb.press(page, 'Enter')
    await header('The second name').waitFor()

    await chat.newSession()
    await header().click()
    await row('The second name').hover()
    await row('The second name').getByRole('button', { name: 'Delete' }).click()
    const told = wb.toast(page, 'Deleted the session “The second name”.')
    await told.waitFor()
    await row('The second name').waitFor({ state: 'detached' })
    await told.getByRole('button', { name: 'Undo' }).click()
    await header('The second name').waitFor()
    await chat.last.getByText('I shall.').waitFor()
  })

  test('one is exported as Markdown', async () => {
    model.on('write this down', says('It is **written**.'))
    await chat.run('write this down')
    await header().click()
    await row('write this down').hover()
    await row('write this down').getByRole('button', { name: 'Export as Markdown' }).click()
    await until('the editor holds the conversation', async () => {
      const text = await wb.shownText(page)
      return text.includes('write this down') && text.includes('It is **written**.')
    })
    await page.getByRole('button', { name: /^Markdown, Select Language Mode|^Markdown$/ }).waitFor()
    await wb.closeEditors(page)
  })

  test('after Keel was started anew it goes on', async () => {
    model.on('remember seven', says('Seven it is.'))
    model.on('which number', says('It was seven.'))
    await chat.run('remember seven')
    await chat.input.fill('which number')
    await agent.kept('which number')
    wb.assertNoProblems(page)
    await agent.stop()
    await agent.start()
    ;({ page, chat } = agent)
    await chat.last.getByText('Seven it is.').waitFor()
    await holdsText(chat.input, 'which number')
    await chat.input.press('Enter')
    await chat.turns.nth(1).getByText('It was seven.').waitFor()
    await chat.ended()
    assert.match(sent(model.requests('which number')[0]), /remember seven.*Seven it is\./)
  })
})

describe('4 pictures', { timeout: 300_000 }, () => {
  test('one is pasted, seen before it is sent, and given to the model', async () => {
    model.on('what is this', says('A red square.'))
    await chat.input.focus()
    await page.evaluate(async () => {
      const canvas = document.createElement('canvas')
      canvas.width = canvas.height = 8
      const context = canvas.getContext('2d')
      context.fillStyle = 'red'
      context.fillRect(0, 0, 8, 8)
      const blob = await new Promise((done) => canvas.toBlob(done, 'image/png'))
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })])
    })
    await wb.press(page, 'Control+V')
    const pasted = page.getByRole('list', { name: 'Pictures in this message' })
    await pasted.getByRole('img').waitFor()
    const turn = await chat.run('what is this')
    await turn.getByText('A red square.').waitFor()
    await pasted.waitFor({ state: 'detached' })
    const [request] = model.requests('what is this')
    const images = request.messages.at(-1).content.flatMap((block) => block.image ?? [])
    assert.deepEqual(
      images.map((image) => image.format),
      ['png'],
    )
    const pixels = await page.evaluate(async (base64) => {
      const image = new Image()
      image.src = `data:image/png;base64,${base64}`
      await image.decode()
      const context = document.createElement('canvas').getContext('2d')
      context.drawImage(image, 0, 0)
      return [image.naturalWidth, image.naturalHeight, ...context.getImageData(4, 4, 1, 1).data]
    }, images[0].source.bytes)
    assert.deepEqual(pixels, [8, 8, 255, 0, 0, 255], 'the model got what was pasted')
    assert.deepEqual(texts(request), ['what is this'])
    await reload(page)
    const shown = chat.last.getByRole('group', { name: 'You wrote' }).getByRole('img')
    await until('it is shown', () => shown.evaluate((image) => image.naturalWidth === 8))
  })
})
