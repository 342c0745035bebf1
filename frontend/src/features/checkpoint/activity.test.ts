import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { CheckpointActivity, CheckpointWork } from '../../bridge'
import { ActivityStatus, stopReading, stopReadingId } from './activity'
import { calls, fakeWindow, type FakeWindow } from './testing'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const state = (seq: number, works: CheckpointWork[] = []): CheckpointActivity => ({
  seq,
  works,
  notices: [],
  listed: 0,
})
const reading = (done: number, total = 0): CheckpointWork => ({ work: 'first-capture', done, total })

function started(methods: Parameters<typeof fakeWindow>[0] = {}): {
  host: FakeWindow
  status: ActivityStatus
} {
  const host = fakeWindow(methods)
  return { host, status: new ActivityStatus(host) }
}

test('the first reading shows how far it is, and goes when it is done', async () => {
  const { host, status } = started()
  host.bridge.emit('checkpoints', state(1, [reading(10)]))
  expect(host.status).toBeUndefined()
  await vi.advanceTimersByTimeAsync(300)
  expect(host.status).toMatchObject({
    text: '$(sync~spin) Saving the starting point: 10 files',
    command: stopReadingId,
  })
  expect(host.context['keel.firstCapture']).toBe(true)
  host.bridge.emit('checkpoints', state(2, [reading(12_345, 24_690)]))
  expect(host.status?.label).toBe('Saving the starting point: 50% of 24,690 files. Press to stop it.')
  host.bridge.emit('checkpoints', state(3))
  expect(host.status).toBeUndefined()
  expect(host.context['keel.firstCapture']).toBe(false)
  status.dispose()
})

test('other works show only when they last', async () => {
  const { host, status } = started()
  const work = { work: 'restoring', done: 1, total: 4 }
  host.bridge.emit('checkpoints', state(1, [work]))
  await vi.advanceTimersByTimeAsync(900)
  expect(host.status).toBeUndefined()
  await vi.advanceTimersByTimeAsync(200)
  expect(host.status?.text).toContain('Restoring: 25% of 4 files')
  expect(host.status?.command).toBeUndefined()
  status.dispose()
})

test('an older state that arrives late changes nothing', async () => {
  const { host, status } = started()
  host.bridge.emit('checkpoints', state(5))
  host.bridge.emit('checkpoints', state(4, [reading(10)]))
  await vi.advanceTimersByTimeAsync(300)
  expect(host.status).toBeUndefined()
  status.dispose()
})

test('when the end of a work was missed, it is asked for', async () => {
  let now = state(1, [reading(10)])
  const { host, status } = started({ 'Checkpoints.Activity': () => now })
  await vi.advanceTimersByTimeAsync(1000)
  expect(host.status).toBeDefined()
  now = state(2)
  await vi.advanceTimersByTimeAsync(5000)
  expect(host.status).toBeUndefined()
  status.dispose()
})

test('a notice is told once and noted as seen', () => {
  const { host, status } = started()
  const notices = [
    { id: 1, kind: 'watcher-off', text: 'Checkpoints read all folders from now on.' },
    { id: 2, kind: 'recovered', text: 'A restore was finished.' },
  ]
  host.bridge.emit('checkpoints', { seq: 1, works: [], notices, listed: 0 })
  host.bridge.emit('checkpoints', { seq: 2, works: [], notices, listed: 0 })
  expect(host.toasts.map(({ severity, message }) => [severity, message])).toEqual([
    ['warn', 'Checkpoints read all folders from now on.'],
    ['info', 'A restore was finished.'],
  ])
  expect(calls(host, 'Checkpoints.Seen')).toEqual([[1], [2]])
  status.dispose()
})

test.each([
  ['Stop', 1],
  ['Go on', 0],
  [undefined, 0],
])('asked whether to stop, the answer %s counts', async (answer, stopped) => {
  const host = fakeWindow({ 'Checkpoints.StopReading': () => undefined })
  host.picks = [answer]
  await stopReading(host)
  expect(calls(host, 'Checkpoints.StopReading')).toHaveLength(stopped)
})
