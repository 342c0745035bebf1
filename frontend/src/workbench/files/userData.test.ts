import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { FileChangeType } from '@codingame/monaco-vscode-api/vscode/vs/platform/files/common/files'
import { describe, expect, it } from 'vitest'
import { fakeBridge } from '../../bridge/fake'
import { placeOf, UserData } from './userData'

describe('placeOf', () => {
  it.each([
    ['/User/settings.json', 'config', 'settings.json'],
    ['/User/keybindings.json', 'config', 'keybindings.json'],
    ['/User/snippets/go.json', 'config', 'snippets/go.json'],
    ['/User/Backups/abc/file/1', 'data', 'User/Backups/abc/file/1'],
    ['/User/History', 'data', 'User/History'],
    ['/logs', 'data', 'logs'],
  ])('%s lies in %s at %s', (path, area, expected) => expect(placeOf(path)).toEqual({ area, path: expected }))
})

describe('UserData', () => {
  const at = (path: string) => URI.from({ scheme: 'vscode-userdata', path })
  const bytes = (text: string) => new TextEncoder().encode(text)
  const overwrite = { create: true, overwrite: true, unlock: false, atomic: false as const }

  it('writes settings through the service that checks them', async () => {
    const bridge = fakeBridge()
    const data = new UserData(bridge, true)
    await data.writeFile(at('/User/settings.json'), bytes('{ // mine\n'), overwrite)
    expect(bridge.texts).toEqual({ 'settings.json': '{ // mine\n' })
  })

  it('keeps unsaved text among the data', async () => {
    const bridge = fakeBridge()
    const data = new UserData(bridge, true)
    await data.writeFile(at('/User/Backups/w/file/1'), bytes('unsaved'), overwrite)
    expect(bridge.files.text('data', 'User/Backups/w/file/1')).toBe('unsaved')
  })

  it('keeps a history of the settings, whose last entry is replaced by what is saved soon after', async () => {
    const bridge = fakeBridge()
    const data = new UserData(bridge, true)
    const [settings, entry] = [at('/User/settings.json'), at('/User/History/s/1.json')]
    const save = (text: string) => bridge.files.put('config', 'settings.json', bytes(text))
    save('{ "theme": "dark" }')
    await data.copy(settings, entry, { overwrite: true })
    await data.stat(entry)
    save('{ "theme": "light" }')
    await data.copy(settings, entry, { overwrite: true })
    save('{ "theme": "contrast" }')
    await data.copy(settings, entry, { overwrite: true })
    expect(bridge.files.text('data', 'User/History/s/1.json')).toBe('{ "theme": "contrast" }')
    await expect(data.copy(settings, entry, { overwrite: false })).rejects.toThrow('is there already')
  })

  it('tells the workbench about settings that changed on disk', () => {
    const bridge = fakeBridge()
    const data = new UserData(bridge, true)
    const seen: string[] = []
    data.onDidChangeFile((changes) => {
      for (const { resource, type } of changes) if (type === FileChangeType.UPDATED) seen.push(resource.path)
    })
    const values = { mode: '', trustedCommands: [], commandDenylist: [], provider: '', model: '' }
    bridge.emit('settings', { seq: 7, name: 'keybindings.json', problems: [], values })
    expect(seen).toEqual(['/User/keybindings.json'])
  })
})
