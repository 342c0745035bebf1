// What a person does while the agent works: adds to it, stops it, answers it,
// watches it, looks away and comes back. The service is scripted; the rest is real.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { calls, gate, holds, results, says, texts } from './bedrock.mjs'
import { reload, until } from './harness.mjs'
import { command, holdsText, question, runButton, running, startAgent } from './scripted.mjs'
import * as wb from './workbench.mjs'

let agent, model, home, page, chat

before(async () => {
  agent = await startAgent()
  ;({ model, home, page, chat } = agent)
})

beforeEach(() => agent.anew())
afterEach((context) => wb.conclude(page, context))
after(() => agent?.end())

describe('1 messages during a turn', { timeout: 300_000 }, () => {
  test('one waits, is edited in place, and goes in with the next results; one is removed', async () => {
    const reading = gate()
    model.on('read the parser', holds('Let me look.', reading, calls('read_file', { path: 'parse.go' })))
    model.on('mind the spaces too', says('I mind the spaces.'))
    const turn = await chat.send('read the parser')
    await turn.getByText('Let me look.').waitFor()
    await agent.queue('mind the spaces')
    await agent.queue('and forget the rest')

    await agent.queued('mind the spaces').getByRole('button', { name: 'Edit' }).click()
    const edited = chat.log.getByRole('textbox', { name: 'Queued message' })
    await holdsText(edited, 'mind the spaces')
    await edited.fill('mind the spaces too')
    await edited.press('Enter')
    await agent.queued('mind the spaces too').waitFor()
    await agent.queued('and forget the rest').getByRole('button', { name: 'Remove' }).click()
    await agent.queued('and forget the rest').waitFor({ state: 'detached' })
    await until('the input has the keyboard again', () =>
      chat.input.evaluate((element) => element === document.activeElement),
    )
    reading.open()

    await turn.getByText('I mind the spaces.').waitFor()
    await chat.ended(turn)
    await turn.getByRole('group', { name: 'You wrote' }).getByText('mind the spaces too').waitFor()
    assert.equal(await chat.turns.count(), 1, 'it went into the turn that ran')
    const [request] = model.requests('mind the spaces too')
    assert.match(results(request).join(), /func /, 'with the results')
    assert.deepEqual(texts(request), ['mind the spaces too'])
  })

  test('one is sent now: the turn stops for it, and the others wait on', async () => {
    model.on('work for long', holds('This takes long.', gate()))
    const urgent = gate()
    model.on('this first', holds('First things first.', urgent))
    model.on('then this', says('And then that.'))
    const turn = await chat.send('work for long')
    await turn.getByText('This takes long.').waitFor()
    await agent.queue('then this')
    await agent.queue('this first')
    await agent.queued('this first').getByRole('button', { name: 'Send now' }).click()

    const second = chat.turns.nth(1)
    await second.getByText('First things first.').waitFor()
    await turn.getByText('This takes long.').waitFor()
    assert.equal(await turn.getAttribute('aria-busy'), 'false', 'the turn has stopped')
    await agent.queued('then this').waitFor()
    urgent.open()
    await chat.turns.nth(2).getByText('And then that.').waitFor()
    await chat.ended(chat.turns.nth(2))
    await until('nobody listens to the model', () => model.listeners() === 0)
  })
})

describe('2 stop', { timeout: 300_000 }, () => {
  const states = [
    {
      when: 'while a reply streams',
      step: holds('Words that stay.', gate()),
      reached: (turn) => turn.getByText('Words that stay.').waitFor(),
      stays: 'Words that stay.',
    },
    {
      when: 'while an approval waits',
      step: calls('run_command', { command: 'touch never' }),
      reached: (turn) => runButton(turn).waitFor(),
      stays: 'touch never',
    },
    {
      when: 'while it waits to try again',
      step: (reply) => reply.refuse(429, 'ThrottlingException', 'slow down', { 'Retry-After': '100' }),
      reached: (turn) => turn.getByRole('timer').waitFor(),
    },
    {
      when: 'while a question waits',
      step: calls('ask_user', { question: 'Which colour?', choices: ['Red', 'Blue'] }),
      reached: (turn) => question(turn).getByRole('button', { name: 'Red' }).waitFor(),
      stays: 'Not answered.',
    },
    {
      when: 'while a command runs',
      step: calls('run_command', { command: 'echo begun; sleep 61.5' }),
      reached: async (turn) => {
        await wb.pressWhenReady(runButton(turn))
        await command(turn).getByLabel('Output').getByText('begun').waitFor()
        await until('it runs', async () => (await running('sleep 61.5')).length === 1)
      },
      stays: 'begun',
    },
  ]
  for (const { when, step, reached, stays } of states) {
    test(`${when}: idle at once, and nothing is left running or sent`, async () => {
      const prompt = model.on(`stop ${when}`, step)
      model.on('never to be sent', says('This was sent.'))
      model.on('are you there', says('I am here.'))
      const turn = await chat.send(prompt)
      await reached(turn)
      await agent.queue('never to be sent')
      const begun = Date.now()
      await chat.stop.click()
      await chat.stop.waitFor({ state: 'hidden' })
      console.log(`    idle ${Date.now() - begun} ms after Stop ${when}`)
      assert.equal(await turn.getAttribute('aria-busy'), 'false')
      await until('nobody listens to the model', () => model.listeners() === 0)
      await until('no process is left', async () => (await running('sleep 61.5')).length === 0)
      await turn.getByText('stopped').first().waitFor()
      if (stays) await turn.getByText(stays).first().waitFor()
      await turn.getByRole('timer').waitFor({ state: 'detached' })
      assert.ok(!existsSync(join(home.folder, 'never')))

      await holdsText(chat.input, 'never to be sent')
      assert.equal(await chat.turns.count(), 1)
      const next = await chat.run('are you there')
      await next.getByText('I am here.').waitFor()
      assert.equal(model.requests('never to be sent').length, 0)
      assert.equal(model.requests(prompt).length, 1)
    })
  }
})

describe('3 tries again', { timeout: 300_000 }, () => {
  test('the wait counts down, Try now ends it, and the whole reply replaces the cut one', async () => {
    const cut = gate()
    model.on(
      'answer in spite of all',
      holds('Half of a reply', cut, (reply) => reply.cut()),
      (reply) => reply.refuse(429, 'ThrottlingException', 'slow down', { 'Retry-After': '100' }),
      says('The whole reply.'),
    )
    const turn = await chat.send('answer in spite of all')
    await turn.getByText('Half of a reply').waitFor()
    cut.open()
    await turn.getByText('is busy').waitFor()
    const timer = turn.getByRole('timer')
    const left = async () => Number(/\d+/.exec(await timer.innerText())[0])
    const before = await left()
    assert.ok(before > 60, `it waits as long as the service asked: ${before} s`)
    await until('it counts down', async () => (await left()) < before)
    await turn.getByRole('button', { name: 'Try now' }).click()
    await turn.getByText('The whole reply.').waitFor()
    await chat.ended(turn)
    assert.equal(await turn.getByText('Half of a reply').count(), 0)
    assert.equal(await timer.count(), 0)
    assert.equal(await turn.getByText('is busy').count(), 0)
    assert.equal(model.requests('answer in spite of all').length, 3)
  })
})

describe('4 two sessions at once', { timeout: 300_000 }, () => {
  const header = () => page.getByRole('button', { name: /^Session: / })
  const list = () => page.getByRole('dialog', { name: 'Sessions' })

  async function show(title) {
    await header().click()
    await list().getByRole('button', { name: title }).first().click()
    await page.getByRole('button', { name: new RegExp(`^Session: ${title}`) }).waitFor()
  }

  test('both work; one waits and says so; stopping the other leaves it', async () => {
    const asking = gate()
    model.on('alpha goes on', holds('Alpha is at work.', gate()))
    model.on(
      'beta has a wish',
      holds('Beta is at work.', asking, calls('run_command', { command: 'printf done > beta.txt' })),
      says('Beta is done.'),
    )
    await (await chat.send('alpha goes on')).getByText('Alpha is at work.').waitFor()
    await chat.newSession()
    await (await chat.send('beta has a wish')).getByText('Beta is at work.').waitFor()
    assert.equal(model.listeners(), 2, 'both are being answered')

    await show('alpha goes on')
    await chat.last.getByText('Alpha is at work.').waitFor()
    assert.equal(await chat.last.getByText('Beta is at work.').count(), 0)
    await header().getByRole('img', { name: 'Another session is at work' }).waitFor()
    asking.open()
    await header().getByRole('img', { name: 'Another session waits for you' }).waitFor()
    const told = wb.toast(page, '“beta has a wish” waits for your answer.')
    await told.waitFor()
    await header().click()
    await list()
      .getByRole('listitem')
      .filter({ hasText: 'beta has a wish' })
      .getByLabel('Waits for you')
      .waitFor()
    await page.keyboard.press('Escape')
    await list().waitFor({ state: 'detached' })
    assert.equal(await chat.last.getAttribute('aria-busy'), 'true', 'Escape closed the list, no more')

    await chat.stop.click()
    await chat.ended()
    await told.getByRole('button', { name: 'Show' }).click()
    await wb.pressWhenReady(runButton(chat.last))
    await chat.last.getByText('Beta is done.').waitFor()
    await chat.ended()
    assert.equal(await home.read('beta.txt'), 'done')
    await show('alpha goes on')
    await chat.last.getByText('Alpha is at work.').waitFor()
    await wb.clearToasts(page)
  })
})

describe('5 the page is loaded again', { timeout: 300_000 }, () => {
  test('while a reply streams: text, queue and draft are there, and it goes on', async () => {
    const rest = gate()
    model.on('talk on', holds('The first half.', rest, says(' The second half.')))
    model.on('a queued one', says('Got it.'))
    await (await chat.send('talk on')).getByText('The first half.').waitFor()
    await agent.queue('a queued one')
    await chat.input.fill('a draft')
    await agent.kept('a draft')
    await reload(page)
    await chat.last.getByText('The first half.').waitFor()
    await agent.queued('a queued one').waitFor()
    await holdsText(chat.input, 'a draft')
    assert.equal(await chat.last.getAttribute('aria-busy'), 'true')
    rest.open()
    await chat.turns.first().getByText('The first half. The second half.').waitFor()
    await chat.turns.nth(1).getByText('Got it.').waitFor()
    await chat.ended()
    await holdsText(chat.input, 'a draft')
    assert.equal(model.requests('talk on').length, 1, 'nothing was asked twice')
  })

  test('while an approval waits: it can still be answered', async () => {
    model.on('run it', calls('run_command', { command: 'printf ran > ran.txt' }), says('It ran.'))
    await runButton(await chat.send('run it')).waitFor()
    await reload(page)
    await wb.pressWhenReady(runButton(chat.last))
    await chat.last.getByText('It ran.').waitFor()
    await chat.ended()
    assert.equal(await home.read('ran.txt'), 'ran')
  })

  test('while a question waits: it can still be answered', async () => {
    model.on(
      'ask me',
      calls('ask_user', { question: 'Which colour?', choices: ['Red', 'Blue'] }),
      says('Good.'),
    )
    await question(await chat.send('ask me'))
      .getByText('Which colour?')
      .waitFor()
    await reload(page)
    await wb.pressWhenReady(question(chat.last).getByRole('button', { name: 'Blue' }))
    await chat.last.getByText('Good.').waitFor()
    await chat.ended()
    await question(chat.last).getByText('You answered: Blue').waitFor()
    assert.deepEqual(results(model.requests('ask me')[1]), ['Blue'])
  })
})

describe('6 what the agent does meanwhile', { timeout: 300_000 }, () => {
  test('a plan is followed live', async () => {
    const items = (...states) => ({
      items: ['Read the code', 'Change it'].map((text, i) => ({ text, status: states[i] })),
    })
    const half = gate()
    const whole = gate()
    model.on(
      'make a plan',
      calls('todo', items('in_progress', 'pending')),
      holds('I read.', half, calls('todo', items('done', 'in_progress'))),
      holds('I change.', whole, calls('todo', items('done', 'done'))),
      says('All is done.'),
    )
    const turn = await chat.send('make a plan')
    const plan = turn.getByRole('group', { name: 'Plan' })
    const step = (text) => plan.getByRole('listitem').filter({ hasText: text })
    await plan.getByText('Plan: 0 of 2 done').waitFor()
    await step('Read the code').getByLabel('Under way').waitFor()
    await step('Change it').getByLabel('To do').waitFor()
    half.open()
    await plan.getByText('Plan: 1 of 2 done').waitFor()
    await step('Read the code').getByLabel('Done').waitFor()
    await step('Change it').getByLabel('Under way').waitFor()
    whole.open()
    await chat.ended(turn)
    await plan.getByText('Plan: 2 of 2 done').waitFor()
  })

  test('a question is answered by a choice, and one in words of the user', async () => {
    model.on(
      'ask me twice',
      calls('ask_user', { question: 'Which colour?', choices: ['Red', 'Blue'], free: false }),
      calls('ask_user', { question: 'Which name?' }),
      (reply, request) => reply.say(`Named ${results(request)[0]}.`),
    )
    const turn = await chat.send('ask me twice')
    await question(turn).getByText('Which colour?').waitFor()
    assert.equal(await question(turn).getByRole('textbox').count(), 0)
    await wb.pressWhenReady(question(turn).getByRole('button', { name: 'Blue' }))
    const name = turn.getByRole('textbox', { name: 'Your answer' })
    await name.fill('Ada')
    await until('the answer is taken', async () => {
      if (await turn.getByText('You answered: Ada').isVisible()) return true
      await name.press('Enter', { timeout: 2000 })
      return false
    })
    await turn.getByText('Named Ada.').waitFor()
    await chat.ended(turn)
    await turn.getByText('You answered: Blue').waitFor()
    assert.deepEqual(results(model.requests('ask me twice')[1]), ['Blue'])
  })

  test('a sub agent shows what it does', async () => {
    const counting = gate()
    model.on('have it counted', calls('sub_agent', { task: 'count the files' }), says('There are some.'))
    model.on(
      'count the files',
      calls('list_dir', { path: '.' }),
      calls('read_file', { path: 'parse.go' }),
      holds('Counting.', counting, says(' There are seven.')),
    )
    const turn = await chat.send('have it counted')
    const lines = turn.getByRole('list', { name: 'What the sub agent does' }).getByRole('listitem')
    await lines.filter({ hasText: 'List' }).getByLabel('Done').waitFor()
    await lines.filter({ hasText: 'Read parse.go' }).getByLabel('Done').waitFor()
    assert.equal(await turn.getAttribute('aria-busy'), 'true')
    counting.open()
    await turn.getByText('There are some.').waitFor()
    await chat.ended(turn)
    assert.match(results(model.requests('have it counted')[1])[0], /Counting\. There are seven\./)
  })

  test('a command goes on in the background: it is listed, read by the model, and stopped', async () => {
    const flag = (name) => join(home.home, name)
    const line = `echo one; until [ -e ${flag('two')} ]; do sleep 0.05; done; echo two; until [ -e ${flag('three')} ]; do sleep 0.05; done; echo three; exec sleep 333.25`
    const id = (request) => /with the id (\S+?):/.exec(results(request).join())?.[1]
    const looking = gate()
    let commandId
    model.on(
      'serve it',
      calls('run_command', { command: line, background: true }),
      async (reply, request) => {
        commandId = id(request)
        reply.say('It serves.')
        await looking.opened
        reply.call('command_output', { id: commandId, wait_s: 30 })
      },
      says('I have seen it.'),
    )
    const turn = await chat.send('serve it')
    await wb.pressWhenReady(runButton(turn))
    await turn.getByText('It serves.').waitFor()
    const card = turn.getByRole('region', { name: 'Command' }).first()
    await card.getByText('Running in the background').waitFor()
    const strip = page.getByRole('region', { name: 'Background commands' })
    await strip.getByText('1 command running in the background').waitFor()
    await card.getByLabel('Output').getByText('one').waitFor()
    looking.open()
    await writeFile(flag('two'), '')
    await card.getByLabel('Output').getByText('two').waitFor()
    await turn.getByText('I have seen it.').waitFor()
    await chat.ended(turn)
    assert.match(results(model.requests('serve it')[2])[0], /^two\n/)

    await strip.getByText('1 command running in the background').waitFor()
    await writeFile(flag('three'), '')
    await card.getByLabel('Output').getByText('three').waitFor()
    await until('it is there', async () => (await running('sleep 333.25')).length === 1)
    await strip.getByRole('button', { name: /running in the background/ }).click()
    await strip.getByRole('button', { name: 'Stop' }).click()
    await until('it is gone', async () => (await running('sleep 333.25')).length === 0)
    await strip.waitFor({ state: 'detached' })
    assert.equal(await card.getByText('Running in the background').count(), 0)
  })
})
