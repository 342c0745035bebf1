import { Emitter } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import {
  InstallOperation,
  type DidUninstallExtensionEvent,
  type ILocalExtension,
  type InstallExtensionResult,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/extensionManagement/common/extensionManagement'
import { expect, it, vi } from 'vitest'
import type { Bridge, Extension, ExtensionsState } from '../../bridge'
import { Following } from './following'

const place = URI.parse('vscode-userdata:/User/extensions.json')

/** A window whose workbench knows of these, "id@version" each, and what it is told. */
function windowOf(...before: string[]) {
  let listed = before
  const state = (): ExtensionsState => ({
    seq: 1,
    gallery: '',
    network: true,
    installed: listed.map((each) => {
      const [id, version] = each.split('@')
      return { id, version } as Extension
    }),
  })
  let change: (state: ExtensionsState) => void = () => {}
  const bridge = {
    Extensions: { State: vi.fn(async () => state()) },
    on: (_: string, listener: typeof change) => {
      change = listener
      return { dispose: () => {} }
    },
  } as unknown as Bridge
  const local = (each: string): ILocalExtension => {
    const [id, version] = each.split('@')
    return { identifier: { id }, manifest: { version } } as ILocalExtension
  }
  const begun = new Emitter<{ identifier: { id: string } }>()
  const leaving = new Emitter<{ identifier: { id: string } }>()
  const installed = new Emitter<InstallExtensionResult[]>()
  const gone = new Emitter<DidUninstallExtensionEvent>()
  const told: string[] = []
  const following = new Following(bridge, state())
  const attach = () =>
    following.attach({
      onInstallExtension: begun.event,
      onDidInstallExtensions: installed.event,
      onUninstallExtension: leaving.event,
      onDidUninstallExtension: gone.event,
      _onDidInstallExtensions: installed,
      _onDidUninstallExtension: gone,
      getInstalled: async () => listed.map(local),
      getCurrentExtensionsManifestLocation: () => place,
    })
  installed.event((results) => {
    for (const { identifier, operation, local } of results)
      told.push(`${InstallOperation[operation]} ${identifier.id}@${local?.manifest.version ?? ''}`)
  })
  gone.event(({ identifier }) => told.push(`Gone ${identifier.id}`))
  const settle = () => new Promise((resolve) => setTimeout(resolve))
  return {
    told,
    attach,
    following,
    begun,
    installed,
    leaving,
    gone,
    bridge,
    /** What is installed changes, and Go says so. */
    async lists(...now: string[]) {
      listed = now
      change(state())
      await settle()
    },
    own: (each: string): InstallExtensionResult => ({
      identifier: local(each).identifier,
      local: local(each),
      operation: InstallOperation.Install,
      profileLocation: place,
    }),
    settle,
  }
}

function window(...before: string[]) {
  const made = windowOf(...before)
  made.attach()
  return made
}

it('tells what is installed, updated and taken away elsewhere, each once', async () => {
  const { told, lists } = window('pier.lamp@1.0.0')
  await lists('pier.lamp@1.0.0', 'Harbour.Theme@1.0.0')
  await lists('pier.lamp@1.1.0', 'Harbour.Theme@1.0.0')
  await lists('pier.lamp@1.1.0', 'Harbour.Theme@1.0.0')
  await lists('pier.lamp@1.1.0')
  expect(told).toEqual(['Install Harbour.Theme@1.0.0', 'Update pier.lamp@1.1.0', 'Gone harbour.theme'])
})

it('tells what changed before the workbench was there', async () => {
  const { told, lists, attach, settle } = windowOf()
  await lists('pier.lamp@1.0.0')
  expect(told).toEqual([])
  attach()
  await settle()
  expect(told).toEqual(['Install pier.lamp@1.0.0'])
})

it('does not tell what this window does', async () => {
  const { told, lists, begun, installed, leaving, gone, own, settle } = window()
  begun.fire({ identifier: { id: 'pier.lamp' } })
  await lists('pier.lamp@1.0.0')
  expect(told).toEqual([])
  installed.fire([own('pier.lamp@1.0.0')])
  await settle()
  expect(told).toEqual(['Install pier.lamp@1.0.0'])
  leaving.fire({ identifier: { id: 'pier.lamp' } })
  await lists()
  gone.fire({ identifier: { id: 'pier.lamp' }, profileLocation: place })
  await settle()
  expect(told).toEqual(['Install pier.lamp@1.0.0', 'Gone pier.lamp'])
})

it('waits for what is held, and tells what nobody has told by then', async () => {
  const { told, lists, following, settle } = window()
  let end = () => {}
  const work = following.hold('pier.lamp', () => new Promise<void>((resolve) => (end = resolve)))
  await lists('pier.lamp@1.0.0', 'harbour.theme@1.0.0')
  expect(told).toEqual(['Install harbour.theme@1.0.0'])
  end()
  await work
  await settle()
  expect(told).toEqual(['Install harbour.theme@1.0.0', 'Install pier.lamp@1.0.0'])
})

it('takes nothing away because the list cannot be read', async () => {
  const { told, lists, bridge } = window('pier.lamp@1.0.0')
  vi.mocked(bridge.Extensions.State).mockRejectedValue(new Error('no'))
  await lists()
  expect(told).toEqual([])
})
