import { afterEach, expect, it, vi } from 'vitest'
import type { UpdatesState } from '../../bridge'
import { fakeWindow } from '../../testing/window'
import { startUpdates } from '.'
import { UpdateStore } from './store.svelte'
import { detail, headline } from './wording'

const idle: UpdatesState = {
  seq: 1,
  feed: true,
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
  old: '',
  manager: '',
  command: '',
  message: '',
  hint: '',
}
const offered: UpdatesState = { ...idle, seq: 2, kind: 'offered', way: 'keel', version: '1.3.0' }

afterEach(() => {
  vi.useRealTimers()
  sessionStorage.clear()
})

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

it('tells once what the daily look has found, and not what somebody looks at', () => {
  const host = fakeWindow()
  const started = startUpdates(host)
  host.bridge.emit('updates', offered)
  expect(host.toasts).toHaveLength(0)
  host.bridge.emit('updates', { ...offered, seq: 3, daily: true })
  host.bridge.emit('updates', { ...offered, seq: 4, daily: true })
  expect(host.toasts.map(({ message }) => message)).toEqual(['Keel 1.3.0 is there. Nothing was downloaded.'])
  started.dispose()
})

it('tells what was found before there was the page, and not again after it is loaded again', async () => {
  const options = { methods: { 'Updates.State': () => ({ ...offered, daily: true }) } }
  const first = fakeWindow(options)
  startUpdates(first).dispose()
  await vi.waitFor(() => expect(first.toasts).toHaveLength(1))
  const again = fakeWindow(options)
  startUpdates(again).dispose()
  await again.bridge.Updates.State()
  expect(again.toasts).toHaveLength(0)
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
