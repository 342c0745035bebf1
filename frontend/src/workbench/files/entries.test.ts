import { FilePermission, FileType } from '@codingame/monaco-vscode-api/vscode/vs/platform/files/common/files'
import { describe, expect, it } from 'vitest'
import type { FileEntry } from '../../bridge'
import { Clock, fileType, toStat } from './entries'

describe('fileType', () => {
  it.each([
    ['file', '', FileType.File],
    ['folder', '', FileType.Directory],
    ['other', '', FileType.Unknown],
    ['symlink', 'file', FileType.SymbolicLink | FileType.File],
    ['symlink', 'folder', FileType.SymbolicLink | FileType.Directory],
    ['symlink', '', FileType.SymbolicLink],
  ])('%s to %j', (kind, target, expected) => expect(fileType({ kind, target })).toBe(expected))
})

describe('Clock', () => {
  const at = (version: string, modifiedAt: number) => ({ path: 'a', version, modifiedAt })

  it('keeps the time while the version stays', () => {
    const clock = new Clock()
    expect(clock.time(at('1', 100))).toBe(100)
    expect(clock.time(at('1', 100))).toBe(100)
  })

  it.each([
    ['a later file', 200, 200],
    ['the same millisecond', 100, 101],
    ['an older file', 50, 101],
  ])('goes on for %s', (_, modifiedAt, expected) => {
    const clock = new Clock()
    clock.time(at('1', 100))
    expect(clock.time(at('2', modifiedAt))).toBe(expected)
    expect(clock.version('a')).toBe('2')
  })

  it('takes note of what was written, and still goes on when it sees it', () => {
    const clock = new Clock()
    clock.time(at('1', 100))
    clock.wrote('a', '2')
    expect(clock.version('a')).toBe('2')
    expect(clock.time(at('1', 100))).toBe(100)
    expect(clock.version('a')).toBe('2')
    expect(clock.time(at('2', 100))).toBe(101)
    expect(clock.time(at('3', 100))).toBe(102)
    expect(clock.version('a')).toBe('3')
  })

  it('forgets', () => {
    const clock = new Clock()
    clock.time(at('1', 100))
    clock.forget('a')
    expect(clock.version('a')).toBeUndefined()
    expect(clock.time(at('2', 50))).toBe(50)
  })
})

it('says what cannot be written', () => {
  const entry: FileEntry = {
    path: 'a',
    name: 'a',
    kind: 'file',
    target: '',
    size: 3,
    modifiedAt: 2,
    createdAt: 1,
    readOnly: true,
    version: 'v',
  }
  expect(toStat(entry, new Clock())).toEqual({
    type: FileType.File,
    mtime: 2,
    ctime: 1,
    size: 3,
    permissions: FilePermission.Readonly,
  })
  expect(toStat({ ...entry, readOnly: false }, new Clock())).not.toHaveProperty('permissions')
})
