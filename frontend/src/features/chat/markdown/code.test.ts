import { afterEach, expect, test } from 'vitest'
import { calls } from '../../../testing/window'
import { session, text, turn } from '../../../testing/sessions'
import type { Applied } from '../host'
import { renderChat, type Rendered } from '../testing/render'

let chat: Rendered
afterEach(() => chat.dispose())

/** A reply with code, over a window in which applying it has this outcome. */
async function withCode(markdown: string, outcome: Applied = 'applied', streaming = false): Promise<void> {
  chat = await renderChat(
    session({
      turns: [turn({ status: streaming ? 'running' : 'done', items: [text('m1', markdown, streaming)] })],
    }),
  )
  const log: string[] = []
  Object.assign(chat.host.code, {
    apply: async (code: string, language: string, path?: string) => {
      log.push(`${language} ${path ?? '-'}: ${code}`)
      return outcome
    },
    insert: async () => outcome === 'applied',
  })
  applied = log
}
let applied: string[] = []

const code = '**calc.go**\n```go\npackage calc\n```'

async function press(name: string): Promise<void> {
  chat.button(name).click()
  await chat.settle()
}

test('code is applied to the file that is named before it, and that is said', async () => {
  await withCode(code)
  await press('Apply to calc.go…')
  expect(applied).toEqual(['go calc.go: package calc'])
  expect(chat.root.querySelector('.said')?.textContent).toContain('Applied to calc.go.')
})

test('without a file it is said to open one', async () => {
  await withCode('```go\nx\n```', 'nowhere')
  await press('Apply as a change…')
  expect(applied).toEqual(['go -: x'])
  expect(chat.root.querySelector('.said')?.textContent).toContain('Open the file')
  await press('Insert at cursor')
  expect(chat.root.querySelector('.said')?.textContent).toContain('No editor is open.')
})

test('nothing is said about what the person has cancelled', async () => {
  await withCode(code, 'cancelled')
  await press('Apply to calc.go…')
  expect(chat.root.querySelector('.said')?.textContent.trim()).toBe('')
})

test('where it belongs is not clear: Keel can be asked, with the code and the file', async () => {
  await withCode(code, 'unclear')
  await press('Apply to calc.go…')
  await press('Ask Keel to apply it')
  const [sent] = calls(chat.host, 'Agent.Send')
  expect(sent).toMatchObject([
    's1',
    {
      text: expect.stringContaining('`calc.go`') as string,
      references: [
        { kind: 'text', given: 'package calc' },
        { kind: 'file', path: 'calc.go' },
      ],
    },
  ])
  expect(chat.find('Ask Keel to apply it')).toBeUndefined()
})

test('code that is still being written can be copied, not used', async () => {
  await withCode('```go calc.go\npackage calc\n', 'applied', true)
  expect(chat.button('Apply to calc.go…').disabled).toBe(true)
  expect(chat.button('Insert at cursor').disabled).toBe(true)
  expect(chat.button('Copy code').disabled).toBe(false)
})
