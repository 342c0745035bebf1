import { cleanup, render, type RenderResult } from '@testing-library/svelte'
import { flushSync, tick } from 'svelte'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Failure, type Checkpoint } from '../../../bridge'
import { calls, dialogButton, emptyPlan, fakeWindow, manual, type FakeWindow } from '../testing'
import TimelineView from './TimelineView.svelte'

const now = new Date(2026, 0, 2, 12, 0, 0).getTime()

let all: Checkpoint[]
let host: FakeWindow
let shown: RenderResult<typeof TimelineView>

beforeEach(() => {
  vi.useFakeTimers({ now })
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

function checkpoint(id: string, fields: Partial<Checkpoint> = {}): Checkpoint {
  return { ...manual, id, createdAt: now - Number(id.slice(1)) * 60_000, ...fields }
}

/** The newest first: one of a person's, a turn of three, an older one. */
function some(): Checkpoint[] {
  const turn = { sessionId: 's1', turnId: 't1' }
  return [
    checkpoint('c1', { label: 'before the rewrite' }),
    checkpoint('c2', { ...turn, reason: 'turn-end', label: 'Add Sum' }),
    checkpoint('c3', {
      ...turn,
      reason: 'post-tool',
      label: 'Edit calc.go',
      complete: false,
      problems: ['x: big'],
    }),
    checkpoint('c4', { ...turn, reason: 'turn-start', label: 'Add Sum', changed: 0 }),
    checkpoint('c5', { label: '', pinned: true }),
  ]
}

async function settle(): Promise<void> {
  for (let i = 0; i < 12; i++) await tick()
}

async function show(
  checkpoints: Checkpoint[] = some(),
  methods: Record<string, (...args: never[]) => unknown> = {},
): Promise<void> {
  all = checkpoints
  host = fakeWindow({ 'Checkpoints.List': () => all, ...methods })
  shown = render(TimelineView, { host, storageId: 'keel.checkpointStorage' })
  await settle()
}

const rows = (): HTMLElement[] => [...shown.container.querySelectorAll<HTMLElement>('[role=row]')]
const labels = (): (string | null)[] => rows().map((each) => each.getAttribute('aria-label'))
function row(text: string): HTMLElement {
  const found = rows().find((each) => each.getAttribute('aria-label')?.includes(text))
  if (!found) throw new Error(`there is no row “${text}” in ${labels().join(' | ')}`)
  return found
}
const focused = (): string | null => document.activeElement?.getAttribute('aria-label') ?? null

async function press(key: string, init: KeyboardEventInit = {}): Promise<void> {
  const target = document.activeElement ?? document.body
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }))
  flushSync()
  await settle()
}

async function click(element: HTMLElement, init: MouseEventInit = {}): Promise<void> {
  element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, ...init }))
  flushSync()
  await settle()
}

async function type(label: string, text: string): Promise<void> {
  const field = shown.getByLabelText(label) as unknown as HTMLInputElement
  field.value = text
  field.dispatchEvent(new Event('input', { bubbles: true }))
  flushSync()
  await settle()
}

test('rows say what each checkpoint is; steps are folded into their message', async () => {
  await show()
  expect(labels()).toEqual([
    'Today, 5 checkpoints',
    expect.stringMatching(/^before the rewrite, .*, 3 changes$/),
    'Add Sum, 3 checkpoints',
    expect.stringMatching(/^Created by you, .*, 3 changes, pinned$/),
  ])
  expect(row('before the rewrite').querySelector('.named')).not.toBeNull()
  await click(row('Add Sum'))
  expect(row('Edit calc.go').getAttribute('aria-label')).toMatch(
    /^After a step of the agent, Edit calc.go, .*, 3 changes, not complete$/,
  )
  expect(row('Before a message').getAttribute('aria-label')).toMatch(/no changes$/)
})

test('the keyboard goes through the rows, and opens and closes what is folded', async () => {
  await show()
  row('Today').focus()
  await press('ArrowDown')
  await press('ArrowDown')
  expect(focused()).toBe('Add Sum, 3 checkpoints')
  await press('ArrowRight')
  expect(row('Add Sum').getAttribute('aria-expanded')).toBe('true')
  await press('ArrowRight')
  expect(focused()).toMatch(/^When the agent had finished/)
  await press('ArrowLeft')
  await press('ArrowLeft')
  expect(row('Add Sum').getAttribute('aria-expanded')).toBe('false')
  await press('End')
  expect(focused()).toMatch(/^Created by you/)
  await press('Home')
  expect(focused()).toMatch(/^Today/)
  expect(rows().filter((each) => each.tabIndex === 0)).toEqual([row('Today')])
})

test('two are marked by keyboard and compared, the older one on the left', async () => {
  await show(some(), {
    'Checkpoints.Diff': () => [{ path: 'a.go', kind: 'modified', from: '', file: true }],
  })
  row('before the rewrite').focus()
  await press(' ')
  await press('End')
  await press(' ')
  expect(row('Created by you').getAttribute('aria-selected')).toBe('true')
  shown.getByRole('button', { name: 'Compare' }).click()
  await settle()
  expect(calls(host, 'Checkpoints.Diff')).toEqual([['c5', 'c1']])
  expect(host.diffs[0]?.files).toEqual([{ path: 'a.go', kind: 'modified', before: 'c5', after: 'c1' }])
  await press('Escape')
  expect(shown.queryByRole('button', { name: 'Compare' })).toBeNull()
})

test.each([[{ ctrlKey: true }], [{ shiftKey: true }]])(
  'a click with %j marks a second one',
  async (with_) => {
    await show()
    await click(row('before the rewrite'))
    expect(shown.queryByRole('button', { name: 'Compare' })).toBeNull()
    await click(row('Created by you'), with_)
    expect(shown.getByRole('button', { name: 'Compare' })).toBeDefined()
    await click(row('Created by you'))
    expect(shown.queryByRole('button', { name: 'Compare' }), 'a plain click marks only one').toBeNull()
  },
)

test('compare with previous takes the one before, also where it is filtered out', async () => {
  await show(some(), { 'Checkpoints.Diff': () => [] })
  await type('Filter checkpoints', 'rewrite')
  await click(row('before the rewrite'))
  shown.getByRole('button', { name: 'Compare with Previous' }).click()
  await settle()
  expect(calls(host, 'Checkpoints.Diff')).toEqual([['c2', 'c1']])
  expect(host.toasts[0]?.message).toBe('Nothing differs between these two checkpoints.')
})

test('folders and links beside files are said, not left out', async () => {
  await show(some(), {
    'Checkpoints.Diff': () => [
      { path: 'a.go', kind: 'modified', from: '', file: true },
      { path: 'link', kind: 'added', from: '', file: false },
    ],
  })
  row('before the rewrite').focus()
  await press('Enter')
  expect(host.toasts[0]?.message).toBe('Not shown, as they are folders or links, or were: link.')
  expect(host.diffs[0]?.files).toHaveLength(1)
})

test('a checkpoint that is gone is said, and the list is read again', async () => {
  await show(some(), {
    'Checkpoints.Diff': () => {
      throw new Failure('not_found', 'The checkpoint is gone.', '')
    },
  })
  all = all.slice(1)
  row('before the rewrite').focus()
  await press('Enter')
  expect(host.toasts).toMatchObject([{ severity: 'error', message: 'The checkpoint is gone.' }])
  expect(labels().join()).not.toContain('before the rewrite')
})

test('F2 renames in place; Escape and a failure leave the name', async () => {
  let broken = false
  await show(some(), {
    'Checkpoints.Name': (id: string, label: string) => {
      if (broken) throw new Failure('internal', 'It cannot be written.', '')
      return { ...all[0], id, label }
    },
  })
  row('before the rewrite').focus()
  await press('F2')
  const field = document.activeElement as HTMLInputElement
  expect(field.value).toBe('before the rewrite')
  field.value = ' better '
  await press('Enter')
  expect(calls(host, 'Checkpoints.Name')).toEqual([['c1', 'better']])
  expect(focused()).toMatch(/^better,/)
  await press('F2')
  await press('Escape')
  expect(calls(host, 'Checkpoints.Name')).toHaveLength(1)
  expect(focused()).toMatch(/^better,/)
  broken = true
  await press('F2')
  ;(document.activeElement as HTMLInputElement).value = 'worse'
  await press('Enter')
  expect(host.toasts.at(-1)?.message).toBe('It cannot be written.')
  expect(row('better')).toBeDefined()
})

test('a step that a person named stands out, and still says what it was', async () => {
  await show([checkpoint('c1', { reason: 'post-tool', label: 'Edit calc.go', name: 'it works' })])
  expect(labels()[1]).toMatch(/^it works, After a step of the agent: Edit calc\.go, .*, 3 changes$/)
  expect(row('it works').querySelector('.named')).not.toBeNull()
  await type('Filter checkpoints', 'WORKS calc')
  expect(labels()).toHaveLength(2)
})

test('the menu restores after its preview', async () => {
  await show(some(), { 'Checkpoints.Preview': () => ({ ...emptyPlan, write: ['a.go'] }) })
  row('before the rewrite').focus()
  await press('F10', { shiftKey: true })
  shown.getByRole('menuitem', { name: /^Restore/ }).click()
  await vi.waitFor(() => expect(host.modal).toBeDefined())
  expect(calls(host, 'Checkpoints.Restore')).toEqual([])
  dialogButton(host, 'Restore 1 file').click()
  await settle()
  expect(calls(host, 'Checkpoints.Restore')[0]?.[0]).toMatchObject({ checkpointId: 'c1', paths: [] })
})

test('the menu pins, and the row says so', async () => {
  await show(some(), { 'Checkpoints.Pin': () => undefined })
  row('before the rewrite').dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }))
  await settle()
  shown.getByRole('menuitem', { name: /^Pin/ }).click()
  await settle()
  expect(calls(host, 'Checkpoints.Pin')).toEqual([['c1', true]])
  expect(row('before the rewrite').getAttribute('aria-label')).toMatch(/pinned$/)
})

test('the list is read once for many changes, and not for news of something else', async () => {
  await show()
  expect(calls(host, 'Checkpoints.List')).toHaveLength(1)
  const tell = (seq: number, listed: number): void =>
    host.bridge.emit('checkpoints', { seq, works: [], notices: [], listed })
  all = [checkpoint('c0', { label: 'new' }), ...all]
  for (let i = 1; i <= 20; i++) tell(i, i)
  await vi.advanceTimersByTimeAsync(1000)
  await settle()
  expect(calls(host, 'Checkpoints.List')).toHaveLength(2)
  expect(row('new')).toBeDefined()
  tell(21, 20)
  await vi.advanceTimersByTimeAsync(1000)
  expect(calls(host, 'Checkpoints.List')).toHaveLength(2)
})

test('nothing is read while nobody sees the list, and once when somebody does again', async () => {
  let see: (visible: boolean) => void = () => undefined
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      constructor(tell: (entries: { isIntersecting: boolean }[]) => void) {
        see = (isIntersecting) => tell([{ isIntersecting }])
      }
      observe(): void {}
      disconnect(): void {}
    },
  )
  await show()
  see(false)
  for (let i = 1; i <= 3; i++) host.bridge.emit('checkpoints', { seq: i, works: [], notices: [], listed: i })
  await vi.advanceTimersByTimeAsync(5000)
  expect(calls(host, 'Checkpoints.List')).toHaveLength(1)
  see(true)
  await vi.advanceTimersByTimeAsync(5000)
  expect(calls(host, 'Checkpoints.List')).toHaveLength(2)
  see(false)
  see(true)
  await vi.advanceTimersByTimeAsync(5000)
  expect(calls(host, 'Checkpoints.List')).toHaveLength(2)
  vi.unstubAllGlobals()
})

test('a filter finds what is folded, says when nothing matches, and is cleared', async () => {
  await show()
  await type('Filter checkpoints', 'calc.go')
  expect(labels()).toEqual(['Today, 1 checkpoint', expect.stringContaining('Edit calc.go')])
  expect(shown.getByText('1 of 5 checkpoints')).toBeDefined()
  await type('Filter checkpoints', 'no such thing')
  expect(shown.getByText('No checkpoint matches.')).toBeDefined()
  shown.getByRole('button', { name: 'Clear the filter' }).click()
  await settle()
  expect(rows()).toHaveLength(4)
})

test('without checkpoints it says what one is, and takes the first', async () => {
  await show([], { 'Checkpoints.Create': () => manual })
  expect(shown.getByText(/A checkpoint is this whole folder as it was at one moment/)).toBeDefined()
  host.answers = ['first']
  all = [checkpoint('c1', { label: 'first' })]
  shown.getAllByRole('button', { name: 'Create Checkpoint…' }).at(-1)?.click()
  await settle()
  expect(calls(host, 'Checkpoints.Create')).toEqual([['first']])
  expect(row('first')).toBeDefined()
})

test('without a folder it says so', async () => {
  await show([], {
    'Checkpoints.List': () => {
      throw new Failure('no_workspace', 'No folder is open.', '')
    },
  })
  expect(shown.getByText('No folder is open')).toBeDefined()
})

test('what they take leads to the storage', async () => {
  await show(some(), {
    'Checkpoints.Usage': () => ({
      bytes: 34 * 1024 ** 2,
      cap: 2 * 1024 ** 3,
      checkpoints: 5,
      pinned: 1,
      oldestAt: 1,
    }),
  })
  shown.getByRole('button', { name: '34 MB of 2 GB' }).click()
  expect(host.opened).toEqual(['command: keel.checkpointStorage'])
})

test('of ten thousand only what shows is drawn, and hidden characters show', async () => {
  await show(
    Array.from({ length: 10_000 }, (_, i) =>
      checkpoint(`c${i}`, { createdAt: now - i * 1000, label: `n${i}\u202e` }),
    ),
  )
  expect(rows().length).toBeLessThan(60)
  expect(row('n0‹U+202E›').querySelector('.hidden-character')?.textContent).toBe('U+202E')
  row('Today').focus()
  await press('End')
  expect(focused()).toMatch(/^n9999‹U\+202E›,/)
  expect(rows().length).toBeLessThan(60)
})
