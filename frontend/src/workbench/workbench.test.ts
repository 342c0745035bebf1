import { KeyChord, KeyCode, KeyMod } from '@codingame/monaco-vscode-api/vscode/vs/base/common/keyCodes'
import { describe, expect, it } from 'vitest'
import type { Property, SettingsProblem } from '../bridge'
import { folderPaths } from './files/paths'
import { parseKey } from './keys'
import { isHidden } from './menus'
import { sentence } from './problems'
import { toSchema } from './schema'
import { sidesOf } from './sides'

describe('parseKey', () => {
  it.each([
    ['ctrl+l', KeyMod.CtrlCmd | KeyCode.KeyL],
    ['ctrl+shift+alt+enter', KeyMod.CtrlCmd | KeyMod.Shift | KeyMod.Alt | KeyCode.Enter],
    ['ctrl+k ctrl+o', KeyChord(KeyMod.CtrlCmd | KeyCode.KeyK, KeyMod.CtrlCmd | KeyCode.KeyO)],
    ['escape', KeyCode.Escape],
  ])('%s', (text, expected) => expect(parseKey(text)).toBe(expected))

  it.each(['', 'hyper+l', 'ctrl+nokey', 'a b c'])('refuses %j', (text) =>
    expect(() => parseKey(text)).toThrow(),
  )
})

describe('isHidden', () => {
  it.each([
    ['workbench.action.newWindow', 'New Window', false],
    ['workbench.action.chat.open', 'Open Chat', true],
    ['workbench.action.terminal.chat.start', 'Start', true],
    ['keel.chat.focus', 'Keel: Focus Chat', false],
    ['workbench.action.files.openFolder', 'Open Folder...', false],
    ['workbench.action.quickOpen', 'Go to File...', false],
    ['workbench.action.moveEditorToNewWindow', 'Move Editor into New Window', true],
  ])('%s', (id, title, expected) => expect(isHidden({ id, title })).toBe(expected))
})

describe('sidesOf', () => {
  const paths = folderPaths('/w')
  const base = { path: 'a.go', before: 'c1', after: 'c2' }
  it.each([
    [
      'modified',
      { ...base, kind: 'modified' as const },
      'keel-checkpoint:/a.go?c1',
      'keel-checkpoint:/a.go?c2',
    ],
    ['added', { ...base, kind: 'added' as const }, undefined, 'keel-checkpoint:/a.go?c2'],
    ['deleted', { ...base, kind: 'deleted' as const }, 'keel-checkpoint:/a.go?c1', undefined],
    [
      'renamed',
      { ...base, kind: 'renamed' as const, from: 'b.go' },
      'keel-checkpoint:/b.go?c1',
      'keel-checkpoint:/a.go?c2',
    ],
    [
      'on disk',
      { ...base, kind: 'modified' as const, after: null },
      'keel-checkpoint:/a.go?c1',
      'file:///w/a.go',
    ],
  ])('%s', (_, target, original, modified) => {
    const sides = sidesOf(target, paths)
    expect([sides.original?.toString(), sides.modified?.toString()]).toEqual([original, modified])
  })
})

describe('settings', () => {
  const property: Property = {
    key: 'keelAgent.mode',
    type: 'enum',
    title: 'Mode',
    description: 'When to *ask*.',
    default: '"autopilot"',
    enum: ['autopilot', 'supervised'],
    enumDescriptions: ['Acts.', 'Asks.'],
    scope: 'window',
  }

  it('contributes a choice', () => {
    expect(toSchema(property)).toEqual({
      type: 'string',
      markdownDescription: 'When to *ask*.',
      default: 'autopilot',
      scope: 'window',
      enum: ['autopilot', 'supervised'],
      markdownEnumDescriptions: ['Acts.', 'Asks.'],
    })
  })

  it('contributes a list that no folder can set', () => {
    const list = { ...property, type: 'stringArray', default: '[]', enum: [], scope: 'application' }
    expect(toSchema(list)).toMatchObject({
      type: 'array',
      items: { type: 'string' },
      default: [],
      scope: 'application',
    })
  })

  it('contributes names with texts, and numbers', () => {
    const map = { ...property, type: 'stringMap', default: '{}', enum: [] }
    expect(toSchema(map)).toMatchObject({
      type: 'object',
      additionalProperties: { type: 'string' },
      default: {},
    })
    const number = { ...property, type: 'integer', default: '32768', enum: [] }
    expect(toSchema(number)).toMatchObject({ type: 'integer', default: 32768 })
  })

  it.each<[Partial<SettingsProblem>, string]>([
    [
      { file: '/home/u/.config/keel/settings.json', line: 3, column: 7 },
      'settings.json (line 3, column 7): no value',
    ],
    [{ file: '/w/.vscode/settings.json', line: 0 }, '.vscode/settings.json: no value'],
    [{ file: 'C:\\w\\.vscode\\settings.json', line: 0 }, '.vscode/settings.json: no value'],
  ])('says where %j is wrong', (problem, expected) => {
    expect(sentence({ file: '', line: 0, column: 0, message: 'no value', ...problem })).toBe(expected)
  })
})
