import { beforeEach, expect, test, vi } from 'vitest'
import type { CrashEntry } from '../bridge'
import { fakeBridge } from '../bridge/fake'
import type { Notify, WindowHost } from '../ui/host'
import { showCrashReports, tellCrash } from './crash'

const shown = vi.hoisted(() => ({ open: vi.fn(), close: vi.fn() }))
vi.mock('./shownTexts', () => ({
  ShownTexts: class {
    open = shown.open
    close = shown.close
  },
}))

const text = 'Keel 1 on linux'

beforeEach(() => vi.clearAllMocks())

function setUp(kept: CrashEntry[] = []) {
  const read = vi.fn((name: string) => ({ name, text, path: `/crashes/${name}` }))
  const remove = vi.fn()
  const info = vi.fn<Notify['info']>()
  const pick = vi.fn((items: readonly { value: string }[]) => Promise.resolve(items[1]?.value))
  const host = {
    bridge: fakeBridge({
      methods: { 'Crashes.List': () => kept, 'Crashes.Read': read, 'Crashes.Delete': remove },
    }),
    notify: { info, warn: vi.fn(), error: vi.fn() },
    pick: pick as unknown as WindowHost['pick'],
  }
  const offered = () => info.mock.lastCall?.[1]?.map(({ label }) => label)
  const press = async (label: string) => info.mock.lastCall?.[1]?.find((each) => each.label === label)?.run()
  return { host, read, remove, info, pick, offered, press }
}

test('a report can be copied only once it was shown, and as it was shown', async () => {
  const { host, read, offered, press } = setUp()
  const written = vi.fn()
  vi.stubGlobal('navigator', { clipboard: { writeText: written } })
  tellCrash(host, { kind: 'program', report: '1-2.txt' })
  expect(offered()).toEqual(['Show Report', 'Delete'])
  await press('Show Report')
  expect(shown.open).toHaveBeenCalledWith('1-2.txt/Crash Report.txt', text)
  expect(offered()).toEqual(['Copy', 'Delete'])
  await press('Copy')
  expect(written).toHaveBeenCalledWith(text)
  expect(read).toHaveBeenCalledOnce()
  vi.unstubAllGlobals()
})

test('a report that is shown goes with its editor', async () => {
  const { host, remove, press } = setUp()
  tellCrash(host, { kind: 'page', report: '1-2.txt' })
  await press('Show Report')
  await press('Delete')
  expect(remove).toHaveBeenCalledWith('1-2.txt')
  expect(shown.close).toHaveBeenCalledWith('1-2.txt/Crash Report.txt')
})

test('without a report there is nothing to show', () => {
  const { host, offered, info } = setUp()
  tellCrash(host, { kind: 'page', report: '' })
  expect(info).toHaveBeenCalledOnce()
  expect(offered()).toBeUndefined()
})

test('the kept reports are listed, and the chosen one is shown', async () => {
  const { host, pick, offered } = setUp([
    { name: '9-2.txt', kind: 'program', at: 9 },
    { name: '5-2-page-1.txt', kind: 'page', at: 5 },
  ])
  await showCrashReports(host)
  expect(pick.mock.lastCall?.[0]).toMatchObject([
    { description: 'Keel itself', value: '9-2.txt' },
    { description: 'the window', value: '5-2-page-1.txt' },
  ])
  expect(shown.open).toHaveBeenCalledWith('5-2-page-1.txt/Crash Report.txt', text)
  expect(offered()).toEqual(['Copy', 'Delete'])
})

test('where none is kept it says so', async () => {
  const { host, pick, info } = setUp()
  await showCrashReports(host)
  expect(info).toHaveBeenCalledWith('No crash report is kept on this machine.')
  expect(pick).not.toHaveBeenCalled()
})
