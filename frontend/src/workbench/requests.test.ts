import { expect, test, vi } from 'vitest'
import type { OpenRequest } from '../bridge'
import { fakeBridge } from '../bridge/fake'
import { Requests, type RequestHost } from './requests'

const plain: OpenRequest = {
  kind: 'place',
  folder: '/here',
  file: '',
  line: 0,
  column: 0,
  wait: '',
  shown: false,
  link: '',
  path: '',
  isFile: false,
  message: '',
}

function setUp(waiting: Partial<OpenRequest>[], agrees = true) {
  const pending = waiting.map((each) => ({ ...plain, ...each }))
  const bridge = fakeBridge({
    methods: {
      'Window.Requests': () => pending.splice(0),
      'Window.Closed': () => undefined,
      'Window.FollowLink': () => undefined,
      'Window.DropLink': () => undefined,
    },
  })
  let close = (): void => undefined
  const host = {
    openFolder: vi.fn<RequestHost['openFolder']>(() => Promise.resolve(agrees)),
    showFile: vi.fn<RequestHost['showFile']>(() => Promise.resolve()),
    whenClosed: vi.fn<RequestHost['whenClosed']>((_, closed) => {
      close = closed
      return Promise.resolve()
    }),
    confirm: vi.fn<RequestHost['confirm']>(() => Promise.resolve(agrees)),
    refuse: vi.fn<RequestHost['refuse']>(),
    fail: vi.fn<RequestHost['fail']>(),
  }
  const requests = new Requests(bridge, '/here', host)
  const calls = () =>
    bridge.calls
      .filter(({ name }) => name !== 'Window.Requests')
      .map((call) => [call.name, ...call.arguments])
  return { requests, host, calls, close: () => close() }
}

test('a file is shown at its line, and its editor is waited for', async () => {
  const { requests, host, calls, close } = setUp([{ file: 'a/b.go', line: 3, column: 2, wait: '1' }])
  await requests.take(false)
  expect(host.showFile).toHaveBeenCalledExactlyOnceWith('a/b.go', 3, 2)
  expect(calls()).toEqual([])
  close()
  expect(calls()).toEqual([['Window.Closed', '1']])
})

test('after the page was loaded again the file is waited for, not shown', async () => {
  const { requests, host } = setUp([{ file: 'a.go', wait: '1', shown: true }])
  await requests.take(true)
  expect(host.showFile).not.toHaveBeenCalled()
  expect(host.whenClosed).toHaveBeenCalledOnce()
})

test('another folder is opened, and nobody waits for one that was declined', async () => {
  const agreed = setUp([{ folder: '/other', file: 'a.go', wait: '1' }])
  await agreed.requests.take(false)
  expect(agreed.host.openFolder).toHaveBeenCalledExactlyOnceWith('/other')
  expect(agreed.host.showFile).not.toHaveBeenCalled()
  expect(agreed.calls()).toEqual([])
  const declined = setUp([{ folder: '/other', file: 'a.go', wait: '1' }], false)
  await declined.requests.take(false)
  expect(declined.calls()).toEqual([['Window.Closed', '1']])
})

test('a file that cannot be shown ends the wait and holds nothing up', async () => {
  const { requests, host, calls } = setUp([{ file: 'a.go', wait: '1' }, { file: 'b.go' }])
  host.showFile.mockRejectedValueOnce(new Error('gone'))
  await requests.take(false)
  expect(host.fail).toHaveBeenCalledOnce()
  expect(host.showFile).toHaveBeenCalledTimes(2)
  expect(calls()).toEqual([['Window.Closed', '1']])
})

test('a link is followed only after a question that shows the whole of it', async () => {
  const link = { kind: 'link' as const, link: '7', path: '/a/evil\u202etxt.exe\n', isFile: true, line: 3 }
  const agreed = setUp([link])
  await agreed.requests.take(false)
  await vi.waitFor(() => expect(agreed.calls()).toEqual([['Window.FollowLink', '7']]))
  const [question] = agreed.host.confirm.mock.calls[0] ?? []
  expect(question?.danger).toBe(true)
  expect(question?.message).toBe('A link from outside Keel asks to open a file.')
  expect(question?.detail).toContain('/a/evil‹U+202E›txt.exe‹U+000A›, line 3\n')
  const refused = setUp([link], false)
  await refused.requests.take(false)
  await vi.waitFor(() => expect(refused.calls()).toEqual([['Window.DropLink', '7']]))
})

test('a link that is not followed is said', async () => {
  const { requests, host, calls } = setUp([{ kind: 'refused', message: 'No.' }])
  await requests.take(false)
  expect(host.refuse).toHaveBeenCalledExactlyOnceWith('No.')
  expect(calls()).toEqual([])
})
