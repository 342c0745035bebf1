import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { Consent } from './ask'
import { commandRefusal, writesIntoEditor } from './commands'
import { guarded, Refused } from './guard'
import { obeyedByOthers } from './names'
import { Places } from './places'
import { keptSetting } from './settings'
import { whatRuns } from './terminals'

const places = () =>
  new Places('/home/me/project', { scheme: 'wails', authority: 'wails', path: '/keel/extension/' })

describe('what an actor lets through', () => {
  class Actor {
    $give = () => 'given'
    $take = (what: string) => `took ${what}`
    inner = () => 'inside'
  }
  const call = (actor: object, name: string, ...args: unknown[]): unknown => {
    const method: unknown = Reflect.get(actor, name)
    return typeof method === 'function' ? Reflect.apply(method, actor, args) : method
  }

  it('is only what is meant for extensions, also of an open one', () => {
    const actor = guarded('Actor', new Actor(), 'open')
    expect(call(actor, '$give')).toBe('given')
    for (const name of ['inner', 'constructor', '__proto__', 'toString', '$missing'])
      expect(call(actor, name), name).toBeUndefined()
  })

  it('is nothing where it is closed', () => {
    const actor = guarded('Actor', new Actor(), 'closed')
    expect(() => call(actor, '$give')).toThrow(Refused)
  })

  it('is what its rules say, one by one or all', () => {
    const one = guarded('Actor', new Actor(), { $take: ([what], next) => next(`less ${String(what)}`) })
    expect([call(one, '$give'), call(one, '$take', 'all')]).toEqual(['given', 'took less all'])
    const all = guarded('Actor', new Actor(), { $give: (_, next) => next(), '*': () => 'no' })
    expect([call(all, '$give'), call(all, '$take', 'all')]).toEqual(['given', 'no'])
  })
})

it('files are those of the folder, its own and those it brings', () => {
  const found = places()
  expect(found.take('memory')).toBe(true)
  for (const scheme of ['file', 'https', 'wails', 'vscode-userdata', 'keel-proposal', 'command', 7])
    expect(found.take(scheme), String(scheme)).toBe(false)
  const table: [string, string][] = [
    ['file:///home/me/project/a.go', 'write'],
    ['file:///home/me/project', 'write'],
    ['file:///home/me/project2/a.go', 'nothing'],
    ['file:///home/me/project/../a.go', 'nothing'],
    ['file:///home/me/project/x/../../a.go', 'nothing'],
    ['file:///home/me/project/.git/hooks/pre-commit', 'ask'],
    ['file:///home/me/project/sub/.VSCode/tasks.json', 'ask'],
    ['file:///home/me/project/x/../.envrc', 'ask'],
    ['memory:/a', 'write'],
    ['untitled:Untitled-1', 'write'],
    ['other:/a', 'nothing'],
    ['vscode-userdata:/User/settings.json', 'nothing'],
    ['vscode-userdata:/User/globalStorage/x/../../settings.json', 'nothing'],
    ['vscode-userdata:/User/globalStorage/a.b/state.json', 'write'],
    ['vscode-userdata:/', 'nothing'],
    ['vscode-log:/20261129T120000/exthost/webWorker/a.b/x.log', 'write'],
    ['vscode-log:/20261129T120000/window.log', 'nothing'],
    ['vscode-log:/20261129T120000/exthost/../window.log', 'nothing'],
    ['keel-checkpoint:/1/a.go', 'nothing'],
    ['http://127.0.0.1:1/keel/file/workspace?path=a.go', 'nothing'],
    ['wails://wails/keel/extension/a.b-1.0.0/a.js', 'read'],
    ['wails://wails/keel/extension/../file/workspace?path=a.go', 'nothing'],
  ]
  for (const [address, permission] of table)
    expect(found.permission(URI.parse(address)), address).toBe(permission)
})

it('without a folder there are no files', () => {
  const none = new Places('', { scheme: 'wails', authority: 'wails', path: '/keel/extension/' })
  expect(none.permission(URI.file('/etc'))).toBe('nothing')
})

it('filters of documents leave out what is the person’s', () => {
  const found = places()
  expect(found.narrowed({ language: 'json' }).map(({ scheme }) => scheme)).not.toContain('vscode-userdata')
  expect(found.narrowed({ language: 'json', scheme: 'vscode-userdata' })).toEqual([])
  expect(found.narrowed({ scheme: 'file' })).toEqual([{ scheme: 'file' }])
})

it('names that others obey are those that the agent asks about', () => {
  const go = readFileSync('../backend/approval/protected.go', 'utf8')
  const names = (name: string): string[] => {
    const body = go.split(`func ${name}() []string {`)[1]?.split('\n}')[0] ?? ''
    return [...body.matchAll(/"([^"]+)"/g)].map(([, found]) => found ?? '')
  }
  const all = [...names('protectedFolders'), ...names('protectedFiles')]
  expect(all.length).toBeGreaterThan(80)
  for (const name of all) expect(obeyedByOthers(`sub/${name.toUpperCase()}/x`), name).toBe(name)
  const pairs = go.split('func protectedPairs() [][2]string {')[1]?.split('\n}')[0] ?? ''
  const found = [...pairs.matchAll(/\{"([^"]+)", "([^"]+)"\}/g)].map(
    ([, above, below]) => `${above}/${below}`,
  )
  expect(found.length).toBeGreaterThan(5)
  for (const pair of found) expect(obeyedByOthers(`${pair}/x`), pair).toBeDefined()
  for (const plain of ['src/main.go', 'git/hooks', 'vscode', 'header.ts'])
    expect(obeyedByOthers(plain), plain).toBeUndefined()
})

it('commands that decide, run or answer are the person’s', () => {
  for (const id of [
    'keel.acceptProposal',
    'Keel.acceptProposal',
    'workbench.action.terminal.sendSequence',
    'workbench.action.terminal.new',
    'workbench.action.tasks.runTask',
    'workbench.action.debug.start',
    'workbench.action.acceptSelectedQuickOpenItem',
    'notification.acceptPrimaryAction',
    'workbench.extensions.installExtension',
    'vscode.openFolder',
    'workbench.action.quit',
    'workbench.trust.manage',
    // Between parts of the workbench, without any question.
    '_workbench.fetchJSON',
    '_workbench.revertAllDirty',
    '_workbench.getRecentlyOpened',
    '_remoteCLI.manageExtensions',
    '_anything.new',
    // They reload without end, throw away, or change what is selected.
    'workbench.action.reloadWindow',
    'workbench.action.files.revert',
    'workbench.action.revertAndCloseActiveEditor',
    'workbench.action.localHistory.restore',
    'workbench.files.action.revertLocalChanges',
    'filesExplorer.paste',
    'deleteFile',
    'search.action.replaceAllInFile',
    'keybindings.editor.removeKeybinding',
    'refactorPreview.apply',
    'quickInput.toggleCheckbox',
    'extension.bisect.start',
    'addRootFolder',
    'workbench.actions.accounts.signIn',
  ])
    expect(commandRefusal(id, []), id).toBeDefined()
  for (const id of [
    '_executeHoverProvider',
    '_provideDocumentSemanticTokens',
    '_workbench.open',
    '_workbench.diff',
    '_setContext',
    '_moveTo',
    '_lineSelectDrag',
    '__vsca23d4495-706c-44d2-a56a-4f83e1f39dc1',
  ])
    expect(commandRefusal(id, []), id).toBeUndefined()
  expect(commandRefusal('setContext', ['keel.hasProposal', true])).toBeDefined()
  for (const id of [
    'editor.action.formatDocument',
    'vscode.open',
    'vscode.diff',
    'workbench.action.terminal.focus',
  ])
    expect(commandRefusal(id, []), id).toBeUndefined()
  expect(commandRefusal('setContext', ['vim.active', true])).toBeUndefined()
  expect(
    ['type', 'default:type', 'undo', 'editor.action.formatDocument'].every((id) => writesIntoEditor(id)),
  ).toBe(true)
  for (const id of ['insertSnippet', 'acceptSelectedSuggestion', 'default:paste', 'outdent', 'anything.new'])
    expect(writesIntoEditor(id), id).toBe(true)
  for (const id of [
    'vscode.open',
    'setContext',
    'cursorMove',
    'editorScroll',
    'revealLine',
    '_executeHoverProvider',
    'workbench.action.focusActiveEditorGroup',
    'list.focusDown',
  ])
    expect(writesIntoEditor(id), id).toBe(false)
})

it('settings that loosen are the person’s, also inside another', () => {
  for (const key of [
    'keelAgent.trustedCommands',
    'KEELAGENT',
    'terminal',
    'security.workspace.trust.enabled',
    'files.participants.timeout',
    'diffEditor.ignoreTrimWhitespace',
    'editor.unicodeHighlight.invisibleCharacters',
    '',
    7,
  ])
    expect(keptSetting(key), String(key)).toBe(true)
  for (const key of ['editor.tabSize', '[go]', 'terminals.colour', 'keeler.x'])
    expect(keptSetting(key), key).toBe(false)
})

it('a terminal is shown with all that it runs', () => {
  expect(whatRuns({ name: 'x' })).toBe('')
  expect(
    whatRuns({ shellPath: '/bin/sh', shellArgs: ['-c', 'x'], env: { BASH_ENV: 'y' }, initialText: 'z' }),
  ).toBe('BASH_ENV=y\n/bin/sh -c x\nz')
})

describe('consent', () => {
  it('is asked for once for the same thing, and shows what is invisible', async () => {
    const ask = vi.fn(() => Promise.resolve(true))
    const consent = new Consent(ask)
    const answers = await Promise.all([
      consent.allows('Run?', 'a\u202eb', 'Run'),
      consent.allows('Run?', 'a\u202eb', 'Run'),
      consent.allows('Run?', 'other', 'Run'),
    ])
    expect(answers).toEqual([true, true, true])
    expect(ask.mock.calls).toHaveLength(2)
    expect(JSON.stringify(ask.mock.calls[0])).not.toContain('\u202e')
  })

  it('is not asked for for ever', async () => {
    const ask = vi.fn(() => Promise.resolve(false))
    const consent = new Consent(ask)
    for (let i = 0; i < 10; i++) expect(await consent.allows('Run?', String(i), 'Run')).toBe(false)
    expect(ask).toHaveBeenCalledTimes(3)
  })
})
