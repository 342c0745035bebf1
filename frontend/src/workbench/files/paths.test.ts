import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { describe, expect, it } from 'vitest'
import { below, folderPaths } from './paths'

describe('folderPaths', () => {
  const paths = folderPaths('/home/user/calc')

  it.each([
    ['/home/user/calc', '.'],
    ['/home/user/calc/', '.'],
    ['/home/user/calc/cmd/main.go', 'cmd/main.go'],
    ['/home/user/calc/ä b#c?.txt', 'ä b#c?.txt'],
    ['/home/user/calculator', undefined],
    ['/home/user', undefined],
    ['/', undefined],
  ])('%s is %s', (absolute, relative) => {
    const resource = URI.from({ scheme: 'file', path: absolute })
    expect(paths.toPath(resource)).toBe(relative)
    if (relative !== undefined) expect(paths.toPath(paths.toResource(relative))).toBe(relative)
  })

  it('knows no other scheme or machine', () => {
    expect(paths.toPath(URI.from({ scheme: 'untitled', path: '/home/user/calc/a' }))).toBeUndefined()
    expect(
      paths.toPath(URI.from({ scheme: 'file', authority: 'host', path: '/home/user/calc/a' })),
    ).toBeUndefined()
  })

  it('maps a file system that is opened whole', () => {
    const top = folderPaths('/')
    expect(top.toPath(URI.file('/etc/hosts'))).toBe('etc/hosts')
    expect(top.toPath(URI.file('/'))).toBe('.')
    expect(top.toResource('etc').path).toBe('/etc')
    expect(top.toResource('.').path).toBe('/')
  })
})

describe('below', () => {
  it.each([
    ['', '/User', 'User'],
    ['', '/', '.'],
    ['/User', '/User', '.'],
    ['/User', '/Users', undefined],
  ])('%j of %j is %j', (top, path, expected) => expect(below(top, path)).toBe(expected))
})
