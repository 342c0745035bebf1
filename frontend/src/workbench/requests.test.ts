import { expect, test, vi } from 'vitest'
import type { OpenRequest } from '../bridge'
import { fakeBridge } from '../bridge/fake'
import { Requests, type RequestHost } from './requests'

const plain: OpenRequest = {
  id: '1',
  kind: 'place',
  folder: '/here',
  file: '',
  line: 0,
  column: 0,
  wait: false,
  shown: false,
  path: '',
  isFile: false,
  trusted: false,
  message: '',
}

function setUp(waiting: Partial<OpenRequest>[], agrees = true) {
  const pending = waiting.map((each) => ({ ...plain, ...each }))
  const bridge = fakeBridge({
    methods: {
      'Window.Requests': () => pending.splice(0),
      'Window.Shown': () => undefined,
      'Window.Closed': () => undefined,
      'Window.FollowLink': () => undefined,
      'Window.DropLink': () => undefined,
    },
  })
  let close = (): void => undefined
  const host = {
    openFolder: vi.fn<RequestHost['openFolder']>(() => Promise.resolve(agrees)),
    isShown: vi.fn<RequestHost['isShown']>(() => Promise.resolve(true)),
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
  return { requests, host, calls, bridge, close: () => close() }
}

test('a file is shown at its line, and its editor is waited for', async () => {
  const { requests, host, calls, close } = setUp([{ file: 'a/b.go', line: 3, column: 2, wait: true }])
  await requests.take(false)
  expect(host.showFile).toHaveBeenCalledExactlyOnceWith('a/b.go', 3, 2)
  expect(calls()).toEqual([['Window.Shown', '1']])
  close()
  expect(calls()).toEqual([
    ['Window.Shown', '1'],
    ['Window.Closed', '1', true],
  ])
})

test('after the page was loaded again the file is waited for, not shown', async () => {
  const { requests, host } = setUp([{ file: 'a.go', wait: true, shown: true }])
  await requests.take(true)
  expect(host.showFile).not.toHaveBeenCalled()
  expect(host.whenClosed).toHaveBeenCalledOnce()
})

test('an editor that a new page does not bring back is shown again, not taken for closed', async () => {
  const { requests, host, calls } = setUp([{ file: 'a.go', wait: true, shown: true }])
  host.isShown.mockResolvedValueOnce(false)
  await requests.take(true)
  expect(host.showFile).toHaveBeenCalledOnce()
  expect(calls()).toEqual([['Window.Shown', '1']])
})

test('what comes after another folder is left for the page that shows it', async () => {
  const { requests, host, calls, bridge } = setUp([
    { file: 'here.go', wait: true },
    { id: '2', folder: '/other', file: 'a.go', wait: true },
    { id: '3', folder: '/other', file: 'b.go' },
  ])
  await requests.take(false)
  await requests.take(false)
  expect(host.openFolder).toHaveBeenCalledExactlyOnceWith('/other')
  expect(host.showFile).toHaveBeenCalledOnce()
  host.whenClosed.mock.calls[0]?.[1]() // its editors go with the page
  expect(calls()).toEqual([['Window.Shown', '1']])
  expect(bridge.calls.filter(({ name }) => name === 'Window.Requests')).toHaveLength(1)
})

test('a folder that was declined is asked about once, and who waits is told', async () => {
  const other = { folder: '/other', wait: true }
  const { requests, host, calls } = setUp(
    [
      { ...other, file: 'a.go' },
      { ...other, id: '2', file: 'b.go' },
    ],
    false,
  )
  await requests.take(false)
  expect(host.openFolder).toHaveBeenCalledOnce()
  expect(calls()).toEqual([
    ['Window.Closed', '1', false],
    ['Window.Closed', '2', false],
  ])
})

test('a file that cannot be shown was not edited, and holds nothing up', async () => {
  const { requests, host, calls } = setUp([
    { file: 'a.go', wait: true },
    { id: '2', file: 'b.go' },
  ])
  host.showFile.mockRejectedValueOnce(new Error('gone'))
  await requests.take(false)
  expect(host.fail).toHaveBeenCalledOnce()
  expect(calls()).toEqual([
    ['Window.Closed', '1', false],
    ['Window.Shown', '2'],
  ])
})

test('the folder that is shown is all that was asked for', async () => {
  const { requests, host, calls } = setUp([{ wait: true }])
  await requests.take(false)
  expect(host.showFile).not.toHaveBeenCalled()
  expect(host.whenClosed).not.toHaveBeenCalled()
  expect(calls()).toEqual([['Window.Shown', '1']])
})

test('a link is followed only after a question that shows the whole of it', async () => {
  const link = {
    kind: 'link' as const,
    id: '7',
    folder: '/a',
    path: '/a/evil\u202etxt.exe\n',
    isFile: true,
    line: 3,
  }
  const agreed = setUp([link])
  await agreed.requests.take(false)
  await vi.waitFor(() => expect(agreed.calls()).toEqual([['Window.FollowLink', '7']]))
  const [question] = agreed.host.confirm.mock.calls[0] ?? []
  expect(question?.danger).toBe(true)
  expect(question?.message).toBe('A link from outside Keel asks to open a file.')
  expect(question?.detail).toContain('/a/evil‹U+202E›txt.exe‹U+000A›, line 3\n')
  expect(question?.detail).toContain('in the window of the folder /a, which opens')
  expect(question?.detail).toContain('You have not trusted this folder')
  const refused = setUp([link], false)
  await refused.requests.take(false)
  await vi.waitFor(() => expect(refused.calls()).toEqual([['Window.DropLink', '7']]))
})

test('a link that is not followed is said', async () => {
  const { requests, host, calls } = setUp([{ kind: 'refused', message: 'No.' }])
  await requests.take(false)
  expect(host.refuse).toHaveBeenCalledExactlyOnceWith('No.')
  expect(calls()).toEqual([['Window.Shown', '1']])
})
