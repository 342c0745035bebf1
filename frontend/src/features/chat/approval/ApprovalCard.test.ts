import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Failure } from '../../../bridge'
import { approval, call, event, session, turn } from '../../../testing/sessions'
import { answers, asked, Asking } from '../testing/asked'
import { states } from '../testing/states'

let asking: Asking
beforeEach(() => {
  asking = new Asking()
})
afterEach(() => asking.end())

test('Run has the keyboard and answers with the hash that was shown', async () => {
  const shown = await asking.show()
  expect(document.activeElement).toBe(shown.button('Run'))
  asking.later()
  shown.button('Run').click()
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
      command: '',
    },
  ])
})

test('a click in the first moment does not run anything', async () => {
  const shown = await asking.show()
  shown.button('Run').click()
  await shown.settle()
  expect(answers(shown)).toEqual([])
})

test('Enter in the input sends a message and approves nothing', async () => {
  const shown = await asking.show()
  asking.later()
  shown.input().focus()
  shown.type('wait')
  shown.press(shown.input(), 'Enter')
  await shown.settle()
  expect(answers(shown)).toEqual([])
  expect(shown.host.bridge.calls.some((each) => each.name === 'Agent.Send')).toBe(true)
})

test('the keyboard is not taken from someone who is typing', async () => {
  const chat = await asking.open(session({ turns: [turn({ status: 'running' })] }))
  chat.input().focus()
  chat.type('half a sent')
  chat.host.bridge.emit('session', event(2, { kind: 'item', turnId: 't1', item: asked() }))
  await chat.settle()
  expect(chat.find('Run')).toBeDefined()
  expect(document.activeElement).toBe(chat.input())
})

test('a rejection can say why; Enter sends it, Escape goes back and stops nothing', async () => {
  const shown = await asking.show()
  shown.button('Reject…').click()
  await shown.settle()
  const reason = shown.root.querySelector('input')
  expect(document.activeElement).toBe(reason)
  if (!reason) return
  shown.press(reason, 'Escape')
  expect(shown.host.bridge.calls.some((each) => each.name === 'Agent.Stop')).toBe(false)
  shown.button('Reject…').click()
  await shown.settle()
  const again = shown.root.querySelector('input')
  if (again) {
    again.value = 'too slow'
    again.dispatchEvent(new Event('input', { bubbles: true }))
    shown.press(again, 'Enter')
  }
  await shown.settle()
  expect(answers(shown)).toMatchObject([{ approved: false, feedback: 'too slow', trust: '' }])
})

test('how it was decided stands behind a disclosure', async () => {
  const steps = [
    { tier: 'built in', rule: 'protected', text: 'It writes no protected path.', effect: '' },
    { tier: 'user', rule: 'trusted', text: 'Matches “go \u202etest *”.', effect: 'allow' },
    { tier: 'workspace', rule: 'denied', text: 'The folder asks for “test”.', effect: 'ask' },
  ]
  const shown = await asking.show(asked({ steps }))
  expect(shown.root.querySelector('.approval ol')).toBeNull()
  shown.button('How this was decided').click()
  await shown.settle()
  const read = [...shown.root.querySelectorAll('.approval li')].map((each) =>
    each.textContent.replace(/\s+/g, ' ').trim(),
  )
  expect(read).toEqual([
    'Built in has no say: It writes no protected path.',
    'Your settings lets it run: Matches “go U+202Etest *”.',
    'This folder asks: The folder asks for “test”.',
  ])
})

test('the trusted commands are one link away', async () => {
  const shown = await asking.show()
  shown.button('Edit Trusted Commands').click()
  expect(shown.host.opened).toEqual(['command: keel.editTrustedCommands'])
})

test('what changed since it was shown is said, and answered anew with the new hash', async () => {
  const changed = new Failure('changed', 'changed', '')
  const answer = vi.fn().mockRejectedValueOnce(changed).mockReturnValue(undefined)
  const shown = await asking.show(asked(), { 'Agent.Answer': answer })
  asking.later()
  shown.button('Run').click()
  await shown.settle()
  expect(shown.root.textContent).toContain('has changed since it was shown')
  const item = asked({ id: 'a2', hash: 'h2' }, 'go test ./calc')
  shown.host.bridge.emit('session', event(2, { kind: 'item', turnId: 't1', item }))
  await shown.settle()
  expect(shown.root.querySelector('.command')?.textContent).toContain('go test ./calc')
  shown.button('Run').click()
  asking.later()
  shown.button('Run').click()
  await shown.settle()
  expect(answers(shown)).toMatchObject([{ hash: 'h1' }, { approvalId: 'a2', hash: 'h2' }])
})

test('a failed answer stays in place, with its hint, and can be given again', async () => {
  const answer = vi.fn().mockRejectedValueOnce(new Failure('internal', 'It did not arrive.', 'Try again.'))
  const shown = await asking.show(asked(), { 'Agent.Answer': answer })
  asking.later()
  shown.button('Run').click()
  await shown.settle()
  expect(shown.root.textContent).toContain('It did not arrive.')
  shown.button('Run').click()
  await shown.settle()
  expect(answers(shown)).toHaveLength(2)
})

test('the whole command is shown, with what cannot be seen made visible', async () => {
  const hidden = states['hidden']?.()
  if (!hidden) throw new Error('no such state')
  const chat = await asking.open(hidden)
  const shown = chat.root.querySelector('.command')?.textContent ?? ''
  for (const part of ['U+202E', 'U+2066', 'U+200B', 'U+00A0', '| sh', 'rm -rf']) expect(shown).toContain(part)
  expect(shown).not.toMatch(/[\u202e\u2066\u200b\u00a0]/)
})

test('a file change is accepted or rejected, with all of its diff shown', async () => {
  const lines = Array.from({ length: 100 }, (_, i) => ({ op: 'insert' as const, text: `line ${i}\n` }))
  const diff = {
    path: 'a.go',
    kind: 'added' as const,
    added: 100,
    removed: 0,
    hunks: [{ oldStart: 0, oldLines: 0, newStart: 1, newLines: 100, lines }],
  }
  const shown = await asking.show(
    call('e1', {
      name: 'write_file',
      kind: 'edit',
      title: 'Create a.go',
      status: 'waiting',
      diff,
      approval: approval(),
    }),
  )
  expect(shown.root.querySelectorAll('.row.insert')).toHaveLength(100)
  expect(shown.find('Trust')).toBeUndefined()
  asking.later()
  shown.button('Accept').click()
  await shown.settle()
  expect(answers(shown)).toMatchObject([{ approved: true, trust: '' }])
})

test('a screen reader hears what waits', async () => {
  const chat = await asking.open(session({ turns: [turn({ status: 'running' })] }))
  const waiting = turn({ status: 'waiting' })
  chat.host.bridge.emit(
    'session',
    event(2, { kind: 'item', turnId: 't1', item: asked() }, { kind: 'turn', turn: waiting }),
  )
  await chat.settle()
  expect(chat.root.querySelector('[role=status][aria-live=polite]')?.textContent).toBe(
    'Keel asks: run go test ./...?',
  )
})
