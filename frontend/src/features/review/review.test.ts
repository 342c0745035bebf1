import { afterEach, expect, test, vi } from 'vitest'
import { flushSync } from 'svelte'
import { startReview, type Review } from '.'
import { Failure, type ReviewDecision, type ReviewState } from '../../bridge'
import { approval, call, session, turn } from '../../testing/sessions'
import { calls } from '../../testing/window'
import { fakeReview, file, hunk, set, settle, stateOf, type FakeReview } from './testing/fake'

let review: Review | undefined
let root: HTMLElement | undefined
afterEach(() => {
  review?.dispose()
  root?.remove()
  vi.useRealTimers()
})

async function started(fake: FakeReview, shown = session({ turns: [turn()] })): Promise<Review> {
  review = startReview(fake.host)
  review.follow(shown)
  await settle()
  return review
}

/** Draws the view of changes. */
function drawn(fake: FakeReview): HTMLElement {
  root = document.createElement('div')
  document.body.append(root)
  fake.host.views[0]?.render(root)
  flushSync()
  return root
}

const items = (within: HTMLElement): HTMLElement[] => [
  ...within.querySelectorAll<HTMLElement>('[role=treeitem]'),
]
const names = (within: HTMLElement): (string | undefined)[] =>
  items(within).map((each) => each.querySelector('.name')?.textContent)

async function press(target: Element | null | undefined, key: string, init: KeyboardEventInit = {}) {
  target?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }))
  flushSync()
  await settle()
}

const run = async (fake: FakeReview, id: string): Promise<void> => {
  await fake.host.commands.get(id)?.run()
  await settle()
}
const decisions = (fake: FakeReview): Partial<ReviewDecision>[] =>
  calls(fake.host, 'Review.Decide').map(([each]) => {
    const { turnId, path, hunks, decision } = each as ReviewDecision
    return { turnId, path, hunks, decision }
  })

const twoTurns = () => [
  set('t1', [file('a/one.go'), file('two.go', { status: 'accepted', pending: 0 })]),
  set('t2', [file('a/one.go', { added: 5, removed: 0 }), file('mine.txt', { agent: false, by: 'user' })]),
]

test('never more than one request for the state is under way, and news during it are asked for', async () => {
  const fake = fakeReview(twoTurns())
  const answers: ((state: ReviewState) => void)[] = []
  fake.host.bridge.Review.State = () => new Promise((resolve) => answers.push(resolve))
  const { parts } = await started(fake)
  void parts.store.refresh()
  void parts.store.refresh()
  expect(answers).toHaveLength(1)
  answers[0]?.(stateOf([]))
  await settle()
  expect(answers).toHaveLength(2)
  answers[1]?.(fake.state)
  await settle()
  expect(answers).toHaveLength(2)
  expect(parts.store.state?.sets).toHaveLength(2)
})

test('what comes for a session that is no longer shown is dropped', async () => {
  const fake = fakeReview()
  const answers: ((state: ReviewState) => void)[] = []
  const asked: string[] = []
  fake.host.bridge.Review.State = (id) => {
    asked.push(id)
    return new Promise((resolve) => answers.push(resolve))
  }
  const { parts, follow } = await started(fake)
  follow(session({ id: 's2' }))
  answers[0]?.(stateOf(twoTurns()))
  await settle()
  expect(parts.store.state).toBeUndefined()
  expect(asked).toEqual(['s1', 's2'])
})

test('it asks again when a call has ended or a reviewed file has changed, not while text streams', async () => {
  vi.useFakeTimers()
  const fake = fakeReview(twoTurns())
  review = startReview(fake.host)
  review.follow(session())
  await vi.advanceTimersByTimeAsync(1)
  const asked = (): number => calls(fake.host, 'Review.State').length
  expect(asked()).toBe(1)
  const emit = async (path: string, kind: 'text' | 'item'): Promise<void> => {
    const item = call('i1', { status: kind === 'item' ? 'completed' : 'in_progress' })
    fake.host.bridge.emit('session', { sessionId: 's1', seq: 2, changes: [{ kind, turnId: 't1', item }] })
    const changes = [{ kind: 'changed' as const, path }]
    fake.host.bridge.emit('files', {
      area: 'workspace',
      seq: 1,
      overflow: false,
      changes: changes,
    })
    await vi.advanceTimersByTimeAsync(1000)
  }
  await emit('other.go', 'text')
  expect(asked()).toBe(1)
  await emit('a/one.go', 'text')
  expect(asked()).toBe(2)
  await emit('other.go', 'item')
  expect(asked()).toBe(3)
})

test('the view groups by turn, newest first, or by folder, which is remembered', async () => {
  const fake = fakeReview(twoTurns())
  await started(fake)
  const view = drawn(fake)
  expect(names(view)).toEqual(['Turn t2', 'one.go', 'mine.txt', 'Turn t1', 'one.go', 'two.go'])
  const tree = view.querySelector('[role=tree]')
  expect(tree?.getAttribute('aria-label')).toBe('Changed files')
  const one = items(view)[1]
  expect(one?.getAttribute('aria-label')).toBe(
    'one.go in a, changed, 5 lines added, 0 lines removed, not reviewed',
  )
  expect(one?.getAttribute('aria-level')).toBe('2')
  expect(items(view)[2]?.getAttribute('aria-label')).toContain('nothing to review')
  view.querySelector<HTMLElement>('[aria-label="Group by Folder"]')?.click()
  flushSync()
  await settle()
  expect(names(view)).toEqual(['Top folder', 'mine.txt', 'two.go', 'a', 'one.go'])
  expect(fake.host.bridge.storage['application']).toEqual({ 'keel.review.grouping': 'folder' })
})

test('the keys move, close, find and open', async () => {
  const fake = fakeReview(twoTurns())
  await started(fake)
  const view = drawn(fake)
  const active = (): string | null | undefined =>
    view.querySelector('[role=treeitem][tabindex="0"] .name')?.textContent
  items(view)[0]?.focus()
  await press(document.activeElement, 'ArrowDown')
  expect(active()).toBe('one.go')
  await press(document.activeElement, 'Enter')
  expect(fake.host.diffs.at(-1)).toMatchObject({
    title: 'Changes: one.go',
    files: [{ path: 'a/one.go', before: 't2-before', after: 't2-after' }],
  })
  await press(document.activeElement, 'ArrowLeft')
  expect(active()).toBe('Turn t2')
  await press(document.activeElement, 'ArrowLeft')
  expect(names(view)).toEqual(['Turn t2', 'Turn t1', 'one.go', 'two.go'])
  await press(document.activeElement, 't')
  await press(document.activeElement, 'w')
  expect(active()).toBe('two.go')
  await press(document.activeElement, 'Home')
  expect(active()).toBe('Turn t2')
  await press(document.activeElement, 'End')
  expect(active()).toBe('two.go')
})

test('a row’s menu keeps and takes back, and Delete takes back', async () => {
  const fake = fakeReview(twoTurns())
  await started(fake)
  const view = drawn(fake)
  const one = items(view)[1]
  one?.focus()
  await press(one, 'F10', { shiftKey: true })
  const entries = [...view.querySelectorAll<HTMLElement>('[role=menuitem]')]
  expect(entries.map((each) => each.textContent.trim())).toEqual([
    'Open Changes',
    'Open File',
    'Undo',
    'Keep',
  ])
  entries[3]?.click()
  await settle()
  await press(items(view)[1], 'Delete')
  expect(decisions(fake)).toEqual([
    { turnId: 't2', path: 'a/one.go', hunks: [], decision: 'accepted' },
    { turnId: 't2', path: 'a/one.go', hunks: [], decision: 'rejected' },
  ])
})

test('of thousands of files only some rows are drawn', async () => {
  const fake = fakeReview([
    set(
      't1',
      Array.from({ length: 5000 }, (_, i) => file(`f${i}.go`)),
    ),
  ])
  await started(fake)
  const view = drawn(fake)
  expect(items(view).length).toBeLessThan(100)
  items(view)[0]?.focus()
  await press(document.activeElement, 'End')
  expect(document.activeElement?.textContent).toContain('f4999.go')
})

test('what a revert left alone waits in the list, to be compared and decided', async () => {
  const left = [{ path: 'a/one.go', reason: 'You changed the same lines.' }]
  const fake = fakeReview([set('t1', [file('a/one.go')], { left })])
  await started(fake)
  const view = drawn(fake)
  expect(names(view).slice(0, 2)).toEqual(['Left as they are', 'one.go'])
  const row = items(view)[1]
  expect(row?.getAttribute('aria-label')).toContain('You changed the same lines.')
  const buttons = [...(row?.querySelectorAll('button') ?? [])]
  expect(buttons.map((each) => each.title)).toEqual(['Compare', 'Keep Mine', 'Take the Checkpoint’s'])
  buttons[0]?.click()
  expect(fake.host.diffs.at(-1)?.files).toEqual([
    { path: 'a/one.go', kind: 'modified', before: 't1-before', after: null },
  ])
  buttons[2]?.click()
  await settle()
  expect(calls(fake.host, 'Review.Resolve')).toMatchObject([
    [{ turnId: 't1', path: 'a/one.go', side: 'checkpoint' }],
  ])
})

test('without changes the view says so; a failure is told with a way to try again', async () => {
  const fake = fakeReview([], {
    'Review.State': () => {
      throw new Failure('internal', 'The store is gone.', 'Look at the disk.')
    },
  })
  const { parts } = await started(fake)
  const view = drawn(fake)
  expect(view.textContent).toContain('The store is gone.')
  fake.host.bridge.Review.State = async () => stateOf([])
  await parts.store.refresh()
  flushSync()
  expect(view.textContent).toContain('Nothing has been changed in this session yet.')
  expect(view.textContent).not.toContain('The store is gone.')
})

test('a double click decides once, and a failure is said', async () => {
  const fake = fakeReview(twoTurns())
  const { parts } = await started(fake)
  fake.results = [new Failure('changed', 'It has changed.', 'Look again.')]
  const [first, second] = await Promise.all([
    parts.acts.takeBack({ path: 'a/one.go' }),
    parts.acts.takeBack({ path: 'a/one.go' }),
  ])
  expect([first, second]).toEqual([false, false])
  expect(decisions(fake)).toHaveLength(1)
  expect(fake.host.toasts).toMatchObject([{ severity: 'error', message: 'It has changed. Look again.' }])
  expect(parts.acts.working).toBe('')
})

test('what a revert left alone is said in words, and the toast undoes it', async () => {
  const fake = fakeReview(twoTurns())
  const { parts } = await started(fake)
  fake.host.unsaved = [{ path: 'a/one.go', content: 'eA==' }]
  const conflicts = [{ path: 'a/one.go', reason: 'it was changed since' }]
  const files = { written: 1, deleted: 0, merged: 0, conflicts, unknown: [], unsaved: ['a/one.go'] }
  fake.results = [{ title: 'Reverted 1 file', files: { ...files, undo: '', prompt: '', copy: '', note: '' } }]
  await parts.acts.revertAll('session')
  const toast = fake.host.toasts.at(-1)
  expect(toast).toMatchObject({
    severity: 'warn',
    message: 'Reverted 1 file. Left as it is, because of newer changes: a/one.go. It was changed since.',
  })
  expect(calls(fake.host, 'Review.Decide')).toMatchObject([[{ turnId: '', unsaved: fake.host.unsaved }]])
  expect(fake.host.reloaded).toEqual([['a/one.go']])
  await toast?.actions[0]?.run()
  expect(calls(fake.host, 'Review.Undo')).toEqual([['s1', fake.host.unsaved]])
})

test('Revert All asks for turn or session, what was chosen last first', async () => {
  const fake = fakeReview(twoTurns())
  await started(fake)
  fake.host.picks = ['Whole session', undefined]
  await run(fake, 'keel.revertAllChanges')
  await run(fake, 'keel.revertAllChanges')
  expect(fake.host.picked.map((each) => each.map((item) => item.label))).toEqual([
    ['$(comment) This turn', '$(comment-discussion) Whole session'],
    ['$(comment-discussion) Whole session', '$(comment) This turn'],
  ])
  expect(decisions(fake)).toEqual([{ turnId: '', path: '', hunks: [], decision: 'rejected' }])
})

test('View All Changes joins the turns, from before the first to the disk', async () => {
  const fake = fakeReview(twoTurns())
  await started(fake)
  await run(fake, 'keel.viewAllChanges')
  expect(fake.host.diffs.at(-1)?.files).toEqual([
    { path: 'mine.txt', kind: 'modified', before: 't2-before', after: null },
    { path: 'two.go', kind: 'modified', before: 't1-before', after: null },
    { path: 'a/one.go', kind: 'modified', before: 't1-before', after: null },
  ])
})

test('the status bar and the badge tell what is to review', async () => {
  const fake = fakeReview(twoTurns())
  const { parts } = await started(fake)
  expect(fake.host.status).toMatchObject({
    text: '$(diff-multiple) 1 file +8 −1',
    command: 'keel.showChanges',
  })
  expect(fake.host.badges).toEqual({ 'keel.changes': 1 })
  fake.state = stateOf([])
  await parts.store.refresh()
  flushSync()
  expect(fake.host.status).toBeUndefined()
  expect(fake.host.badges).toEqual({ 'keel.changes': 0 })
})

test('open files show what is to review, and its buttons decide about one hunk', async () => {
  const fake = fakeReview([set('t1', [file('a.go')])])
  fake.openFiles = ['a.go', 'other.go']
  const hunks = [hunk('h1', 4, 3), hunk('h2', 9, 0), hunk('h3', 20, 1, { status: 'accepted' })]
  fake.files = { 'a.go': { path: 'a.go', hunks, whole: [] } }
  await started(fake)
  const shown = fake.drawn.get('a.go')
  expect(shown?.hunks.map((each) => each.label)).toEqual([
    'Keel changed lines 4 to 6',
    'Keel removed 1 line after line 9',
  ])
  expect(fake.drawn.has('other.go')).toBe(false)
  shown?.acts.reject('t1:h2')
  await settle()
  expect(decisions(fake)).toEqual([{ turnId: 't1', path: 'a.go', hunks: ['h2'], decision: 'rejected' }])
})

test('going on goes through files and around, and decides at the cursor', async () => {
  const fake = fakeReview([set('t1', [file('a.go'), file('b.go')])])
  fake.files = {
    'a.go': { path: 'a.go', hunks: [hunk('h1', 4, 3), hunk('h2', 10, 1)], whole: [] },
    'b.go': { path: 'b.go', hunks: [hunk('h3', 2, 1)], whole: [] },
  }
  await started(fake)
  const places: unknown[] = []
  for (let i = 0; i < 4; i++) {
    await run(fake, 'keel.nextUnreviewedChange')
    places.push(`${fake.active?.path}:${fake.active?.line}`)
  }
  expect(places).toEqual(['a.go:4', 'a.go:10', 'b.go:2', 'a.go:4'])
  expect(fake.host.toasts.map((each) => each.message)).toEqual([
    'That was all in this direction; went on at the first change, in a.go.',
  ])
  fake.active = { path: 'a.go', line: 6 }
  await run(fake, 'keel.keepChange')
  expect(decisions(fake)).toEqual([{ turnId: 't1', path: 'a.go', hunks: ['h1'], decision: 'accepted' }])
  await run(fake, 'keel.previousUnreviewedChange')
  expect(fake.active).toEqual({ path: 'b.go', line: 2 })
})

const waiting = (hash: string, answer = '') =>
  session({
    mode: 'supervised',
    turns: [
      turn({
        status: answer ? 'running' : 'waiting',
        items: [
          call('i1', {
            kind: 'edit',
            status: answer ? 'in_progress' : 'waiting',
            title: 'Edit a.go',
            diff: { path: 'a.go', kind: 'modified', binary: false } as never,
            approval: approval({
              hash,
              answer,
              hunks: [{ id: 'h1', oldStart: 1, oldLines: 1, newStart: 1, newLines: 2, decision: '' }],
            }),
          }),
        ],
      }),
    ],
  })

test('a proposal comes up by itself without the keyboard, follows its changes and goes with its answer', async () => {
  const fake = fakeReview()
  const { follow } = await started(fake, waiting('h1'))
  expect(fake.proposals.get('a1')).toMatchObject({ focus: false, proposal: { hash: 'h1', editable: true } })
  follow(waiting('h2'))
  flushSync()
  expect(fake.proposals.get('a1')?.proposal.hash).toBe('h2')
  // What is agreed to is what the editor showed, even if Go is further by then.
  fake.proposals.get('a1')?.acts.accept('h1', ['h1'])
  await settle()
  expect(calls(fake.host, 'Review.DecideProposal')).toMatchObject([
    [{ approvalId: 'a1', hash: 'h1', hunks: ['h1'], decision: 'accepted' }],
  ])
  follow(waiting('h2', 'approved'))
  flushSync()
  expect(fake.proposals.size).toBe(0)
})

test('a proposal does not come up in front of who types in an editor; the command opens it', async () => {
  root = document.createElement('div')
  root.className = 'monaco-editor'
  const area = document.createElement('textarea')
  root.append(area)
  document.body.append(root)
  area.focus()
  const fake = fakeReview()
  await started(fake, waiting('h1'))
  expect(fake.proposals.size).toBe(0)
  await run(fake, 'keel.openProposal')
  expect(fake.proposals.get('a1')?.focus).toBe(true)
  await run(fake, 'keel.rejectProposal')
  expect(calls(fake.host, 'Agent.Answer')).toMatchObject([[{ approved: false, hash: 'h1' }]])
})

test('the commands are about the proposal in front, and its part at the cursor', async () => {
  const fake = fakeReview()
  await started(fake, waiting('h1'))
  const done: string[] = []
  const act = (name: string) => () => void done.push(name)
  const acts = { accept: act('accept'), reject: act('reject'), acceptAll: act('all'), rejectAll: act('none') }
  fake.front = { approvalId: 'a1', atHunk: true, ...acts }
  for (const id of ['acceptProposedChange', 'rejectProposedChange', 'acceptProposal', 'rejectProposal'])
    await run(fake, `keel.${id}`)
  expect(done).toEqual(['accept', 'reject', 'all', 'none'])
  fake.front = { approvalId: 'a1', atHunk: false, ...acts }
  await run(fake, 'keel.acceptProposedChange')
  expect(calls(fake.host, 'Review.DecideProposal')).toMatchObject([[{ hash: 'h1', hunks: ['h1'] }]])
})
