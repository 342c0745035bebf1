import { describe, expect, it, vi } from 'vitest'
import { extensionFile } from './files'
import { known } from './message'

describe('files for the worker', () => {
  const places = ['http://127.0.0.1:3000/keel/extension/', 'http://127.0.0.1:3000/assets/']

  it('are those of extensions', () => {
    for (const address of [
      'keel/extension/a.b-1.0.0/a.js',
      'keel/extension/a/../b/c.wasm',
      'assets/server.js',
    ])
      expect(extensionFile(`http://127.0.0.1:3000/${address}`, places), address).toBeDefined()
  })

  it('are no others', () => {
    for (const address of [
      'http://127.0.0.1:3000/keel/file/workspace?path=a',
      'http://127.0.0.1:3000/keel/extension/../file/workspace?path=a',
      'http://127.0.0.1:3000/keel/extension/%2e%2e/file/workspace?path=a',
      'http://127.0.0.1:3000/keel/extension/..%2Ffile/workspace?path=a',
      'http://127.0.0.1:3000/keel/extension/a%5c..%5cb',
      'http://127.0.0.1:30000/keel/extension/a',
      'http://user@127.0.0.1:3000/keel/extension/a',
      'http://other/keel/extension/a',
      '/keel/extension/a',
      7,
      undefined,
    ])
      expect(extensionFile(address, places), String(address)).toBeUndefined()
  })
})

it('of what comes out of the frame only what it is made to say is heard', () => {
  class Port {
    name = 'port'
  }
  vi.stubGlobal('MessagePort', Port)
  const port1 = new Port()
  expect(known({ type: 'extensionHost.ready', more: 1 })).toEqual({ type: 'extensionHost.ready' })
  expect(known({ type: 'extensionHost.port', port: port1 })).toEqual({
    type: 'extensionHost.port',
    port: port1,
  })
  for (const data of [
    undefined,
    'extensionHost.ready',
    { type: 'extensionHost.port', port: {} },
    { type: 'extensionHost.failed', message: {} },
    { type: 'vscode.init' },
  ])
    expect(known(data), JSON.stringify(data)).toBeUndefined()
})
