import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Failure, type SessionApproval, type SessionItem } from '../../../bridge'
import { renderChat, type Rendered } from '../testing/render'
import { approval, call, command, event, session, turn } from '../../../testing/sessions'
import { trusting } from '../testing/host'
import { states } from '../testing/states'

let now = 0
let chat: Rendered | undefined
beforeEach(() => {
  now = 1_000_000
  vi.spyOn(Date, 'now').mockImplementation(() => now)
})
afterEach(() => {
  chat?.dispose()
  vi.restoreAllMocks()
})

const line = 'go test ./...'
const asked = (fields: Partial<SessionApproval> = {}, text = line): SessionItem =>
  command('x1', text, {
    status: 'waiting',
    approval: approval({ patterns: [line, 'go test *', '*'], ...fields }),
  })

async function show(
  item = asked(),
  methods: Record<string, (...args: never[]) => unknown> = {},
): Promise<Rendered> {
  chat = await renderChat(session({ turns: [turn({ status: 'waiting', items: [item] })] }), { methods })
  return chat
}

/** Past the moment in which a click is taken for one that was meant for something else. */
const later = (): void => void (now += 1000)

const answers = (shown: Rendered): unknown[] =>
  shown.host.bridge.calls.filter((each) => each.name === 'Agent.Answer').map((each) => each.arguments[0])

test('Run has the keyboard and answers with the hash that was shown', async () => {
  const shown = await show()
  expect(document.activeElement).toBe(shown.button('Run'))
  later()
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
  const shown = await show()
  shown.button('Run').click()
  await shown.settle()
  expect(answers(shown)).toEqual([])
})

test('Enter in the input sends a message and approves nothing', async () => {
  const shown = await show()
  later()
  shown.input().focus()
  shown.type('wait')
  shown.press(shown.input(), 'Enter')
  await shown.settle()
  expect(answers(shown)).toEqual([])
  expect(shown.host.bridge.calls.some((each) => each.name === 'Agent.Send')).toBe(true)
})

test('the keyboard is not taken from someone who is typing', async () => {
  chat = await renderChat(session({ turns: [turn({ status: 'running' })] }))
  chat.input().focus()
  chat.type('half a sent')
  chat.host.bridge.emit('session', event(2, { kind: 'item', turnId: 't1', item: asked() }))
  await chat.settle()
  expect(chat.find('Run')).toBeDefined()
  expect(document.activeElement).toBe(chat.input())
})

test('a rejection can say why; Enter sends it, Escape goes back and stops nothing', async () => {
  const shown = await show()
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

const popup = (shown: Rendered): HTMLElement | null => shown.root.querySelector('.popup')

/** The choices of the popup, each with whether it is the chosen one. */
const choices = (shown: Rendered): [string, boolean][] =>
  [...(popup(shown)?.querySelectorAll('label') ?? [])].map((each) => [
    (each.querySelector('code') ?? each).textContent.trim(),
    each.querySelector('input')?.checked ?? false,
  ])

async function openTrust(shown: Rendered): Promise<void> {
  later()
  shown.button('Trust').click()
  await shown.settle()
  later()
}

async function choose(shown: Rendered, ...names: string[]): Promise<void> {
  for (const name of names) {
    const labels = [...(popup(shown)?.querySelectorAll('label') ?? [])]
    labels.find((each) => (each.querySelector('code') ?? each).textContent.trim() === name)?.click()
    await shown.settle()
  }
}

async function trust(shown: Rendered, ...names: string[]): Promise<void> {
  await openTrust(shown)
  await choose(shown, ...names)
  shown.button('Trust and Run').click()
  await shown.settle()
}

test('Trust offers the patterns and where they count, the narrowest chosen, each time anew', async () => {
  const shown = await show()
  await openTrust(shown)
  const narrowest = [
    [line, true],
    ['go test *', false],
    ['*', false],
    ['This session', true],
    ['This workspace', false],
    ['Always', false],
  ]
  expect(choices(shown)).toEqual(narrowest)
  await choose(shown, 'go test *', 'Always')
  expect(popup(shown)?.querySelector('[role=status]')?.textContent).toBe(
    'From now on Keel runs every command that starts with “go test” without asking, in every folder that you trust.',
  )
  const inside = document.activeElement
  expect(popup(shown)?.contains(inside)).toBe(true)
  if (inside) shown.press(inside, 'Escape')
  await shown.settle()
  expect(popup(shown)).toBeNull()
  expect(document.activeElement).toBe(shown.button('Trust'))
  await openTrust(shown)
  expect(choices(shown)).toEqual(narrowest)
  expect(answers(shown)).toEqual([])
})

test.each([
  ['This session', 'session'],
  ['This workspace', 'workspace'],
  ['Always', 'always'],
])('Trust for %s runs with that scope', async (label, scope) => {
  const shown = await show()
  await trust(shown, 'go test *', label)
  expect(answers(shown)).toMatchObject([{ approved: true, trust: 'go test *', scope, command: '' }])
})

test('a click in the first moment of the popup trusts nothing', async () => {
  const shown = await show()
  later()
  shown.button('Trust').click()
  await shown.settle()
  shown.button('Trust and Run').click()
  await shown.settle()
  expect(answers(shown)).toEqual([])
})

test('Tab stays in the popup', async () => {
  const shown = await show()
  await openTrust(shown)
  const stops: (string | undefined)[] = []
  for (let i = 0; i < 5; i++) {
    const active = document.activeElement
    if (!active) break
    stops.push((active.closest('label') ?? active).textContent.trim())
    shown.press(active, 'Tab')
  }
  expect(stops.map((each) => each?.split(/\s{2,}|Exactly/)[0]?.trim())).toEqual([
    line,
    'This session',
    'Trust and Run',
    'Cancel',
    line,
  ])
})

test('in a folder that is not trusted only this session is offered, with why and the way out', async () => {
  const shown = await show(asked(), { 'Trust.State': () => trusting(false) })
  await openTrust(shown)
  expect(choices(shown).map(([label]) => label)).toEqual([line, 'go test *', '*', 'This session'])
  expect(popup(shown)?.textContent).toContain('This folder is not trusted')
  shown.button('Trust this folder…').click()
  expect(shown.host.opened).toEqual(['command: workbench.trust.manage'])
  shown.host.bridge.emit('trust', { seq: 2, folder: trusting(true).folder })
  await shown.settle()
  await choose(shown, 'Always')
  shown.host.bridge.emit('trust', { seq: 3, folder: trusting(false).folder })
  await shown.settle()
  shown.button('Trust and Run').click()
  await shown.settle()
  expect(answers(shown)).toMatchObject([{ trust: line, scope: 'session' }])
})

test('trusting every command asks once more', async () => {
  const shown = await show()
  await trust(shown, '*')
  expect(answers(shown)).toEqual([])
  shown.host.confirms.push(true)
  await trust(shown, '*', 'Always')
  expect(answers(shown)).toMatchObject([{ approved: true, trust: '*', scope: 'always' }])
  expect(shown.host.questions.map((each) => each.detail)).toEqual([
    expect.stringContaining('in this session only'),
    expect.stringContaining('in every folder that you trust'),
  ])
})

const editor = (shown: Rendered): HTMLTextAreaElement => {
  const field = shown.root.querySelector<HTMLTextAreaElement>('[aria-label="Command to run instead"]')
  if (!field) throw new Error('There is no field.')
  return field
}

async function edit(shown: Rendered, text: string): Promise<HTMLTextAreaElement> {
  later()
  shown.button('Edit…').click()
  await shown.settle()
  const field = editor(shown)
  field.value = text
  field.dispatchEvent(new Event('input', { bubbles: true }))
  await shown.settle()
  return field
}

test('a command is changed before it runs; Ctrl+Enter runs it, Enter alone is a new line', async () => {
  const shown = await show()
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
  const shown = await show()
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
  const shown = await show()
  await edit(shown, 'rm \u202e-rf')
  expect(shown.root.textContent).toContain('U+202E right-to-left override')
  expect(shown.root.querySelector('[aria-label="The command with them shown"]')?.textContent).toBe(
    'rm U+202E-rf',
  )
})

test('a command that asks anew is shown again, not what was made of the one before', async () => {
  const shown = await show()
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
  const shown = await show(done)
  shown.button('You changed the command').click()
  await shown.settle()
  expect(shown.root.querySelector('.original pre')?.textContent).toBe('rm -rf U+202E/')
})

test('how it was decided stands behind a disclosure', async () => {
  const steps = [
    { tier: 'built in', rule: 'protected', text: 'It writes no protected path.', effect: '' },
    { tier: 'user', rule: 'trusted', text: 'Matches “go \u202etest *”.', effect: 'allow' },
    { tier: 'workspace', rule: 'denied', text: 'The folder asks for “test”.', effect: 'ask' },
  ]
  const shown = await show(asked({ steps }))
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
  const shown = await show()
  shown.button('Edit Trusted Commands').click()
  expect(shown.host.opened).toEqual(['command: keel.editTrustedCommands'])
})

const waits = (n: number): SessionItem =>
  command(`x${n}`, `go test ./p${n}`, {
    status: 'waiting',
    approval: approval({ id: `a${n}`, hash: `h${n}`, patterns: [] }),
  })

async function queue(): Promise<Rendered> {
  const shown = await show(waits(1))
  for (const n of [2, 3])
    shown.host.bridge.emit('session', event(n, { kind: 'item', turnId: 't1', item: waits(n) }))
  await shown.settle()
  return shown
}

const focused = (): string | undefined =>
  document.activeElement?.closest<HTMLElement>('[data-approval]')?.dataset['approval']

const answered = (n: number): SessionItem =>
  command(`x${n}`, `go test ./p${n}`, {
    status: 'in_progress',
    approval: approval({ id: `a${n}`, hash: `h${n}`, answer: 'approved' }),
  })

test('a second question leaves the keyboard with the first; both are counted and said', async () => {
  const shown = await queue()
  expect(focused()).toBe('a1')
  expect(shown.root.querySelector('.bar')?.textContent).toContain('3 questions wait')
  expect(shown.root.querySelector('[role=status][aria-live=polite]')?.textContent).toBe(
    'Keel asks: run go test ./p2? 3 questions wait.',
  )
  shown.button('Next question').click()
  expect(focused()).toBe('a2')
  shown.button('Previous question').click()
  shown.button('Previous question').click()
  expect(focused()).toBe('a3')
})

test('an answer gives the keyboard to the next, which a second Enter does not answer', async () => {
  const shown = await queue()
  later()
  const run = (): HTMLElement => document.activeElement as HTMLElement
  run().click()
  shown.host.bridge.emit('session', event(4, { kind: 'item', turnId: 't1', item: answered(1) }))
  await shown.settle()
  expect(focused()).toBe('a2')
  run().click()
  await shown.settle()
  expect(answers(shown)).toHaveLength(1)
  later()
  run().click()
  shown.host.bridge.emit('session', event(5, { kind: 'item', turnId: 't1', item: answered(2) }))
  await shown.settle()
  expect(focused()).toBe('a3')
  later()
  run().click()
  shown.host.bridge.emit('session', event(6, { kind: 'item', turnId: 't1', item: answered(3) }))
  await shown.settle()
  expect(document.activeElement).toBe(shown.input())
  expect(answers(shown)).toMatchObject([{ approvalId: 'a1' }, { approvalId: 'a2' }, { approvalId: 'a3' }])
})

test('what changed since it was shown is said, and answered anew with the new hash', async () => {
  const changed = new Failure('changed', 'changed', '')
  const answer = vi.fn().mockRejectedValueOnce(changed).mockReturnValue(undefined)
  const shown = await show(asked(), { 'Agent.Answer': answer })
  later()
  shown.button('Run').click()
  await shown.settle()
  expect(shown.root.textContent).toContain('has changed since it was shown')
  const item = asked({ id: 'a2', hash: 'h2' }, 'go test ./calc')
  shown.host.bridge.emit('session', event(2, { kind: 'item', turnId: 't1', item }))
  await shown.settle()
  expect(shown.root.querySelector('.command')?.textContent).toContain('go test ./calc')
  shown.button('Run').click()
  later()
  shown.button('Run').click()
  await shown.settle()
  expect(answers(shown)).toMatchObject([{ hash: 'h1' }, { approvalId: 'a2', hash: 'h2' }])
})

test('a failed answer stays in place, with its hint, and can be given again', async () => {
  const answer = vi.fn().mockRejectedValueOnce(new Failure('internal', 'It did not arrive.', 'Try again.'))
  const shown = await show(asked(), { 'Agent.Answer': answer })
  later()
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
  chat = await renderChat(hidden)
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
  const shown = await show(
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
  later()
  shown.button('Accept').click()
  await shown.settle()
  expect(answers(shown)).toMatchObject([{ approved: true, trust: '' }])
})

test('a screen reader hears what waits', async () => {
  chat = await renderChat(session({ turns: [turn({ status: 'running' })] }))
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
