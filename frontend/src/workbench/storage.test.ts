import {
  StorageScope,
  StorageTarget,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/storage/common/storage'
import { describe, expect, it, vi } from 'vitest'
import { fakeBridge } from '../bridge/fake'
import { WorkbenchStorage } from './storage'

const { APPLICATION, APPLICATION_SHARED, PROFILE, WORKSPACE } = StorageScope

async function open(bridge = fakeBridge(), gate = { closed: false }) {
  const storage = new WorkbenchStorage(bridge, gate)
  await storage.initialize()
  return { bridge, gate, storage }
}

describe('WorkbenchStorage', () => {
  it('keeps each scope apart, and finds it again', async () => {
    const first = await open()
    for (const scope of [APPLICATION, APPLICATION_SHARED, PROFILE, WORKSPACE]) {
      first.storage.store('key', `value ${scope}`, scope, StorageTarget.MACHINE)
    }
    first.storage.store('gone', 'soon', WORKSPACE, StorageTarget.MACHINE)
    await first.storage.flush()
    first.storage.remove('gone', WORKSPACE)
    await first.storage.flush()
    const { storage } = await open(first.bridge)
    for (const scope of [APPLICATION, APPLICATION_SHARED, PROFILE, WORKSPACE]) {
      expect(storage.get('key', scope)).toBe(`value ${scope}`)
    }
    expect(storage.get('gone', WORKSPACE)).toBeUndefined()
  })

  it('knows a new window from one that was open before', async () => {
    const first = await open()
    expect(first.storage.isNew(WORKSPACE)).toBe(true)
    await first.storage.flush()
    const second = await open(first.bridge)
    expect(second.storage.isNew(WORKSPACE)).toBe(false)
  })

  it('opens without what cannot be read', async () => {
    const said = vi.spyOn(console, 'error').mockReturnValue()
    const bridge = fakeBridge({
      methods: {
        'Storage.Load': () => {
          throw new Error('broken disk')
        },
      },
    })
    const { storage } = await open(bridge)
    expect(storage.get('key', PROFILE)).toBeUndefined()
    expect(said).toHaveBeenCalled()
    said.mockRestore()
  })

  it('writes nothing once another folder is open', async () => {
    const { bridge, gate, storage } = await open()
    await storage.flush()
    gate.closed = true
    storage.store('late', 'value', WORKSPACE, StorageTarget.MACHINE)
    await storage.flush()
    expect(bridge.storage['workspace']).not.toHaveProperty('late')
  })
})
