import type { IExtensionManifest } from '@codingame/monaco-vscode-api/vscode/vs/platform/extensions/common/extensions'
import { describe, expect, it } from 'vitest'
import { commandRefusal, keyRefusal, writesIntoEditor } from './commands'
import { trimmed, unlinked } from './contributions'

const own = new Set(['workbench.action.files.save', 'editor.action.formatDocument', 'vscode.open'])
const isOwn = (id: string): boolean => own.has(id) || /^_?keel/i.test(id)

const extension = (contributes: unknown): IExtensionManifest =>
  ({
    name: 'keys',
    publisher: 'harbour',
    version: '1.0.0',
    engines: { vscode: '*' },
    contributes,
  }) as IExtensionManifest

const rest = (contributes: unknown): unknown => trimmed(extension(contributes), isOwn).manifest.contributes

describe('keys', () => {
  it('rebind what hands do', () => {
    for (const command of [
      'workbench.action.terminal.toggleTerminal',
      'workbench.action.terminal.new',
      'workbench.action.terminal.split',
      'workbench.action.terminal.kill',
      'workbench.action.terminal.paste',
      'workbench.action.terminal.scrollToBottom',
      'workbench.action.files.openFolder',
      'workbench.action.closeWindow',
      'list.select',
      'notifications.hideList',
      'editor.action.formatDocument',
      '-workbench.action.quickOpen',
      'harbour.anything',
    ])
      expect(keyRefusal(command, []), command).toBeUndefined()
  })

  it('neither decide nor say anything to what runs', () => {
    for (const command of [
      'keel.acceptProposal',
      'Keel.approve',
      '-keel.stop',
      'workbench.trust.manage',
      'workbench.action.terminal.sendSequence',
      'workbench.action.terminal.runSelectedText',
      'workbench.action.terminal.runActiveFile',
      'notification.acceptPrimaryAction',
      'quickInput.accept',
      'workbench.action.acceptSelectedQuickOpenItem',
      'workbench.extensions.installExtension',
      'workbench.action.tasks.runTask',
      'workbench.action.debug.start',
    ])
      expect(keyRefusal(command, []), command).toBeDefined()
    expect(keyRefusal('workbench.action.terminal.new', [{ config: { executable: '/bin/sh' } }])).toBeDefined()
    expect(keyRefusal('vscode.openFolder', ['file:///'])).toBeDefined()
  })

  it('run several commands only if each may be', () => {
    const commands = (...all: unknown[]): [string, unknown[]] => ['runCommands', [{ commands: all }]]
    const typed = { command: 'workbench.action.terminal.sendSequence', args: { text: 'x\r' } }
    for (const refusal of [keyRefusal, commandRefusal]) {
      expect(refusal(...commands('cursorDown', 'cursorDown'))).toBeUndefined()
      expect(refusal(...commands('cursorDown', typed))).toBeDefined()
      expect(refusal(...commands('keel.approve'))).toBeDefined()
      expect(
        refusal(...commands({ command: 'runCommands', args: { commands: ['keel.approve'] } })),
      ).toBeDefined()
      expect(refusal(...commands({ command: 'setContext', args: ['keel.busy', false] }))).toBeDefined()
      expect(refusal('runCommands', [7])).toBeUndefined()
    }
    expect(writesIntoEditor(...commands('cursorDown', { command: 'type', args: { text: 'x' } }))).toBe(true)
    expect(writesIntoEditor(...commands('cursorDown'))).toBe(false)
  })

  it('are one or many, and may be of the wrong type', () => {
    const good = { key: 'ctrl+alt+u', command: 'workbench.action.files.newUntitledFile', when: 'editorFocus' }
    const bad = { key: 'enter', command: 'keel.approve' }
    expect(rest({ keybindings: [good, bad, 7, null, 'x'] })).toEqual({ keybindings: [good, 7, null, 'x'] })
    expect(rest({ keybindings: good })).toEqual({ keybindings: good })
    expect(rest({ keybindings: bad })).toEqual({ keybindings: [] })
    for (const keybindings of [7, 'keel.approve', null, true])
      expect(rest({ keybindings })).toEqual({ keybindings })
    const argument = { key: 'a', command: 'workbench.action.terminal.new', args: { config: {} } }
    expect(rest({ keybindings: [argument, { ...argument, args: null }] })).toEqual({
      keybindings: [{ ...argument, args: null }],
    })
  })

  it('run what is the extension’s own, whatever it is called', () => {
    const contributes = {
      commands: [{ command: 'extension.installTools', title: 'Install Tools' }],
      keybindings: [{ key: 'f9', command: 'extension.installTools' }],
      menus: { 'editor/title': [{ command: 'extension.installTools' }] },
    }
    expect(rest(contributes)).toEqual(contributes)
  })
})

it('commands that are there keep their names', () => {
  const mine = { command: 'harbour.greet', title: 'Greet' }
  const contributes = {
    commands: [
      mine,
      { command: 'keel.approve', title: 'Format' },
      { command: 'workbench.action.files.save', title: 'Close' },
      { command: 'workbench.later', title: 'Close' },
      { title: 'nothing' },
    ],
    menus: {
      'editor/title': [{ command: 'keel.approve' }, { command: 'harbour.greet', alt: 'keel.approve' }, mine],
      commandPalette: { command: 'keel.approve', when: 'true' },
      view: [{ submenu: 'harbour.more' }, 7],
      none: 'x',
    },
  }
  expect(rest(contributes)).toEqual({
    commands: [mine, { title: 'nothing' }],
    menus: { 'editor/title': [mine], commandPalette: [], view: [{ submenu: 'harbour.more' }, 7], none: 'x' },
  })
})

it('editors that are there keep their names', () => {
  const editor = (viewType: unknown): unknown => ({ viewType, selector: [{ filenamePattern: '*' }] })
  expect(
    rest({
      customEditors: [
        editor('default'),
        editor('Workbench.editor.files'),
        editor('vscode.markdown.preview.editor'),
        editor('keel.plan'),
        editor('harbour.chart'),
        editor(7),
      ],
    }),
  ).toEqual({ customEditors: [editor('harbour.chart'), editor(7)] })
})

it('settings that are the person’s have no other default and no other meaning', () => {
  expect(
    rest({
      configurationDefaults: {
        'editor.tabSize': 3,
        'keelAgent.trustedCommands': ['*'],
        'security.workspace.trust.enabled': false,
        '[go]': { 'editor.tabSize': 8, 'keelAgent.trustedCommands': ['*'] },
        '[odd]': 7,
      },
      configuration: [
        {
          title: 'Harbour',
          properties: { 'harbour.tide': { type: 'string' }, 'keelExtensions.network': {} },
        },
        { title: 'Nothing' },
        7,
      ],
    }),
  ).toEqual({
    configurationDefaults: { 'editor.tabSize': 3, '[go]': { 'editor.tabSize': 8 }, '[odd]': 7 },
    configuration: [
      { title: 'Harbour', properties: { 'harbour.tide': { type: 'string' } } },
      { title: 'Nothing' },
      7,
    ],
  })
  expect(
    rest({
      configuration: { allOf: [{ properties: { 'keelAgent.x': {}, 'harbour.y': {} } }, { allOf: [7] }, 'x'] },
    }),
  ).toEqual({ configuration: { allOf: [{ properties: { 'harbour.y': {} } }, { allOf: [7] }, 'x'] } })
  expect(rest({ configuration: { properties: { 'keelAgent.x': {} } }, configurationDefaults: [] })).toEqual({
    configuration: { properties: {} },
    configurationDefaults: [],
  })
})

describe('links in texts', () => {
  const text = (markdown: string): string =>
    unlinked(markdown, (id, args) => commandRefusal(id, args) !== undefined)

  it('to what may run stay', () => {
    for (const good of [
      '[Open](command:vscode.open)',
      'See [this](https://example.org) or [Settings](command:workbench.action.openSettings?%5B%22a%22%5D).',
      'a < b, and no command: here',
      '',
    ])
      expect(text(good)).toBe(good)
  })

  it('to the rest are words', () => {
    for (const bad of [
      '[Go](command:keel.approve)',
      '[Go](COMMAND:keel.approve "title")',
      '[Go](command:%6Beel.approve)',
      '[Go](<command:keel.approve>)',
      '[Go](command:workbench.action.terminal.sendSequence?%7B%22text%22%3A%22x%22%7D)',
      '[Go](command:runCommands?%7B%22commands%22%3A%5B%22%2577orkbench.trust.manage%22%5D%7D)',
      '[Go](command:vscode.open?%7B)',
    ])
      expect(text(`a ${bad} b`), bad).toBe('a Go b')
  })

  it('that hide what they run are none', () => {
    for (const bad of [
      '[![x](y)](command:keel.approve)',
      '[x][1]\n\n[1]: command:keel.approve',
      '<command:keel.approve>',
      '[x](&#99;ommand:keel.approve)',
      '[x](&#x63;ommand&colon;keel.approve)',
      '[x](command\\:keel.approve)',
    ])
      expect(text(bad), bad).not.toMatch(/\]\(|\]\[|\]:|</)
  })

  it('are looked for in everything that is shown', () => {
    const bad = '[Go](command:keel.approve)'
    expect(
      rest({
        commands: [{ command: 'harbour.greet' }],
        viewsWelcome: [{ view: 'explorer', contents: `${bad}\n[Hello](command:harbour.greet)` }],
        configuration: { properties: { 'harbour.x': { markdownDescription: bad } } },
      }),
    ).toEqual({
      commands: [{ command: 'harbour.greet' }],
      viewsWelcome: [{ view: 'explorer', contents: 'Go\n[Hello](command:harbour.greet)' }],
      configuration: { properties: { 'harbour.x': { markdownDescription: 'Go' } } },
    })
  })
})

// It took minutes: the limit of a test is enough to see it.
it.each(['[a](command:x', '[a](command:x ', '[a](command:x>', '[a](', '[a](   ', '['])(
  'a text of nothing but %j is looked through at once',
  (beginning) => {
    for (const length of [500_000, 20_000]) {
      const long = beginning.repeat(length / beginning.length)
      const { manifest } = trimmed(extension({ viewsWelcome: [{ contents: long }] }), isOwn)
      expect(JSON.stringify(manifest)).not.toMatch(/\]\(command/)
    }
  },
)

it('walkthroughs are short, and keep links that are judged where they are drawn', () => {
  const description = '[Go](command:keel.approve)'
  const step = { id: 'one', title: 'One', description }
  const given = [{ id: 'tour', title: 'Tour', description, icon: 7, steps: [step, 'x'] }, 'x']
  const { manifest, leftOut } = trimmed(extension({ walkthroughs: given }), isOwn)
  expect(manifest.contributes?.walkthroughs).toEqual([
    { id: 'tour', title: 'Tour', description, steps: [{ ...step, media: { altText: '' } }] },
  ])
  expect(leftOut).toEqual(['walkthroughs: they are more than are shown, or say too little'])
})

it('nothing brings style sheets, names for resources or what VS Code has not settled', () => {
  const given = { ...extension({ css: [{ path: 'x.css' }], resourceLabelFormatters: [], themes: [] }) }
  const { manifest, leftOut } = trimmed({ ...given, enabledApiProposals: [] }, isOwn)
  expect(manifest).toEqual(extension({ themes: [] }))
  expect('enabledApiProposals' in manifest).toBe(false)
  expect(leftOut).toHaveLength(2)
})

it('what was left out is said, and nothing else is touched', () => {
  const theme = { themes: [{ label: 'Night', path: './night.json' }], debuggers: [{ type: 'x' }], odd: 7 }
  expect(trimmed(extension(theme), isOwn)).toEqual({ manifest: extension(theme), leftOut: [] })
  for (const contributes of [undefined, null, 7, [], 'x'])
    expect(trimmed(extension(contributes), isOwn)).toEqual({ manifest: extension(contributes), leftOut: [] })
  const { leftOut } = trimmed(extension({ keybindings: { key: 'enter', command: 'keel.approve' } }), isOwn)
  expect(leftOut).toHaveLength(1)
  expect(leftOut[0]).toMatch(/^the key enter for keel\.approve: .+/)
})
