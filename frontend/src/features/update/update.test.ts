import { afterEach, expect, it, vi } from 'vitest'
import type { UpdatesState } from '../../bridge'
import { fakeWindow } from '../../testing/window'
import { startUpdates } from '.'
import { UpdateStore } from './store.svelte'
import { detail, headline, lastLook } from './wording'

const idle: UpdatesState = {
  seq: 1,
  feed: true,
  source: 'https://example.com/feed.json',
  running: '1.2.0',
  kind: '',
  way: 'none',
  daily: false,
  version: '',
  notes: '',
  releasedAt: 0,
  checkedAt: 0,
  size: 0,
  done: 0,
  path: '',
  folder: '',
  old: '',
  manager: '',
  command: '',
  message: '',
  hint: '',
}
const offered: UpdatesState = { ...idle, seq: 2, kind: 'offered', way: 'keel', version: '1.3.0' }

afterEach(() => void vi.useRealTimers())

it('says plainly that a build from source asks nobody', () => {
  const state = { ...idle, feed: false }
  expect(headline(state)).toBe('This build of Keel looks for no updates.')
  expect(detail(state)).toContain('built from source')
})

it('leaves a managed program to its manager', () => {
  expect(detail({ ...offered, way: 'manager', manager: 'apt' })).toContain('installed by apt')
})

it('asks once, quietly, and keeps what was said', async () => {
  vi.useFakeTimers()
  const set = vi.fn()
  const host = fakeWindow({ methods: { 'Updates.MayAsk': () => true, 'Settings.Set': set } })
  const started = startUpdates(host, 1000)
  expect(host.toasts).toHaveLength(0)
  await vi.advanceTimersByTimeAsync(1000)
  const [toast] = host.toasts
  expect(toast?.actions.map(({ label }) => label)).toEqual(['Check Daily', 'Not Now', 'Never'])
  for (const action of toast?.actions ?? []) await action.run()
  expect(set.mock.calls).toEqual([
    ['keelUpdate.check', '"daily"'],
    ['keelUpdate.check', '"off"'],
  ])
  started.dispose()
})

it('always says what to do next', () => {
  expect(detail({ ...offered, way: 'none' })).toContain('https://example.com/feed.json')
  const byHand: UpdatesState = { ...offered, kind: 'downloaded', way: 'hand', path: '/data/keel.tar.gz' }
  expect(detail(byHand)).toBe(
    'Unpack the file into a folder of its own, close Keel, and start bin/keel in that folder.',
  )
  expect(detail({ ...byHand, folder: '/opt/keel' })).toContain(
    'put what it holds in the place of that folder',
  )
  expect(detail({ ...byHand, path: '/data/Keel.dmg' })).toBe('Close Keel, then open the file.')
  expect(lastLook(idle)).toBe('')
  expect(lastLook({ ...idle, checkedAt: Date.UTC(2026, 0, 15, 12) })).toMatch(/^Last looked.*2026/)
})

/** Tells what Go lets this window tell. */
function telling(...answers: boolean[]) {
  const host = fakeWindow({ methods: { 'Updates.MayTell': () => answers.shift() ?? false } })
  const started = startUpdates(host)
  return {
    host,
    started,
    asked: () => host.bridge.calls.filter(({ name }) => name === 'Updates.MayTell').length,
  }
}

it('tells what the daily look has found where Go says so, and not what somebody looks at', async () => {
  const { host, started, asked } = telling(true, false)
  host.bridge.emit('updates', offered)
  host.bridge.emit('updates', { ...idle, daily: true })
  expect(asked()).toBe(0)
  host.bridge.emit('updates', { ...offered, seq: 3, daily: true })
  host.bridge.emit('updates', { ...offered, seq: 4, daily: true })
  await vi.waitFor(() => expect(asked()).toBe(2))
  await vi.waitFor(() => expect(host.toasts).toHaveLength(1))
  expect(host.toasts.map(({ message }) => message)).toEqual(['Keel 1.3.0 is there. Nothing was downloaded.'])
  started.dispose()
})

it('tells that an answer is not believed, what is safe and what to do', async () => {
  const { host, started } = telling(true)
  host.bridge.emit('updates', { ...idle, seq: 3, daily: true, message: 'Not signed.', hint: 'Keel stays.' })
  await vi.waitFor(() => expect(host.toasts).toHaveLength(1))
  expect(host.toasts[0]).toMatchObject({ severity: 'warn', message: 'Not signed. Keel stays.' })
  started.dispose()
})

it('tells what was found before there was the page', async () => {
  const host = fakeWindow({
    methods: { 'Updates.State': () => ({ ...offered, daily: true }), 'Updates.MayTell': () => true },
  })
  const started = startUpdates(host)
  await vi.waitFor(() => expect(host.toasts).toHaveLength(1))
  started.dispose()
})

it('installs only after a yes, and takes no older state', async () => {
  const install = vi.fn()
  const host = fakeWindow({
    methods: { 'Updates.State': () => ({ ...offered, kind: 'downloaded' }), 'Updates.Install': install },
  })
  host.confirms = [false, true]
  const store = new UpdateStore(host)
  await vi.waitFor(() => expect(store.state?.kind).toBe('downloaded'))
  await store.install()
  expect(install).not.toHaveBeenCalled()
  await store.install()
  expect(install).toHaveBeenCalledOnce()
  host.bridge.emit('updates', { ...idle, seq: 1 })
  expect(store.state?.kind).toBe('downloaded')
  store.dispose()
})
