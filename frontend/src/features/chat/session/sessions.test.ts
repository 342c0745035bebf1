import { afterEach, expect, test, vi } from 'vitest'
import { Failure, type Session, type SessionFound, type SessionSummary } from '../../../bridge'
import { session, turn } from '../../../testing/sessions'
import { calls } from '../../../testing/window'
import { asking } from '../testing/agentStates'
import { renderChat, type Rendered } from '../testing/render'
import { newsOf } from './news'
import { SessionSearch } from './search.svelte'

let chat: Rendered | undefined
afterEach(() => {
  chat?.dispose()
  chat = undefined
  vi.useRealTimers()
})

function summary(id: string, fields: Partial<SessionSummary> = {}): SessionSummary {
  return { id, title: `Session ${id}`, createdAt: 0, updatedAt: 0, running: false, waiting: false, ...fields }
}

const hit = (id: string, excerpt: string): SessionFound => ({ ...summary(id), turnId: 't1', excerpt })

test('a search waits until typing rests, and asks once', async () => {
  vi.useFakeTimers()
  const asked: string[] = []
  const search = new SessionSearch(async (text) => {
    asked.push(text)
    return [hit('s2', text)]
  })
  for (const text of ['r', 'ro', 'rou', 'round ']) search.ask(text)
  expect(search.busy).toBe(true)
  await vi.runAllTimersAsync()
  expect(asked).toEqual(['round'])
  expect(search.found.map((found) => found.excerpt)).toEqual(['round'])
  search.ask('r')
  await vi.runAllTimersAsync()
  expect(asked).toEqual(['round'])
  expect([search.found, search.busy]).toEqual([[], false])
})

test('an answer that comes late does not replace a newer one', async () => {
  vi.useFakeTimers()
  const open: ((found: SessionFound[]) => void)[] = []
  const search = new SessionSearch(() => new Promise((resolve) => open.push(resolve)))
  search.ask('first')
  await vi.runAllTimersAsync()
  search.ask('second')
  await vi.runAllTimersAsync()
  open[1]?.([hit('s2', 'new')])
  await vi.runAllTimersAsync()
  open[0]?.([hit('s2', 'old')])
  await vi.runAllTimersAsync()
  expect(search.found.map((found) => found.excerpt)).toEqual(['new'])
})

test('a search that fails says so, until the next one', async () => {
  vi.useFakeTimers()
  const search = new SessionSearch(async (text) => {
    if (text === 'bad') throw new Failure('internal', 'It is broken.', '')
    return []
  })
  search.ask('bad')
  await vi.runAllTimersAsync()
  expect([search.failure?.message, search.busy]).toEqual(['It is broken.', false])
  search.ask('good')
  await vi.runAllTimersAsync()
  expect(search.failure).toBeUndefined()
})

test.each([
  ['begins to wait', { running: true }, { running: true, waiting: true }, ['waits']],
  ['ends', { running: true }, {}, ['ended']],
  ['goes on', { running: true, waiting: true }, { running: true }, []],
  ['starts', {}, { running: true }, []],
  ['goes on waiting', { waiting: true }, { waiting: true }, []],
])('a session that is not shown and %s', (_, before, after, news) => {
  const found = newsOf([summary('s2', before)], [summary('s2', after)], 's1')
  expect(found.map((each) => each.what)).toEqual(news)
  expect(newsOf([summary('s2', before)], [summary('s2', after)], 's2')).toEqual([])
  expect(newsOf([], [summary('s2', after)], 's1')).toEqual([])
})

const other = session({ id: 's2', title: 'Other', turns: [turn({ id: 't9', prompt: 'elsewhere' })] })

async function two(
  more: Partial<SessionSummary> = {},
  first = session({ turns: [turn()] }),
): Promise<Rendered> {
  chat = await renderChat(first, {
    methods: {
      'Sessions.List': () => [
        summary('s1', { title: 'Add a function Sum' }),
        summary('s2', { title: 'Other', ...more }),
      ],
      'Sessions.Open': (id: string): Session => (id === 's2' ? other : first),
      'Sessions.Delete': () => undefined,
      'Sessions.Undelete': () => undefined,
      'Sessions.Export': () => '# Add a function Sum\n',
      'Sessions.Search': (text: string) => [
        hit('s1', `in its title: ${text}`),
        hit('s3', `…said ${text} once…`),
      ],
    },
  })
  return chat
}

async function list(shown: Rendered): Promise<void> {
  shown.root.querySelector<HTMLElement>('header .title')?.click()
  await shown.settle()
}

test('another session that waits or ends is told of, with the way to it', async () => {
  const shown = await two({ running: true })
  const dot = (): string | null | undefined =>
    shown.root.querySelector('header .dot')?.getAttribute('aria-label')
  expect(dot()).toBe('Another session is at work')
  const changed = (seq: number, fields: Partial<SessionSummary>): void =>
    shown.host.bridge.emit('sessions', {
      seq,
      sessions: [summary('s1', { running: true }), summary('s2', { title: 'Other', ...fields })],
    })
  changed(1, { running: true, waiting: true })
  await shown.settle()
  expect(shown.host.toasts.at(-1)).toMatchObject({
    severity: 'warn',
    message: '“Other” waits for your answer.',
  })
  expect(dot()).toBe('Another session waits for you')
  changed(2, {})
  await shown.settle()
  expect(shown.host.toasts.at(-1)).toMatchObject({ severity: 'info', message: '“Other” has ended its work.' })
  expect(dot()).toBe('Another session has ended its work')
  await shown.host.toasts.at(-1)?.actions[0]?.run()
  await shown.settle()
  expect(shown.host.log).toContain('show keel.chat')
  expect(shown.root.textContent).toContain('elsewhere')
  expect(dot()).toBe('Another session is at work')
  expect(shown.host.toasts).toHaveLength(2)
})

test('whoever waits or works stands above the others', async () => {
  const shown = await two({ waiting: true })
  await list(shown)
  const titles = [...shown.root.querySelectorAll('.panel .row .text')].map((each) => each.textContent)
  expect(titles).toEqual(['Other', 'Add a function Sum'])
})

test('a running session is deleted only after a question', async () => {
  const shown = await two({ running: true })
  await list(shown)
  const [row] = shown.root.querySelectorAll<HTMLElement>('.panel li')
  const remove = row?.querySelector<HTMLElement>('[aria-label=Delete]')
  remove?.click()
  await shown.settle()
  expect(shown.host.questions.at(-1)?.message).toBe('Stop and delete “Other”?')
  expect(calls(shown.host, 'Sessions.Delete')).toEqual([])
  shown.host.confirms.push(true)
  remove?.click()
  await shown.settle()
  expect(calls(shown.host, 'Sessions.Delete')).toEqual([['s2']])
  expect(shown.host.toasts.at(-1)?.actions[0]?.label).toBe('Undo')
})

test('Delete in the search removes a letter, never a session', async () => {
  const shown = await two()
  await list(shown)
  const field = shown.root.querySelector('.panel input')
  if (!field) throw new Error('There is no search.')
  shown.press(field, 'Delete')
  await shown.settle()
  expect(calls(shown.host, 'Sessions.Delete')).toEqual([])
})

test('sessions are found by what was said in them, each once', async () => {
  const shown = await two()
  await list(shown)
  const field = shown.root.querySelector<HTMLInputElement>('.panel input')
  if (!field) throw new Error('There is no search.')
  vi.useFakeTimers()
  field.value = 'sum'
  field.dispatchEvent(new Event('input', { bubbles: true }))
  await vi.runAllTimersAsync()
  vi.useRealTimers()
  await shown.settle()
  const rows = [...shown.root.querySelectorAll('.panel .row .text')].map((each) =>
    each.textContent.replace(/\s+/g, ' ').trim(),
  )
  expect(rows).toEqual(['Add a function Sum', 'Session s3 …said sum once…'])
})

test('a session opens as Markdown in an editor; a failure is said', async () => {
  const shown = await two()
  await list(shown)
  shown.button('Export as Markdown').click()
  await shown.settle()
  expect(shown.host.log.at(-1)).toBe('open markdown: # Add a function Sum\n')
})

test('a long list is drawn in parts', async () => {
  const many = Array.from({ length: 5000 }, (_, i) => summary(`s${i + 1}`))
  chat = await renderChat(session(), { methods: { 'Sessions.List': () => many } })
  await list(chat)
  expect(chat.root.querySelectorAll('.panel .row')).toHaveLength(101)
  chat.button('Show 100 more of 5000').click()
  await chat.settle()
  expect(chat.root.querySelectorAll('.panel .row')).toHaveLength(201)
})

test('pictures and half an answer wait in their session while another one is shown', async () => {
  const shown = await two({}, asking())
  const file = new File(['GIF89a'], 'a.gif', { type: 'image/gif' })
  const paste = new Event('paste', { bubbles: true, cancelable: true })
  Object.assign(paste, { clipboardData: { files: [file] } })
  shown.input().dispatchEvent(paste)
  await shown.settle()
  const images = (): number => shown.root.querySelectorAll('.composer img').length
  const answer = (): HTMLTextAreaElement | null => shown.root.querySelector('[aria-label="Your answer"]')
  const field = answer()
  if (!field) throw new Error('There is no field.')
  field.value = 'half an ans'
  field.dispatchEvent(new Event('input', { bubbles: true }))
  await shown.settle()
  const choose = async (title: string): Promise<void> => {
    await list(shown)
    const rows = [...shown.root.querySelectorAll<HTMLElement>('.panel .row')]
    rows.find((row) => row.textContent.includes(title))?.click()
    await shown.settle()
  }
  expect(images()).toBe(1)
  await choose('Other')
  expect([images(), answer()]).toEqual([0, null])
  await choose('Add a function Sum')
  expect([images(), answer()?.value]).toEqual([1, 'half an ans'])
})
