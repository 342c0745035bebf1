// Pictures to look at: the agent at work and what it asks, in a dark and a light theme.
import { afterEach, test } from 'node:test'
import { calls, gate, holds, says } from './bedrock.mjs'
import { picture } from './harness.mjs'
import { question, runButton, startAgent } from './scripted.mjs'
import * as wb from './workbench.mjs'

let agent

afterEach(async (context) => {
  try {
    await wb.conclude(agent.page, context)
  } finally {
    await agent.end()
  }
})

const looks = [
  { theme: 'Dark Modern', name: 'dark' },
  { theme: 'Light Modern', name: 'light' },
]

for (const { theme, name } of looks) {
  test(`pictures of the agent at work, ${name}`, { timeout: 300_000 }, async () => {
    agent = await startAgent()
    const { page, chat, model } = agent
    const shoot = async (what) => {
      await page.mouse.move(640, 796)
      await wb.settled(page)
      await picture(page, `${name}-agent-${what}`)
    }
    if (theme !== 'Dark Modern') await wb.chooseTheme(page, theme)
    await chat.open()
    const steps = ['Read the parser', 'Add the operator %', 'Test it and run the tests']
    const plan = (...states) => ({ items: steps.map((text, i) => ({ text, status: states[i] })) })
    model.on(
      'add a remainder operator to the calculator',
      calls('todo', plan('in_progress', 'pending', 'pending'), 'I plan the work first.'),
      calls('read_file', { path: 'parse.go' }),
      calls('todo', plan('done', 'in_progress', 'pending')),
      calls('ask_user', {
        question: 'Go’s `%` wants integers. What should happen with fractions?',
        choices: ['Use math.Mod', 'Refuse them with an error', 'Round first'],
      }),
      calls('run_command', { command: 'echo watching; exec sleep 300.75', background: true }),
      holds('The tests are watched from here on.', gate()),
    )
    const turn = await chat.send('add a remainder operator to the calculator')
    const choice = question(turn).getByRole('button', { name: 'Use math.Mod' })
    await choice.waitFor()
    await shoot('1-question-and-plan')
    await wb.pressWhenReady(choice)
    await wb.pressWhenReady(runButton(turn))
    await turn.getByText('The tests are watched from here on.').waitFor()
    await agent.queue('and mention it in the README')
    const strip = page.getByRole('region', { name: 'Background commands' })
    await strip.getByRole('button', { name: /in the background/ }).click()
    await shoot('2-background-and-queued')
    await agent.queued('README').getByRole('button', { name: 'Edit' }).click()
    await shoot('3-queued-edited')
    await wb.press(page, 'Escape')
    await chat.stop.click()
    await chat.ended(turn)
    await chat.input.fill('')

    await chat.newSession()
    const usage = { inputTokens: 170_000, outputTokens: 3000, totalTokens: 173_000 }
    model.on('explain the parser', says('It reads tokens, one after the other. '.repeat(300), usage))
    model.on(
      'The conversation above is about to be replaced by a summary',
      says('# Done\n\nThe parser was explained.\n\n# Next\n\nNothing is asked for.'),
    )
    model.on('thank you', (reply) =>
      reply.refuse(429, 'ThrottlingException', 'slow', { 'Retry-After': '90' }),
    )
    await chat.run('explain the parser')
    await page.getByRole('button', { name: /^Context \d+ % full/ }).click()
    await page.getByRole('dialog', { name: 'Context and cost' }).waitFor()
    await shoot('4-meter')
    await wb.press(page, 'Escape')
    const thanks = await chat.send('thank you')
    await thanks.getByRole('timer').waitFor()
    await page.mouse.move(640, 796)
    await picture(page, `${name}-agent-5-retry`) // it counts: never still
    await chat.stop.click()
    await chat.ended(thanks)
    await thanks.getByRole('button', { name: 'Summed up to make room' }).click()
    await shoot('5-summary')
    await chat.model.click()
    await wb.asks(page, 'Model')
    await shoot('6-models')
    await wb.press(page, 'Escape')
    await page.getByRole('button', { name: /^Session: / }).click()
    await page.getByRole('dialog', { name: 'Sessions' }).waitFor()
    await shoot('7-sessions')
  })
}
