import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Failure, type SessionQuestion } from '../../../bridge'
import { call, event, session, text, turn } from '../../../testing/sessions'
import { calls } from '../../../testing/window'
import { waitsFor } from '../approval/waiting'
import { agentStates, asking, picture, question } from '../testing/agentStates'
import { renderChat, type Rendered } from '../testing/render'

let now = 0
let chat: Rendered | undefined
beforeEach(() => {
  now = 1_000_000
  vi.spyOn(Date, 'now').mockImplementation(() => now)
})
afterEach(() => {
  chat?.dispose()
  chat = undefined
  vi.restoreAllMocks()
})

/** Past the moment in which a click is taken for one that was meant for something else. */
const later = (): void => void (now += 1000)

async function ask(
  fields: Partial<SessionQuestion> = {},
  methods: Record<string, (...args: never[]) => unknown> = {},
): Promise<Rendered> {
  chat = await renderChat(asking(fields), { methods })
  return chat
}

const answers = (shown: Rendered): unknown[][] => calls(shown.host, 'Agent.AnswerQuestion')

function field(shown: Rendered, label = 'Your answer'): HTMLTextAreaElement {
  const found = shown.root.querySelector<HTMLTextAreaElement>(`textarea[aria-label="${label}"]`)
  if (!found) throw new Error(`There is no field "${label}".`)
  return found
}

function write(area: HTMLTextAreaElement, value: string): void {
  area.value = value
  area.dispatchEvent(new Event('input', { bubbles: true }))
}

test('a choice has the keyboard and is the answer', async () => {
  const shown = await ask()
  expect(document.activeElement).toBe(shown.button('Wrap around'))
  later()
  shown.button('Panic').click()
  await shown.settle()
  expect(answers(shown)).toEqual([['s1', 'k1', 'Panic']])
})

test('a click in the first moment, or a key held down from before, answers nothing', async () => {
  const shown = await ask()
  shown.button('Wrap around').click()
  later()
  const held = new KeyboardEvent('keydown', { key: 'Enter', repeat: true, bubbles: true, cancelable: true })
  shown.button('Wrap around').dispatchEvent(held)
  await shown.settle()
  expect(held.defaultPrevented).toBe(true)
  expect(answers(shown)).toEqual([])
})

test('a typed answer goes with Enter, not with Shift+Enter nor when it is blank', async () => {
  const shown = await ask({ choices: [] })
  later()
  expect(document.activeElement).toBe(field(shown))
  write(field(shown), '  ')
  shown.press(field(shown), 'Enter')
  write(field(shown), ' saturate ')
  shown.press(field(shown), 'Enter', { shiftKey: true })
  await shown.settle()
  expect(answers(shown)).toEqual([])
  shown.press(field(shown), 'Enter')
  await shown.settle()
  expect(answers(shown)).toEqual([['s1', 'k1', 'saturate']])
})

test('without free text there is no field', async () => {
  const shown = await ask({ kind: 'steps', choices: ['Go on', 'Stop here'], free: false })
  expect(shown.root.querySelector('textarea[aria-label="Your answer"]')).toBeNull()
})

test('the same choice twice is drawn twice, and hidden characters show', async () => {
  const shown = await ask({ choices: ['Yes', 'Yes', 'a\u202eb'] })
  const labels = [...shown.root.querySelectorAll('.choices button')].map((each) => each.textContent)
  expect(labels).toEqual(['Yes', 'Yes', 'aU+202Eb'])
})

test('a failed answer says so in place, keeps what was typed, and can be given again', async () => {
  const answer = vi
    .fn()
    .mockRejectedValueOnce(new Failure('internal', 'It did not arrive.', 'Answer again.'))
    .mockReturnValue(undefined)
  const shown = await ask({}, { 'Agent.AnswerQuestion': answer })
  later()
  write(field(shown), 'saturate')
  shown.press(field(shown), 'Enter')
  await shown.settle()
  expect(shown.root.querySelector('.question [role=alert]')?.textContent).toContain('It did not arrive.')
  expect(field(shown).value).toBe('saturate')
  shown.button('Answer').click()
  await shown.settle()
  expect(answers(shown)).toHaveLength(2)
})

test.each([
  ['Wrap around', 'You answered: Wrap around'],
  ['', 'Not answered.'],
])('a question that is over says what became of it: %j', async (answer, said) => {
  const shown = await ask()
  shown.button('Wrap around').focus()
  const item = {
    id: 'i1',
    step: 1,
    kind: 'question' as const,
    text: '',
    streaming: false,
    question: question({ open: false, answer }),
  }
  shown.host.bridge.emit('session', event(2, { kind: 'item', turnId: 't1', item }))
  await shown.settle()
  expect(shown.root.querySelector('.question .answer')?.textContent.replace(/\s+/g, ' ').trim()).toBe(said)
  expect(shown.find('Wrap around')).toBeUndefined()
  expect(document.activeElement).toBe(shown.input())
})

test.each([
  ['ask_user', 'in_progress', 0],
  ['ask_user', 'completed', 0],
  ['ask_user', 'failed', 1],
  ['todo', 'completed', 0],
  ['todo', 'failed', 1],
  ['read_file', 'completed', 1],
] as const)(
  'what shows by itself is not said twice: %s, %s, is drawn %d times',
  async (name, status, times) => {
    const title = 'The call itself'
    const made = call('c1', { name, kind: 'other', title, status })
    chat = await renderChat(session({ turns: [turn({ status: 'running', items: [made] })] }))
    expect(chat.root.querySelectorAll(`[title="${title}"]`)).toHaveLength(times)
  },
)

test.each([
  ['bedrock', ['command: keel.showAccounts']],
  ['github-models', ['command: keel.showAccounts']],
  ['ollama', undefined],
])('credentials that %s refuses lead to the accounts only where one helps', async (provider, opened) => {
  const waiting = asking({ kind: 'sign_in', choices: ['Try again', 'Stop here'], free: false })
  const turns = waiting.turns.map((each) => ({ ...each, provider }))
  chat = await renderChat({ ...waiting, turns })
  const [sign] = [...chat.root.querySelectorAll<HTMLElement>('.question button')].filter(
    (each) => each.textContent.trim() === 'Sign in…',
  )
  sign?.click()
  await chat.settle()
  expect(sign ? chat.host.opened : undefined).toEqual(opened)
  expect(answers(chat), 'the question goes on waiting').toEqual([])
})

test.each([
  ['bedrock', true, ['command: keel.showAccounts']],
  ['bedrock', false, undefined],
  ['ollama', true, undefined],
])('a turn that failed on %s, for lack of a sign-in: %s, leads there', async (provider, noSignIn, opened) => {
  const failed = turn({ stopReason: 'failed', outcome: 'Nobody is signed in.', provider, noSignIn })
  chat = await renderChat(session({ turns: [failed] }))
  const [sign] = [...chat.root.querySelectorAll<HTMLElement>('[role=alert] button')]
  sign?.click()
  await chat.settle()
  expect(sign ? chat.host.opened : undefined).toEqual(opened)
})

test('a screen reader hears the question', async () => {
  const shown = await ask()
  const item = turn({ status: 'waiting' })
  shown.host.bridge.emit('session', event(2, { kind: 'turn', turn: { ...item, status: 'running' } }))
  await shown.settle()
  shown.host.bridge.emit('session', event(3, { kind: 'turn', turn: item }))
  await shown.settle()
  expect(shown.root.querySelector('[role=status][aria-live=polite]')?.textContent).toContain(
    'Should Sum panic',
  )
})

test('what waits are the open approvals and questions of a turn that goes on', () => {
  const [waiting] = asking().turns
  const [answered] = asking({ open: false, answer: 'x' }).turns
  if (!waiting || !answered) throw new Error('no turn')
  expect(waitsFor(waiting)).toMatchObject([{ id: 'k1', code: false }])
  expect(waitsFor({ ...waiting, status: 'done' })).toEqual([])
  expect(waitsFor(answered)).toEqual([])
})

const queue = [{ id: 'q1', text: 'and then this', queuedAt: 0 }]

async function queued(): Promise<Rendered> {
  chat = await renderChat(session({ turns: [turn({ status: 'running' })], queue }))
  return chat
}

test('a queued message is edited in place', async () => {
  const shown = await queued()
  shown.button('Edit').click()
  await shown.settle()
  const area = field(shown, 'Queued message')
  expect(document.activeElement).toBe(area)
  expect(area.value).toBe('and then this')
  write(area, ' and then that ')
  shown.press(area, 'Enter')
  await shown.settle()
  expect(calls(shown.host, 'Agent.EditQueued')).toEqual([['s1', 'q1', 'and then that']])
  expect(shown.root.querySelector('textarea[aria-label="Queued message"]')).toBeNull()
})

test('a queued message that points at something may lose its text', async () => {
  const a = { id: 'r1', kind: 'file' as const, name: 'a.go', path: 'a.go' }
  const pointing = { id: 'q1', text: 'and then this', queuedAt: 0, references: [a] }
  chat = await renderChat(session({ turns: [turn({ status: 'running' })], queue: [pointing] }))
  chat.button('Edit').click()
  await chat.settle()
  const area = field(chat, 'Queued message')
  write(area, '')
  chat.press(area, 'Enter')
  await chat.settle()
  expect(calls(chat.host, 'Agent.EditQueued')).toEqual([['s1', 'q1', '']])
})

test('Escape leaves a queued message as it was, and stops nothing', async () => {
  const shown = await queued()
  shown.button('Edit').click()
  await shown.settle()
  write(field(shown, 'Queued message'), 'something else')
  shown.press(field(shown, 'Queued message'), 'Escape')
  await shown.settle()
  expect(calls(shown.host, 'Agent.EditQueued')).toEqual([])
  expect(calls(shown.host, 'Agent.Stop')).toEqual([])
  expect(shown.root.textContent).toContain('and then this')
})

test('a message that goes while it is edited leaves the edit in the input', async () => {
  const shown = await queued()
  shown.button('Edit').click()
  await shown.settle()
  write(field(shown, 'Queued message'), 'and then that')
  shown.host.bridge.emit('session', event(2, { kind: 'session', session: session({ queue: [] }) }))
  await shown.settle()
  expect(shown.input().value).toBe('and then that')
})

test('a queued message can be sent at once, and removed', async () => {
  const shown = await queued()
  shown.button('Send now').click()
  shown.button('Remove').click()
  await shown.settle()
  expect(calls(shown.host, 'Agent.SendNow')).toEqual([['s1', 'q1']])
  expect(calls(shown.host, 'Agent.RemoveQueued')).toEqual([['s1', 'q1']])
})

test('a retry need not be waited for', async () => {
  const until = now + 12_000
  const notice = { id: 'n', step: 1, kind: 'notice' as const, text: 'It is busy.', streaming: false, until }
  chat = await renderChat(session({ turns: [turn({ status: 'running', items: [notice] })] }))
  expect(chat.root.querySelector('[role=timer]')?.textContent).toBe('Again in 12 s.')
  chat.button('Try now').click()
  await chat.settle()
  expect(calls(chat.host, 'Agent.RetryNow')).toEqual([['s1']])
})

test('a wait that is over, or whose turn has ended, offers nothing', async () => {
  const notice = { id: 'n', step: 1, kind: 'notice' as const, text: 'It is busy.', streaming: false }
  chat = await renderChat(
    session({
      turns: [
        turn({ id: 't0', items: [{ ...notice, until: now + 5000 }] }),
        turn({ status: 'running', items: [{ ...notice, until: now - 1 }] }),
      ],
    }),
  )
  expect(chat.find('Try now')).toBeUndefined()
})

test('a plan shows what is done; it folds when its turn ends, unless the user has opened it', async () => {
  const shown = agentStates['plan']?.()
  if (!shown) throw new Error('no such state')
  chat = await renderChat(shown)
  const steps = [...chat.root.querySelectorAll('.plan li')].map(
    (each) => `${each.querySelector('[aria-label]')?.getAttribute('aria-label')}: ${each.textContent.trim()}`,
  )
  expect(steps).toEqual([
    'Done: Look at how the tests are written',
    'Done: Add Sum to calc.go',
    'Under way: Write a table test, with no arguments and with one that overflows',
    'To do: Run the tests',
  ])
  const [running] = shown.turns
  if (!running) throw new Error('no turn')
  const over = { ...running, status: 'done' as const, stopReason: 'end_turn' as const, items: [] }
  chat.host.bridge.emit('session', event(2, { kind: 'turn', turn: over }))
  await chat.settle()
  expect(chat.root.querySelector('.plan')?.textContent).toContain('Plan: 2 of 4 done')
  expect(chat.root.querySelectorAll('.plan li')).toHaveLength(0)
})

test('the calls of a sub agent stand below it', async () => {
  const shown = agentStates['plan']?.()
  if (!shown) throw new Error('no such state')
  chat = await renderChat(shown)
  const list = chat.root.querySelectorAll('[aria-label="What the sub agent does"] li')
  expect([...list].map((each) => each.textContent.trim())).toEqual([
    'Search “Add(” in *.go',
    'Read internal/report/report.go',
    'Read cmd/calc/main.go',
  ])
})

test('a summary is folded, says what it is, and holds what the model reads', async () => {
  const shown = agentStates['summary']?.()
  if (!shown) throw new Error('no such state')
  chat = await renderChat(shown)
  expect(chat.root.textContent).toContain('Summing up to make room…')
  const row = [...chat.root.querySelectorAll('button')].find((each) =>
    each.textContent.includes('Summed up to make room'),
  )
  row?.click()
  await chat.settle()
  expect(chat.root.querySelector('.summary strong')?.textContent).toBe('Sum')
})

test('commands in the background can be seen and stopped from below', async () => {
  const shown = agentStates['background']?.()
  if (!shown) throw new Error('no such state')
  chat = await renderChat(shown)
  const strip = chat.root.querySelector('[aria-label="Background commands"]')
  expect(strip?.textContent).toContain('2 commands running in the background')
  strip?.querySelector<HTMLElement>('.head')?.click()
  await chat.settle()
  const stops = [...(strip?.querySelectorAll('button') ?? [])].filter((each) => each.textContent === 'Stop')
  stops[1]?.click()
  chat.root.querySelector<HTMLElement>('[data-command=c1] button')?.click()
  await chat.settle()
  expect(calls(chat.host, 'Agent.StopCommand')).toEqual([
    ['s1', 'c2'],
    ['s1', 'c1'],
  ])
})

test('the pictures of a message stay when its turn moves on without them', async () => {
  const items = [text('m', 'Hm.')]
  const shown = turn({ status: 'running', images: [picture], items })
  chat = await renderChat(session({ turns: [shown] }))
  const header = turn({ status: 'waiting' })
  chat.host.bridge.emit('session', event(2, { kind: 'turn', turn: header }))
  await chat.settle()
  expect(chat.root.querySelectorAll('.prompt img')).toHaveLength(1)
})
