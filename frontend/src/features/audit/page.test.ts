import { cleanup, render, type RenderResult } from '@testing-library/svelte'
import { flushSync, tick } from 'svelte'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Failure } from '../../bridge'
import { fakeWindow, type FakeWindow } from '../../testing/window'
import AuditPage from './AuditPage.svelte'
import { startAudit } from '.'
import { AuditStore } from './store.svelte'
import { FakeLog, now, record } from './testing'

let log: FakeLog
let host: FakeWindow
let store: AuditStore
let shown: RenderResult<typeof AuditPage>

beforeEach(() => {
  vi.useFakeTimers({ now })
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await tick()
}

async function show(count = 30, methods: Record<string, (...args: never[]) => unknown> = {}): Promise<void> {
  log = new FakeLog(count)
  host = fakeWindow({ methods: { 'Audit.List': log.list, ...methods } })
  store = new AuditStore(host.bridge)
  shown = render(AuditPage, { host, store })
  await settle()
}

const rows = (): HTMLElement[] => [...shown.container.querySelectorAll<HTMLElement>('[data-seq]')]
const row = (seq: number): HTMLElement => {
  const found = rows().find((each) => each.dataset['seq'] === String(seq))
  if (!found) throw new Error(`row ${seq} is not drawn`)
  return found
}

async function press(key: string, init: KeyboardEventInit = {}): Promise<void> {
  const target = document.activeElement ?? document.body
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }))
  flushSync()
  await settle()
}

const focused = (): string | undefined =>
  document.activeElement instanceof HTMLElement ? document.activeElement.dataset['seq'] : undefined

async function choose(label: string, value: string): Promise<void> {
  const box = shown.container.querySelector<HTMLSelectElement>(`select[aria-label="${label}"]`)
  if (!box) throw new Error(`there is no choice ${label}`)
  box.value = value
  box.dispatchEvent(new Event('change', { bubbles: true }))
  await settle()
}

test('a row says when, where, what, how it ended and why', async () => {
  await show()
  expect([...row(30).querySelectorAll('[role=gridcell]')].map((cell) => cell.textContent.trim())).toEqual([
    '16 h ago',
    'Add a function Sum',
    'run_command echo 30',
    'Ran unasked',
    'The trusted command “echo *” matches.',
  ])
  expect(row(30).getAttribute('aria-label')).toBe('Ran unasked: run_command echo 30')
  expect(row(30).querySelector('.time')?.getAttribute('title')).toMatch(/2026/)
})

test('invisible characters show', async () => {
  await show(0)
  log.add(record(1, { command: 'echo safe\u202egpj' }))
  host.bridge.emit('audit', { seq: 1 })
  await vi.advanceTimersByTimeAsync(300)
  await settle()
  expect(row(1).querySelector('.hidden-character')?.textContent.trim()).toBe('U+202E')
})

test('the keyboard goes through the rows, opens and closes them', async () => {
  await show()
  row(30).focus()
  await press('ArrowDown')
  expect(focused()).toBe('29')
  await press('End')
  expect(focused()).toBe('1')
  await press('Home')
  expect(focused()).toBe('30')
  await press('Enter')
  expect(row(30).getAttribute('aria-expanded')).toBe('true')
  expect(shown.getByRole('button', { name: 'Copy this entry as JSON' })).toBeDefined()
  await press('ArrowRight')
  expect(row(30).getAttribute('aria-expanded'), 'it stays open').toBe('true')
  shown.getByRole('button', { name: 'Copy the command' }).focus()
  await press('Escape')
  expect(focused()).toBe('30')
  await press('ArrowLeft')
  expect(row(30).getAttribute('aria-expanded')).toBe('false')
  expect(rows().filter((each) => each.tabIndex === 0)).toEqual([row(30)])
})

test('Ctrl+C on a row copies it as JSON', async () => {
  await show()
  let copied = ''
  vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(async (text) => void (copied = text))
  row(30).focus()
  await press('c', { ctrlKey: true })
  expect(JSON.parse(copied)).toEqual(record(30))
})

test('the details show paths that open, and those outside that do not', async () => {
  await show(0)
  log.add(
    record(1, { tool: 'edit_file', kind: 'edit', command: '', paths: ['a/b.go', '../x', '/etc/passwd'] }),
  )
  host.bridge.emit('audit', { seq: 1 })
  await vi.advanceTimersByTimeAsync(300)
  await settle()
  row(1).click()
  await settle()
  const open = shown.getAllByRole('button', { name: 'Open' })
  expect(open).toHaveLength(1)
  open[0]?.click()
  expect(host.opened).toEqual(['a/b.go'])
})

test('only what shows of a long list is drawn', async () => {
  await show(10_000)
  for (let i = 0; i < 60; i++) await store.extend()
  await settle()
  expect(store.records).toHaveLength(10_000)
  expect(rows().length).toBeLessThan(80)
  row(10_000).focus()
  await press('End')
  expect(focused()).toBe('1')
})

test('filters choose, say when nothing matches, and are cleared', async () => {
  await show()
  await choose('Kind', 'fetch')
  expect(rows()).toEqual([])
  expect(shown.getByText('No entry matches.')).toBeDefined()
  shown.getAllByRole('button', { name: 'Clear filters' })[0]?.click()
  await settle()
  expect(store.records).toHaveLength(30)
  await choose('Outcome', 'failed')
  expect(log.queries.at(-1)).toMatchObject({ kind: '', outcome: 'failed' })
})

test('a bar tells of new entries while one is read, and shows them', async () => {
  await show()
  row(30).click()
  await settle()
  log.add(record(32), record(31))
  host.bridge.emit('audit', { seq: log.seq })
  await vi.advanceTimersByTimeAsync(300)
  await settle()
  const bar = shown.getByRole('button', { name: '2 new entries' })
  expect(rows()[0]?.dataset['seq']).toBe('30')
  bar.click()
  await settle()
  expect(rows()[0]?.dataset['seq']).toBe('32')
  expect(focused()).toBe('32')
  expect(shown.queryByRole('button', { name: /new entr/ })).toBeNull()
})

test('damaged lines are said, and where the log lies', async () => {
  const damaged = { seq: 1, more: false, sessions: [], file: '/data/audit.jsonl', damaged: 1 }
  await show(1, { 'Audit.List': () => ({ ...damaged, entries: [record(1)] }) })
  expect(shown.getByText('1 line of the log could not be read.')).toBeDefined()
  expect(shown.getByText('/data/audit.jsonl')).toBeDefined()
  expect(shown.getByRole('button', { name: 'Copy the path of the log' })).toBeDefined()
})

test('an empty log says what will be there', async () => {
  await show(0)
  expect(shown.getByText('Nothing is logged yet')).toBeDefined()
})

test('a failure is said and tried again', async () => {
  let broken = true
  const whole = new FakeLog(3)
  await show(0, {
    'Audit.List': (query: never) => {
      if (broken) throw new Failure('internal', 'The log cannot be read.', '')
      return whole.list(query)
    },
  })
  expect(shown.getByRole('alert').textContent).toContain('The log cannot be read.')
  broken = false
  shown.getByRole('button', { name: 'Try again' }).click()
  await settle()
  expect(rows()).toHaveLength(3)
})

test('the command opens the page and stands in the menu of the view', async () => {
  host = fakeWindow({ methods: { 'Audit.List': new FakeLog(2).list } })
  const audit = startAudit(host, 'keel.chat')
  const command = host.commands.get('keel.showAuditLog')
  expect(command).toMatchObject({ title: 'Keel: Show Audit Log', menu: 'keel.chat' })
  await command?.run()
  expect(host.opened).toEqual(['page: keel.auditLog'])
  const container = document.createElement('div')
  const drawn = host.pages.get('keel.auditLog')?.render(container)
  await settle()
  expect(container.querySelectorAll('[data-seq]')).toHaveLength(2)
  drawn?.dispose()
  audit.dispose()
  expect(host.pages.size + host.commands.size).toBe(0)
})
