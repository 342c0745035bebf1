import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Failure, type AuditPage } from '../../bridge'
import { fakeBridge, type FakeBridge } from '../../bridge/fake'
import { AuditStore } from './store.svelte'
import { FakeLog, page, record } from './testing'

let log: FakeLog
let bridge: FakeBridge
let store: AuditStore
let read = false

beforeEach(() => {
  vi.useFakeTimers()
  read = false
  log = new FakeLog(450)
  bridge = fakeBridge({ methods: { 'Audit.List': log.list } })
  store = new AuditStore(bridge)
})
afterEach(() => {
  store.dispose()
  vi.useRealTimers()
})

async function follow(): Promise<void> {
  store.follow(() => read)
  await vi.advanceTimersByTimeAsync(0)
}

async function told(): Promise<void> {
  bridge.emit('audit', { seq: log.seq })
  await vi.advanceTimersByTimeAsync(300)
}

const shown = (): number[] => store.records.map(({ seq }) => seq)

test('older entries are added below, until there are none', async () => {
  await follow()
  expect(shown()).toHaveLength(200)
  expect(store.more).toBe(true)
  await store.extend()
  await store.extend()
  expect(shown()).toEqual(Array.from({ length: 450 }, (_, i) => 450 - i))
  expect(store.more).toBe(false)
  await store.extend()
  expect(log.queries.map(({ before }) => before)).toEqual([0, 251, 51])
})

test('new entries come in at once while nobody reads', async () => {
  await follow()
  log.add(record(451))
  await told()
  expect(shown()[0]).toBe(451)
  expect(store.held).toEqual([])
})

test('new entries are held back while someone reads, and the others change in place', async () => {
  await follow()
  read = true
  log.records = log.records.map((each) => (each.seq === 440 ? { ...each, outcome: 'failed' } : each))
  log.add(record(452), record(451))
  await told()
  expect(store.held.map(({ seq }) => seq)).toEqual([452, 451])
  expect(shown()[0]).toBe(450)
  expect(store.records.find(({ seq }) => seq === 440)?.outcome).toBe('failed')
  store.showNews()
  expect(shown().slice(0, 3)).toEqual([452, 451, 450])
  expect(store.held).toEqual([])
})

test('after more news than a page holds, the list begins anew', async () => {
  await follow()
  read = true
  log.add(...Array.from({ length: 300 }, (_, i) => record(750 - i)))
  await told()
  expect(store.heldMore).toBe(true)
  expect(store.held).toHaveLength(200)
  store.showNews()
  await vi.advanceTimersByTimeAsync(0)
  expect(shown()).toEqual(Array.from({ length: 200 }, (_, i) => 750 - i))
})

test('many events in a moment ask once', async () => {
  await follow()
  for (let i = 0; i < 20; i++) {
    log.add(record(451 + i))
    bridge.emit('audit', { seq: log.seq })
  }
  await vi.advanceTimersByTimeAsync(300)
  expect(log.queries).toHaveLength(2)
  expect(shown()[0]).toBe(470)
})

test('an event that arrives during a look is not lost', async () => {
  let answer: (page: AuditPage) => void = () => undefined
  await follow()
  bridge.Audit.List = () => new Promise((resolve) => (answer = resolve))
  log.add(record(451))
  bridge.emit('audit', { seq: log.seq })
  await vi.advanceTimersByTimeAsync(300)
  const first = page([record(451), ...log.records.slice(1, 200)], { seq: log.seq, more: true })
  log.add(record(452))
  bridge.emit('audit', { seq: log.seq })
  bridge.Audit.List = async (query) => log.list(query)
  answer(first)
  await vi.advanceTimersByTimeAsync(300)
  expect(shown()[0]).toBe(452)
})

test('an event that is known already asks nothing', async () => {
  await follow()
  await told()
  expect(log.queries).toHaveLength(1)
})

test('choosing asks for what matches; typing waits until it rests', async () => {
  await follow()
  store.choose({ text: 'echo 1' })
  await vi.advanceTimersByTimeAsync(100)
  store.choose({ text: 'echo 12' })
  await vi.advanceTimersByTimeAsync(100)
  expect(log.queries).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(200)
  expect(log.queries).toHaveLength(2)
  expect(shown()).toEqual([129, 128, 127, 126, 125, 124, 123, 122, 121, 120, 12])
  store.choose({ text: '' })
  await vi.advanceTimersByTimeAsync(0)
  expect(shown()).toHaveLength(200)
  store.choose({ outcome: 'rejected' })
  await vi.advanceTimersByTimeAsync(0)
  expect(shown()).toEqual([])
  expect(store.busy).toBe(false)
})

test('an answer for an earlier filter changes nothing', async () => {
  await follow()
  let answer: (page: AuditPage) => void = () => undefined
  bridge.Audit.List = () => new Promise((resolve) => (answer = resolve))
  store.choose({ kind: 'read' })
  const late = answer
  bridge.Audit.List = async () => page([record(7)])
  store.choose({ kind: 'edit' })
  await vi.advanceTimersByTimeAsync(0)
  late(page([record(1)]))
  await vi.advanceTimersByTimeAsync(0)
  expect(shown()).toEqual([7])
})

test('an entry that comes to match the filter later is found', async () => {
  log.records = log.records.map((each) => ({ ...each, outcome: each.seq % 2 ? 'approved' : 'waiting' }))
  store.choose({ outcome: 'approved' })
  await follow()
  log.records = log.records.map((each) => (each.seq === 448 ? { ...each, outcome: 'approved' } : each))
  log.seq++
  await told()
  expect(shown().slice(0, 3)).toEqual([449, 448, 447])
})

test('a failure says so, and trying again recovers', async () => {
  const list = bridge.Audit.List
  bridge.Audit.List = () => Promise.reject(new Failure('internal', 'The log cannot be read.', 'Look at it.'))
  await follow()
  expect(store.failure?.message).toBe('The log cannot be read.')
  expect(store.busy).toBe(false)
  bridge.Audit.List = list
  await store.load()
  expect(store.failure).toBeUndefined()
  expect(shown()).toHaveLength(200)
})

test('older entries that fail leave the rest and can be asked for again', async () => {
  await follow()
  const list = bridge.Audit.List
  bridge.Audit.List = () => Promise.reject(new Failure('internal', 'No.', ''))
  await store.extend()
  expect(store.olderFailure?.message).toBe('No.')
  expect(shown()).toHaveLength(200)
  bridge.Audit.List = list
  await store.extend()
  expect(store.olderFailure).toBeUndefined()
  expect(shown()).toHaveLength(400)
})
