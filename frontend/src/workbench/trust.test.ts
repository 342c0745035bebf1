import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { expect, it, vi } from 'vitest'
import type { FolderTrust as GoTrust } from '../bridge'
import { fakeBridge } from '../bridge/fake'
import { FolderTrust } from './trust'

const folder = '/home/user/calc'
const workspace = { id: '0123456789abcdef', path: folder, name: 'calc' }

/** A Go that keeps one folder's trust, and the trust that the page sees. */
function start({ trusted = false, parent = '', path = folder } = {}) {
  let go: GoTrust = { trusted, path: folder, parent, effects: [] }
  let seq = 1
  const refused = vi.fn<() => void>()
  const set = (next: Partial<GoTrust>) => {
    refused()
    go = { ...go, ...next }
    seq++
  }
  const bridge = fakeBridge({
    methods: {
      'Trust.State': () => ({ seq, folder: go }),
      'Trust.SetFolder': (trusted: boolean) => set({ trusted, parent: '' }),
      'Trust.SetParent': (trusted: boolean) => set({ trusted, parent: trusted ? '/home/user' : '' }),
    },
  })
  const gate = { closed: false }
  const fail = vi.fn<(cause: unknown) => void>()
  const state = { workspace: { ...workspace, path }, trust: { ...go, path } }
  const trust = new FolderTrust(bridge, state, gate, fail)
  const heard: boolean[] = []
  trust.onDidChangeTrust((now) => heard.push(now))
  return { bridge, trust, gate, fail, heard, refused }
}

it('trusts nothing before Go does, and tells once it has', async () => {
  const { bridge, trust, heard } = start()
  const order: string[] = []
  trust.addWorkspaceTrustTransitionParticipant({
    participate: (now) => {
      order.push(`participant ${now} ${heard.length}`)
      return Promise.resolve()
    },
  })
  const setting = trust.setWorkspaceTrust(true)
  expect(trust.isWorkspaceTrusted()).toBe(false)
  await setting
  expect(trust.isWorkspaceTrusted()).toBe(true)
  expect(order).toEqual(['participant true 0'])
  expect(heard).toEqual([true])
  expect(bridge.calls.filter(({ name }) => name === 'Trust.SetFolder')).toHaveLength(1)
  expect(trust.getTrustedUris().map((uri) => uri.fsPath)).toEqual([folder])
})

it('follows what Go says about this folder, and no older or other word', async () => {
  const { bridge, trust } = start()
  const say = async (seq: number, trusted: boolean, path = folder) => {
    bridge.emit('trust', { seq, folder: { trusted, path, parent: '', effects: [] } })
    await Promise.resolve()
  }
  await say(5, true)
  expect(trust.isWorkspaceTrusted()).toBe(true)
  await say(4, false)
  expect(trust.isWorkspaceTrusted()).toBe(true)
  await say(6, false)
  expect(trust.isWorkspaceTrusted()).toBe(false)
  await say(7, true, '/home/user/other')
  expect(trust.isWorkspaceTrusted()).toBe(false)
})

it('learns of what changed while the page started', async () => {
  const { bridge, trust } = start()
  const late = fakeBridge({
    methods: {
      'Trust.State': () => ({ seq: 3, folder: { trusted: true, path: folder, parent: '', effects: [] } }),
    },
  })
  expect(trust.isWorkspaceTrusted()).toBe(false)
  expect(bridge.calls.map(({ name }) => name)).toEqual(['Trust.State'])
  const untrusted = { trusted: false, path: folder, parent: '', effects: [] }
  const other = new FolderTrust(late, { workspace, trust: untrusted }, { closed: false }, vi.fn())
  await vi.waitFor(() => expect(other.isWorkspaceTrusted()).toBe(true))
})

it('stays restricted and says why when Go refuses', async () => {
  const { trust, fail, heard, refused } = start()
  refused.mockImplementation(() => {
    throw new Error('the disk is full')
  })
  await trust.setWorkspaceTrust(true).catch(() => undefined)
  expect(fail).toHaveBeenCalledOnce()
  expect(trust.isWorkspaceTrusted()).toBe(false)
  expect(heard).toEqual([false])
})

it('sends nothing once Go may have another folder open', async () => {
  const { bridge, trust, gate } = start()
  gate.closed = true
  await trust.setWorkspaceTrust(true)
  await trust.setParentFolderTrust(true)
  expect(bridge.calls.map(({ name }) => name)).toEqual(['Trust.State'])
  expect(trust.isWorkspaceTrusted()).toBe(false)
})

it('takes the trust of the folder above back where the list shows it', async () => {
  const { bridge, trust } = start({ trusted: true, parent: '/home/user' })
  expect(trust.canSetWorkspaceTrust()).toBe(false)
  expect(trust.getTrustedUris().map((uri) => uri.fsPath)).toEqual(['/home/user'])
  await trust.setTrustedUris()
  await trust.setUrisTrust([URI.file('/elsewhere')], false)
  expect(trust.isWorkspaceTrusted()).toBe(true)
  await trust.setUrisTrust([URI.file('/home/user')], false)
  expect(trust.isWorkspaceTrusted()).toBe(false)
  expect(bridge.calls.at(-2)).toEqual({ name: 'Trust.SetParent', arguments: [false] })
})

it('has nothing to ask about without a folder, and below the top of a drive no folder above', () => {
  const { bridge, trust } = start({ path: '' })
  expect(trust.isWorkspaceTrusted()).toBe(true)
  expect(trust.canSetWorkspaceTrust()).toBe(false)
  expect(trust.canSetParentFolderTrust()).toBe(false)
  expect(bridge.calls).toEqual([])
  for (const path of ['/', '/calc']) expect(start({ path }).trust.canSetParentFolderTrust()).toBe(false)
  expect(start().trust.canSetParentFolderTrust()).toBe(true)
})
