import { expect, test, vi } from 'vitest'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { Failure } from '../bridge'
import { fakeBridge } from '../bridge/fake'
import type { Question } from '../features/chat'
import { WorkspaceFiles } from './files/workspaceFiles'
import { Folders } from './folders'

vi.mock('./notify', () => ({ notify: { failure: vi.fn() } }))

const here = { id: '1', path: '/home/user/calc', name: 'calc' }
const session = { id: 's', title: '', createdAt: 0, updatedAt: 0, waiting: false }

interface Given {
  running?: boolean
  agrees?: boolean
  openFolder?: (request: { consent: boolean; rescue: boolean; setAside: boolean }) => void
  elsewhere?: boolean
}

function setUp({ running = false, agrees = true, openFolder = () => undefined, elsewhere = false }: Given) {
  const gate = { closed: false }
  const bridge = fakeBridge({
    methods: {
      'Sessions.List': () => [{ ...session, running }],
      'Window.OpenFolder': openFolder,
      'Window.ShowElsewhere': () => elsewhere,
      'Window.NewWindow': () => undefined,
    },
  })
  const confirm = vi.fn<(question: Question) => Promise<boolean>>(() => Promise.resolve(agrees))
  const reload = vi.fn()
  const folders = new Folders(bridge, here, gate, () => Promise.resolve(), confirm, reload)
  const opened = () => bridge.calls.filter((call) => call.name === 'Window.OpenFolder').length
  return { gate, bridge, confirm, reload, folders, opened }
}

test('another folder is opened without a question while nothing runs', async () => {
  const { folders, confirm, reload, gate } = setUp({})
  await folders.open('/other')
  expect(confirm).not.toHaveBeenCalled()
  expect(reload).toHaveBeenCalledOnce()
  expect(gate.closed).toBe(true)
})

test('a running turn is not stopped unasked', async () => {
  const { folders, confirm, reload, opened } = setUp({ running: true, agrees: false })
  await folders.open('/other')
  expect(confirm).toHaveBeenCalledOnce()
  expect(opened()).toBe(0)
  expect(reload).not.toHaveBeenCalled()
})

test('nothing is written while another folder opens, and again once that has failed', async () => {
  const { folders, bridge, gate, reload } = setUp({
    openFolder: () => {
      expect(gate.closed).toBe(true)
      throw new Failure('not_found', 'This folder does not exist.', '')
    },
  })
  await folders.open('/other')
  expect(gate.closed).toBe(false)
  expect(reload).not.toHaveBeenCalled()

  const files = new WorkspaceFiles(bridge, here.path, true, gate)
  const file = URI.file('/home/user/calc/new.txt')
  const write = () =>
    files.writeFile(file, new Uint8Array(), { create: true, overwrite: true, unlock: false, atomic: false })
  gate.closed = true
  await expect(write()).rejects.toThrow('Another folder is being opened')
  await expect(files.delete(file, { recursive: false, useTrash: false, atomic: false })).rejects.toThrow(
    'Another folder is being opened',
  )
  gate.closed = false
  await write()
})

test('a folder that needs consent is opened after it was given', async () => {
  const { folders, reload, confirm, gate, opened } = setUp({
    openFolder: ({ consent }) => {
      if (!consent) throw new Failure('needs_consent', 'This is your home folder.', '')
    },
  })
  await folders.open('/home/user')
  expect(confirm).toHaveBeenCalledOnce()
  expect(opened()).toBe(2)
  expect(gate.closed).toBe(true)
  expect(reload).toHaveBeenCalledOnce()
})

test('lost checkpoints are found again once that was agreed to', async () => {
  const openFolder = ({ consent, rescue }: { consent: boolean; rescue: boolean }) => {
    if (!consent) throw new Failure('needs_consent', 'This is your home folder.', '')
    if (!rescue) throw new Failure('no_record', 'The list of checkpoints is lost.', '')
  }
  const agreed = setUp({ openFolder })
  await agreed.folders.open('/home/user')
  expect(agreed.confirm).toHaveBeenCalledTimes(2)
  for (const [{ detail }] of agreed.confirm.mock.calls) expect(detail).toMatch(/^\/home\/user\n/)
  expect(agreed.confirm.mock.calls[1]?.[0].message).toContain('“user”')
  expect(agreed.opened()).toBe(3)
  expect(agreed.reload).toHaveBeenCalledOnce()

  const refused = setUp({ openFolder, agrees: false })
  await refused.folders.open('/home/user')
  expect(refused.opened()).toBe(1)
  expect(refused.gate.closed).toBe(false)
  expect(refused.reload).not.toHaveBeenCalled()
})

test.each([
  ['a newer version wrote', false],
  ['cannot be found again', true],
])('a history that %s is set aside once that was agreed to', async (_, lost) => {
  const openFolder = ({ rescue, setAside }: { rescue: boolean; setAside: boolean }) => {
    if (lost && !rescue) throw new Failure('no_record', 'The list of checkpoints is lost.', '')
    if (!setAside) throw new Failure('set_aside', 'The checkpoints are of no use.', '')
  }
  const questions = lost ? 2 : 1
  const agreed = setUp({ openFolder })
  await agreed.folders.open('/other')
  expect(agreed.confirm).toHaveBeenCalledTimes(questions)
  expect(agreed.opened()).toBe(questions + 1)
  expect(agreed.reload).toHaveBeenCalledOnce()

  const refused = setUp({ openFolder, agrees: false })
  await refused.folders.open('/other')
  expect(refused.opened()).toBe(1)
  expect(refused.gate.closed).toBe(false)
  expect(refused.reload).not.toHaveBeenCalled()
})

test('a folder that is open in another window stops nothing here', async () => {
  const { folders, confirm, reload, opened } = setUp({ running: true, elsewhere: true })
  expect(await folders.open('/other')).toBe(false)
  expect(confirm).not.toHaveBeenCalled()
  expect(opened()).toBe(0)
  expect(reload).not.toHaveBeenCalled()
})

test('the workbench opens new windows, and folders in them', async () => {
  const { folders, bridge, reload, opened } = setUp({})
  const { open } = folders.provider()
  expect(await open(undefined)).toBe(true)
  expect(await open({ folderUri: URI.file('/other') }, { reuse: false })).toBe(true)
  const made = bridge.calls.filter(({ name }) => name === 'Window.NewWindow')
  expect(made.map((call) => call.arguments)).toEqual([[''], ['/other']])
  expect(opened()).toBe(0)
  expect(reload).not.toHaveBeenCalled()
  expect(await open({ folderUri: URI.file('/other') }, { reuse: true })).toBe(true)
  expect(opened()).toBe(1)
})
