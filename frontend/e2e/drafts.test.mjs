// What is typed but not sent: whatever ends the page, nothing of it is lost.
import { after, before, describe, test } from 'node:test'
import { says } from './bedrock.mjs'
import { reload, until } from './harness.mjs'
import * as refs from './references.mjs'
import { holdsText, startAgent } from './scripted.mjs'

let agent, page, chat

before(async () => {
  agent = await startAgent()
  ;({ page, chat } = agent)
})

after(() => agent?.end())

describe('1 the page is loaded again within a moment', { timeout: 300_000 }, () => {
  test('the last letters are there', async () => {
    for (const text of ['first words', 'first words and the last letters']) {
      await chat.input.fill('')
      await chat.input.pressSequentially(text)
      await reload(page)
      await holdsText(chat.input, text)
    }
  })

  test('a reference and a picture are there', async () => {
    await agent.anew()
    await refs.pick(page, 'calc.go')
    const text = await chat.input.inputValue()
    await page.evaluate(() => {
      const image = Uint8Array.from(
        atob(
          'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
        ),
        (c) => c.charCodeAt(0),
      )
      const data = new DataTransfer()
      data.items.add(new File([image], 'dot.png', { type: 'image/png' }))
      document.activeElement.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true }),
      )
    })
    await refs.pictures(page).getByRole('img', { name: 'dot.png' }).waitFor()
    await reload(page)
    await holdsText(chat.input, text)
    await refs.says(refs.chips(page), 'File calc.go', /\d/)
    await refs.pictures(page).getByRole('img', { name: 'dot.png' }).waitFor()
  })
})

describe('2 Keel is killed', { timeout: 300_000 }, () => {
  /** Edits the first message, up to before it is sent. */
  async function edit(text) {
    await chat.turns.first().getByRole('group', { name: 'You wrote' }).hover()
    await chat.turns.first().getByRole('button', { name: 'Edit this message', exact: true }).click()
    const field = chat.turns.first().getByRole('textbox', { name: 'Your message' })
    await field.fill(text)
    return field
  }

  async function killAndStart() {
    await agent.keel.end('SIGKILL')
    await agent.stop()
    await agent.start()
    ;({ page, chat } = agent)
  }

  test('an earlier message that is being edited is there', async () => {
    await agent.anew()
    await chat.run(agent.model.on('the first message', says('Read.')))
    await edit('the first message, better')
    await agent.kept('the first message, better')
    await killAndStart()
    await holdsText(
      chat.turns.first().getByRole('textbox', { name: 'Your message' }),
      'the first message, better',
    )
    await chat.turns.first().getByRole('button', { name: 'Cancel', exact: true }).click()
  })

  test('one on its way, when the conversation has already gone back, is in the input', async () => {
    await page.evaluate(() => {
      globalThis.go.bind.Agent.Send = () => new Promise(() => {})
    })
    const field = await edit('the first message, at its best')
    await agent.kept('the first message, at its best')
    await field.press('Enter')
    await until('the conversation has gone back', async () => (await chat.turns.count()) === 0)
    await killAndStart()
    // What was asked at first is there, too, as after every going back.
    await holdsText(chat.input, 'the first message, at its best\nthe first message')
  })
})
