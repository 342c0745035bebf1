import { expect, test, vi } from 'vitest'
import { Failure, type FileVersion } from '../../bridge'
import { fileHistory } from './fileHistory'
import { deletedFiles, restoreDeleted } from './deleted'
import { calls, dialogButton, emptyPlan, fakeWindow, manual, type FakeWindow } from './testing'
import { compareFile, restoreFile } from './versions'

function version(id: string, fields: Partial<FileVersion> = {}): FileVersion {
  return {
    checkpointId: id,
    createdAt: manual.createdAt,
    reason: 'manual',
    label: id,
    name: '',
    sessionId: '',
    turnId: '',
    pinned: false,
    state: 'present',
    size: 5,
    ...fields,
  }
}

function windowWith(versions: FileVersion[], now: string | null = 'now'): FakeWindow {
  const host = fakeWindow({
    'Checkpoints.Versions': (_: string, limit: number) => (limit > 0 ? versions.slice(0, limit) : versions),
    'Checkpoints.Preview': () => ({ ...emptyPlan, write: ['a.go'] }),
  })
  host.bridge.bytes.readFile = async () => {
    if (now === null) throw new Failure('not_found', 'There is no such file.', '')
    return new TextEncoder().encode(now)
  }
  host.bridge.bytes.readCheckpoint = async (id) => new TextEncoder().encode(id)
  return host
}

test('a file is compared with how it was; what is the same as now is not offered', async () => {
  const host = windowWith([version('now'), version('older')])
  host.picks = ['older']
  await compareFile(host, 'src/a.go')
  expect(host.picked[0]?.map(({ value }) => (value as FileVersion).checkpointId)).toEqual(['older'])
  expect(host.diffs[0]?.files).toEqual([{ path: 'src/a.go', kind: 'modified', before: 'older', after: null }])
  expect(host.diffs[0]?.title).toMatch(/^a\.go \(.*\) ↔ \(now\)$/)
})

test('comparing with where it was not shows an empty side, titled so', async () => {
  const host = windowWith([version('gone', { state: 'absent', size: 0 })])
  host.picks = ['gone']
  await compareFile(host, 'a.go')
  expect(host.diffs[0]?.title).toMatch(/^a\.go \(was not there at .*\) ↔ \(now\)$/)
  expect(host.diffs[0]?.files[0]?.kind).toBe('added')
})

test('a file that is no more has an empty right side', async () => {
  const host = windowWith([version('older')], null)
  host.picks = ['older']
  await compareFile(host, 'a.go')
  expect(host.diffs[0]?.files[0]?.kind).toBe('deleted')
  expect(host.diffs[0]?.title).toContain('not there now')
})

test.each([
  ['unknown' as const, 'does not cover the file'],
  ['other' as const, 'No file stood here'],
])('%s cannot be chosen, says why, and asks again', async (state, why) => {
  const host = windowWith([version('strange', { state, size: 0 }), version('older')])
  host.picks = ['strange', undefined]
  await restoreFile(host, 'a.go')
  expect(host.picked).toHaveLength(2)
  expect(host.picked[0]?.[0]?.detail).toContain(why)
  expect(host.toasts[0]?.message).toContain(why)
})

test('one file is restored after its preview, and nothing else', async () => {
  const host = windowWith([version('older')])
  host.picks = ['older']
  const ran = restoreFile(host, 'a.go')
  await vi.waitFor(() => expect(host.modal).toBeDefined())
  expect(host.modal?.textContent).toContain('Put this file back?')
  dialogButton(host, 'Restore 1 file').click()
  await ran
  expect(calls(host, 'Checkpoints.Restore')[0]?.[0]).toMatchObject({
    scope: 'checkpoint',
    checkpointId: 'older',
    paths: ['a.go'],
  })
  expect(host.toasts[0]?.actions.map(({ label }) => label)).toEqual(['Undo'])
})

test.each([
  [[], 'No checkpoint knows “a\u2039U+202E\u203a.go” yet'],
  [[version('now')], 'is what it was in every checkpoint'],
])('with nothing to choose from it says so', async (versions, said) => {
  const host = windowWith(versions)
  await compareFile(host, 'a\u202e.go')
  expect(host.picked).toEqual([])
  expect(host.toasts[0]?.message).toContain(said)
})

test('deleted files are those whose newest change deletes them', async () => {
  const steps: Record<string, unknown[]> = {
    // from c1 to the disk
    'c1 ': [{ path: 'lately.go', kind: 'deleted', from: '', file: true }],
    'c2 c1': [
      { path: 'back.go', kind: 'added', from: '', file: true },
      { path: 'folder', kind: 'deleted', from: '', file: false },
      { path: 'new.go', kind: 'renamed', from: 'old.go', file: true },
    ],
    'c3 c2': [
      { path: 'back.go', kind: 'deleted', from: '', file: true },
      { path: 'early.go', kind: 'deleted', from: '', file: true },
      { path: 'old.go', kind: 'modified', from: '', file: true },
    ],
  }
  const host = fakeWindow({
    'Checkpoints.List': () => ['c1', 'c2', 'c3'].map((id) => ({ ...manual, id })),
    'Checkpoints.Diff': (from: string, to: string) => steps[`${from} ${to}`],
    'Checkpoints.Preview': () => ({ ...emptyPlan, write: ['early.go'] }),
  })
  const { files, until } = await deletedFiles(host.bridge)
  expect(files.map(({ path, last }) => [path, last.id])).toEqual([
    ['lately.go', 'c1'],
    ['early.go', 'c3'],
  ])
  expect(until).toBeUndefined()
  host.picks = ['early.go']
  const ran = restoreDeleted(host)
  await vi.waitFor(() => expect(host.modal).toBeDefined())
  dialogButton(host, 'Restore 1 file').click()
  await ran
  expect(calls(host, 'Checkpoints.Restore')[0]?.[0]).toMatchObject({
    checkpointId: 'c3',
    paths: ['early.go'],
  })
  expect(host.opened).toEqual(['early.go'])
})

test('looking for deleted files ends, passes over what is gone, and says how far it looked', async () => {
  const host = fakeWindow({
    'Checkpoints.List': () => Array.from({ length: 1000 }, (_, i) => ({ ...manual, id: `c${i}` })),
    'Checkpoints.Diff': (from: string) => {
      if (from === 'c7') throw new Failure('not_found', 'gone', '')
      return []
    },
  })
  const { until } = await deletedFiles(host.bridge)
  expect(calls(host, 'Checkpoints.Diff')).toHaveLength(300)
  expect(until).toBe(manual.createdAt)
})

test('the Timeline view opens a version beside the one after it, the newest beside the file', async () => {
  const host = windowWith([version('v3', { state: 'unknown', size: 0 }), version('v2'), version('v1')])
  const history = fileHistory(host)
  expect((await history.list('a.go', 2)).map(({ id, usable }) => [id, usable])).toEqual([
    ['v3', false],
    ['v2', true],
  ])
  await history.open('a.go', 'v1')
  await history.open('a.go', 'v2')
  await history.compareWithNow('a.go', 'v1')
  expect(host.diffs.map(({ files }) => [files[0]?.before, files[0]?.after])).toEqual([
    ['v1', 'v2'],
    ['v2', null],
    ['v1', null],
  ])
  await history.open('a.go', 'v3')
  await history.restore('a.go', 'pruned')
  expect(host.toasts.map(({ message }) => message)).toEqual([
    expect.stringContaining('does not cover the file'),
    expect.stringContaining('This checkpoint is gone'),
  ])
})
