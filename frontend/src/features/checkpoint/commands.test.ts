import { expect, test, vi } from 'vitest'
import { startCheckpoints } from '.'
import { checkpointCommands } from './commands'
import { calls, dialogButton, emptyPlan, fakeWindow, manual, type FakeWindow } from './testing'

const usage = {
  bytes: 222_298_112,
  cap: 2 * 1024 ** 3,
  checkpoints: 48,
  pinned: 2,
  oldestAt: manual.createdAt,
}

async function run(host: FakeWindow, id: string): Promise<void> {
  const command = checkpointCommands(host, 'keel.chat').find((each) => each.id === id)
  if (!command) throw new Error(`there is no command ${id}`)
  await command.run()
}

test('the palette has the commands, and loses them again', () => {
  const host = fakeWindow()
  const started = startCheckpoints(host, 'keel.chat')
  expect([...host.commands.keys()]).toEqual([
    'keel.createCheckpoint',
    'keel.showCheckpoints',
    'keel.showTimeline',
    'keel.restoreDeletedFile',
    'keel.checkpointStorage',
    'keel.undoLastRestore',
    'keel.stopFirstCapture',
  ])
  expect([...host.fileCommands.keys()]).toEqual(['keel.compareWithCheckpoint', 'keel.restoreFromCheckpoint'])
  expect(host.views.map(({ id, container }) => [id, container?.id])).toEqual([
    ['keel.timeline', 'keel.review'],
  ])
  started.dispose()
  expect(host.commands.size + host.fileCommands.size + host.views.length).toBe(0)
})

test('a checkpoint gets the name that was typed, and says what it lacks', async () => {
  const host = fakeWindow({ 'Checkpoints.Create': () => manual })
  host.answers = [' before the rewrite ']
  host.unsaved = [{ path: 'a.go', content: '' }]
  await run(host, 'keel.createCheckpoint')
  expect(calls(host, 'Checkpoints.Create')).toEqual([['before the rewrite']])
  expect(host.toasts).toMatchObject([
    { severity: 'warn', message: 'Saved a checkpoint of 12 files. Unsaved text is not in it: a.go.' },
  ])
})

test('no checkpoint is made when no name is given at all', async () => {
  const host = fakeWindow()
  host.answers = [undefined]
  await run(host, 'keel.createCheckpoint')
  expect(host.bridge.calls).toEqual([])
})

test('the list says what each checkpoint is, and compares it with the disk', async () => {
  const host = fakeWindow({
    'Checkpoints.List': () => [
      { ...manual, pinned: true },
      { ...manual, label: 'Edit parse.go', reason: 'pre-tool' },
    ],
    'Checkpoints.Diff': () => [
      { path: 'a.go', kind: 'modified', from: '', file: true },
      { path: 'new', kind: 'added', from: '', file: false },
    ],
  })
  host.picks = ['before the rewrite', 'View Changes Since']
  await run(host, 'keel.showCheckpoints')
  expect(host.picked[0]?.map((item) => item.description)).toEqual([
    '3 changes · pinned',
    '3 changes · Edit parse.go',
  ])
  expect(host.picked[0]?.[1]?.label).toContain('Before a step of the agent')
  expect(calls(host, 'Checkpoints.Diff')).toEqual([['c1', '']])
  expect(host.diffs[0]?.files).toEqual([{ path: 'a.go', kind: 'modified', before: 'c1', after: null }])
})

test('a checkpoint is restored after its preview', async () => {
  const host = fakeWindow({
    'Checkpoints.List': () => [manual],
    'Checkpoints.Preview': () => ({ ...emptyPlan, write: ['a.go'] }),
  })
  host.picks = ['before the rewrite', 'Restore']
  const ran = run(host, 'keel.showCheckpoints')
  await vi.waitFor(() => expect(host.modal).toBeDefined())
  expect(calls(host, 'Checkpoints.Restore')).toEqual([])
  dialogButton(host, 'Restore 1 file').click()
  await ran
  expect(calls(host, 'Checkpoints.Restore')[0]?.[0]).toMatchObject({
    scope: 'checkpoint',
    checkpointId: 'c1',
  })
})

test.each([
  [false, 'Pin', true],
  [true, 'Unpin', false],
])('pinned %s: %s makes it %s', async (pinned, act, wanted) => {
  const host = fakeWindow({
    'Checkpoints.List': () => [{ ...manual, pinned }],
    'Checkpoints.Pin': () => undefined,
  })
  host.picks = ['before', act]
  await run(host, 'keel.showCheckpoints')
  expect(calls(host, 'Checkpoints.Pin')).toEqual([['c1', wanted]])
})

test('storage shows the figures', async () => {
  const host = fakeWindow({ 'Checkpoints.Usage': () => usage })
  await run(host, 'keel.checkpointStorage')
  expect(host.picked[0]?.[0]?.label).toContain('212 MB used of 2 GB')
  expect(host.picked[0]?.[0]?.detail).toContain('48 checkpoints, 2 of them pinned; the oldest from ')
})

test('cleaning up says what it gave back', async () => {
  const host = fakeWindow({
    'Checkpoints.Usage': () => usage,
    'Checkpoints.Prune': () => ({ removed: 5, kept: 43, freed: 1024, overCap: false }),
  })
  host.picks = ['Clean Up Now']
  await run(host, 'keel.checkpointStorage')
  expect(host.toasts[0]?.message).toBe('Removed 5 checkpoints and gave back 1 kB; 43 checkpoints stay.')
})

test('the history is deleted only after it was said what is lost', async () => {
  const host = fakeWindow({
    'Checkpoints.Usage': () => usage,
    'Checkpoints.Forget': () => ({ removed: 48, kept: 0, freed: usage.bytes, overCap: false }),
  })
  host.picks = ['Delete This Folder’s History', 'Delete This Folder’s History']
  await run(host, 'keel.checkpointStorage')
  expect(host.questions[0]).toMatchObject({ primary: 'Delete History', danger: true })
  expect(host.questions[0]?.detail).toContain('All 48 checkpoints go, pinned ones too (212 MB).')
  expect(calls(host, 'Checkpoints.Forget')).toEqual([])
  host.confirms = [true]
  await run(host, 'keel.checkpointStorage')
  expect(calls(host, 'Checkpoints.Forget')).toHaveLength(1)
})

test('a path is removed only after asking, and it says how many checkpoints held it', async () => {
  const host = fakeWindow({
    'Checkpoints.Usage': () => usage,
    'Checkpoints.Purge': () => ({ checkpoints: 12, contents: 3, freed: 2048 }),
  })
  host.picks = ['Remove a Path', 'Remove a Path']
  host.answers = ['.env', '.env']
  host.confirms = [false, true]
  await run(host, 'keel.checkpointStorage')
  expect(calls(host, 'Checkpoints.Purge')).toEqual([])
  await run(host, 'keel.checkpointStorage')
  expect(calls(host, 'Checkpoints.Purge')).toEqual([['.env']])
  expect(host.toasts[0]?.message).toBe(
    'Removed “.env” from 12 checkpoints: 3 versions of it, 2 kB, are gone from the disk.',
  )
})

test.each([
  ['/etc/passwd', 'from the opened folder on'],
  ['./', 'That is everything'],
  ['a/../../b', 'may lead out'],
  ['.env', undefined],
  ['a..b/c', undefined],
])('the path %s to remove is looked at while it is typed', async (path, complaint) => {
  const host = fakeWindow({ 'Checkpoints.Usage': () => usage })
  host.picks = ['Remove a Path']
  let said: string | undefined
  host.ask = async ({ check }) => {
    said = check?.(path)
    return undefined
  }
  await run(host, 'keel.checkpointStorage')
  if (complaint === undefined) expect(said).toBeUndefined()
  else expect(said).toContain(complaint)
})

test('a long name is cut, and still found by its end', async () => {
  const label = `before ${'the rewrite of '.repeat(5)}everything`
  const host = fakeWindow({ 'Checkpoints.List': () => [{ ...manual, label }] })
  await run(host, 'keel.showCheckpoints')
  expect(host.picked[0]?.[0]?.label.length).toBeLessThan(70)
  expect(host.picked[0]?.[0]?.description).toBe(`3 changes · ${label}`)
})

test('the last restore is undone with its session', async () => {
  const host = fakeWindow({ 'Checkpoints.Last': () => ({ sessionId: 's1', undo: 'u1 u2' }) })
  await run(host, 'keel.undoLastRestore')
  expect(calls(host, 'Checkpoints.Undo')).toEqual([['s1', 'u1 u2']])
})
