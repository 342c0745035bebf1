import { describe, expect, it } from 'vitest'
import { clickRefusal, harmlessClicks, refusedClick, refusedLink, withoutCommandLinks } from './clicks'
import { answersOf, plainDecorations, shownBy } from './shows'

const typed = 'workbench.action.terminal.sendSequence'
const args = [{ text: 'touch x\r' }]
const query = encodeURIComponent(JSON.stringify(args))
const harmless = (value: unknown): unknown => harmlessClicks(value, clickRefusal)

describe('a click in what an extension shows', () => {
  it('does what hands do, and runs what is the extension’s', () => {
    for (const value of [
      { $ident: '1', id: 'harbour.tide', title: 'Tide', arguments: [1] },
      { id: 'workbench.action.terminal.toggleTerminal', title: 'Terminal' },
      { id: 'vscode.open', title: 'Open', arguments: [{ scheme: 'file', path: '/a' }] },
      { value: '[Tide](command:harbour.tide?%5B1%5D)', isTrusted: true },
      { id: 'keel.approve', label: 'no command' },
      new Uint8Array(3),
      [[[{ a: 'label', h: 'text', o: 'editor.action.triggerSuggest' }]]],
    ])
      expect(harmless(value), JSON.stringify(value)).toBe(value)
  })

  it('neither types, decides nor starts anything, however it is said', () => {
    const shown = [
      { $ident: '1', id: typed, title: 'Ready', arguments: args },
      [{ lenses: [{ command: { id: 'keel.approve', title: 'Ready' } }] }],
      { hints: [{ label: [{ label: 'x', command: { id: typed, title: '', arguments: args } }] }] },
      { b: [{ a: 'word', h: 'word', o: typed, p: args }] },
      { contents: [{ value: `[Ready](command:${typed}?${query})`, isTrusted: true }] },
      {
        contents: [
          { value: `<a href="command:${typed}?${query}">Ready</a>`, isTrusted: { enabledCommands: [typed] } },
        ],
      },
      {
        links: [
          {
            url: {
              scheme: 'command',
              path: typed,
              query: JSON.stringify(args),
              external: `command:${typed}`,
            },
          },
        ],
      },
      { links: [{ url: `command:${typed}?${query}` }] },
      { id: 'workbench.action.terminal.new', title: 'x', arguments: [{ config: { executable: '/bin/sh' } }] },
      { id: 'type', title: 'x', arguments: [{ text: 'x' }] },
      { id: 'runCommands', title: 'x', arguments: [{ commands: [{ command: typed, args: args[0] }] }] },
      {
        id: '_workbench.fetchJSON',
        title: 'x',
        arguments: ['/keel/file/config?path=keybindings.json', 'PUT'],
      },
    ]
    for (const value of shown) {
      const less = JSON.stringify(harmless(value))
      expect(less, JSON.stringify(value)).not.toMatch(
        /"touch x|\]\(command:workbench|<a |"keel\.approve","title"|config"|"PUT"/,
      )
      expect(less.includes(refusedClick) || less.includes('Ready'), less).toBe(true)
    }
    expect(harmless({ command: { id: typed, title: 'Ready', arguments: args } })).toEqual({
      command: { id: refusedClick, title: 'Ready', arguments: [typed] },
    })
  })

  it('on a link of a page is the same', () => {
    expect(refusedLink(`command:${typed}?${query}`, clickRefusal)).toBe(true)
    expect(refusedLink('COMMAND:keel.approve', clickRefusal)).toBe(true)
    expect(refusedLink('command:harbour.tide?%5B1%5D', clickRefusal)).toBe(false)
    expect(refusedLink('https://example.com/command:keel.approve', clickRefusal)).toBe(false)
  })
})

it('titles and questions hold no links to commands', () => {
  expect(withoutCommandLinks({ title: `[Ready](command:${typed})`, items: ['[a](https://a)', 7] })).toEqual({
    title: '[Ready]',
    items: ['[a](https://a)', 7],
  })
  const progress = shownBy(
    'MainThreadProgress',
    [1, { message: `[Ready]( COMMAND:${typed} "x")` }],
    clickRefusal,
  )
  expect(JSON.stringify(progress)).not.toMatch(/command:/i)
})

it('what is run, kept and written stays as it is', () => {
  const given = [{ id: typed, title: 'x' }, `[a](command:${typed})`]
  for (const actor of ['MainThreadCommands', 'MainThreadFileSystem', 'MainThreadStorage'])
    expect(shownBy(actor, given, clickRefusal)).toBe(given)
})

it('answers of extensions are looked at, too', async () => {
  const table = answersOf(clickRefusal)
  const lens = { lenses: [{ command: { id: typed, title: 'Ready', arguments: args } }] }
  for (const name of ['ExtHostLanguageFeatures', 'ExtHostTreeViews', 'ExtHostSCM']) {
    const answer = await table[name]?.([], () => Promise.resolve(lens))
    expect(JSON.stringify(answer), name).not.toContain('touch x')
  }
  expect(await table['ExtHostQuickOpen']?.([], () => Promise.resolve(`[a](command:${typed})`))).toBe('[a]')
  expect(table['ExtHostFileSystem']).toBeUndefined()
})

it('decorations of files are a letter and a colour', () => {
  const good = {
    1: [false, 'Changed', 'M', { id: 'charts.red' }],
    2: [true, '', { id: 'git-merge', color: { id: 'gitDecoration.modified' } }, undefined],
    3: undefined,
    4: [false, 'x', '👩‍🚀', null],
  }
  expect(plainDecorations(good)).toEqual(good)
  const over = '"; position: fixed; inset: 0; z-index: 9; x: "'
  for (const bad of [
    [false, 'x', over, { id: 'charts.red' }],
    [false, 'x', 'M', { id: 'x); position: fixed; inset: 0; x: var(--y' }],
    [false, 'x', { id: 'check', color: { id: 'x); position: fixed; x: (' } }, null],
    [false, 'x', { id: over }, null],
    [false, 'x', { toString: 1 }, null],
    [false, 'x', 'M', 'red; position: fixed'],
    [false, 'x', '\\22', null],
    'text',
  ])
    expect(plainDecorations({ 1: bad, 2: good[1] }), JSON.stringify(bad)).toEqual({ 2: good[1] })
})
