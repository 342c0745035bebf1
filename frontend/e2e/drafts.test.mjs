// What is typed but not sent: whatever ends the page, nothing of it is lost.
import { after, before, describe, test } from 'node:test'
import { reload } from './harness.mjs'
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
