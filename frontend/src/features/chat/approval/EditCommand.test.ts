import { afterEach, beforeEach, expect, test } from 'vitest'
import { approval, command, event } from '../../../testing/sessions'
import { answers, asked, Asking, line } from '../testing/asked'
import type { Rendered } from '../testing/render'

let asking: Asking
beforeEach(() => {
  asking = new Asking()
})
afterEach(() => asking.end())

const editor = (shown: Rendered): HTMLTextAreaElement => {
  const field = shown.root.querySelector<HTMLTextAreaElement>('[aria-label="Command to run instead"]')
  if (!field) throw new Error('There is no field.')
  return field
}

async function edit(shown: Rendered, text: string): Promise<HTMLTextAreaElement> {
  asking.later()
  shown.button('Edit…').click()
  await shown.settle()
  const field = editor(shown)
  field.value = text
  field.dispatchEvent(new Event('input', { bubbles: true }))
  await shown.settle()
  return field
}

test('a command is changed before it runs; Ctrl+Enter runs it, Enter alone is a new line', async () => {
  const shown = await asking.show()
  const field = await edit(shown, 'go test ./calc\ngo vet ./calc')
  expect(document.activeElement).toBe(field)
  expect(shown.root.querySelector('[aria-label="The whole command"]')).toBeNull()
  shown.press(field, 'Enter')
  shown.press(field, 'Enter', { ctrlKey: true, repeat: true })
  await shown.settle()
  expect(answers(shown)).toEqual([])
  shown.press(field, 'Enter', { ctrlKey: true })
  await shown.settle()
  expect(answers(shown)).toEqual([
    {
      sessionId: 's1',
      approvalId: 'a1',
      hash: 'h1',
      approved: true,
      feedback: '',
      trust: '',
      scope: 'session',
      command: 'go test ./calc\ngo vet ./calc',
    },
  ])
})

test('an empty command cannot be run; one that is the same after all is not an edit', async () => {
  const shown = await asking.show()
  const field = await edit(shown, ' \n')
  expect(shown.button('Run Edited Command').disabled).toBe(true)
  shown.press(field, 'Enter', { metaKey: true })
  await shown.settle()
  expect(answers(shown)).toEqual([])
  shown.press(field, 'Escape')
  await shown.settle()
  expect(document.activeElement).toBe(shown.button('Run'))
  expect(shown.host.bridge.calls.some((each) => each.name === 'Agent.Stop')).toBe(false)
  shown.button('Edit…').click()
  await shown.settle()
  expect(editor(shown).value).toBe(line)
  shown.button('Run Edited Command').click()
  await shown.settle()
  expect(answers(shown)).toMatchObject([{ approved: true, command: '' }])
})

test('hidden characters that are put into the field are named and shown', async () => {
  const shown = await asking.show()
  await edit(shown, 'rm \u202e-rf')
  expect(shown.root.textContent).toContain('U+202E right-to-left override')
  expect(shown.root.querySelector('[aria-label="The command with them shown"]')?.textContent).toBe(
    'rm U+202E-rf',
  )
})

test('a command that asks anew is shown again, not what was made of the one before', async () => {
  const shown = await asking.show()
  await edit(shown, 'go test ./calc')
  const item = asked({ id: 'a1', hash: 'h2' }, 'go vet ./...')
  shown.host.bridge.emit('session', event(2, { kind: 'item', turnId: 't1', item }))
  await shown.settle()
  expect(shown.find('Run Edited Command')).toBeUndefined()
  expect(shown.root.querySelector('.command')?.textContent).toContain('go vet ./...')
})

test('a command that the user changed shows what the agent wanted', async () => {
  const done = command('x1', 'go test ./calc', {
    approval: approval({ answer: 'approved', original: 'rm -rf \u202e/' }),
  })
  const shown = await asking.show(done)
  shown.button('You changed the command').click()
  await shown.settle()
  expect(shown.root.querySelector('.original pre')?.textContent).toBe('rm -rf U+202E/')
})
