import { CancellationToken } from '@codingame/monaco-vscode-api/vscode/vs/base/common/cancellation'
import { listenStream } from '@codingame/monaco-vscode-api/vscode/vs/base/common/stream'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import {
  FileOperationResult,
  FileSystemProviderErrorCode,
  FileType,
  toFileOperationResult,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/files/common/files'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../bridge'
import { fakeBridge, type FakeBridge } from '../../bridge/fake'
import { toFileError } from './errors'
import { WorkspaceFiles } from './workspaceFiles'

const folder = '/home/user/calc'
const at = (path: string) => URI.file(path === '.' ? folder : `${folder}/${path}`)
const bytes = (text: string) => new TextEncoder().encode(text)
const overwrite = { create: true, overwrite: true, unlock: false, atomic: false as const }

function files(content: Record<string, string>): { bridge: FakeBridge; files: WorkspaceFiles } {
  const bridge = fakeBridge({ files: content })
  return { bridge, files: new WorkspaceFiles(bridge, folder, true, { closed: false }) }
}

function collect(tree: WorkspaceFiles, path: string, limits?: { size: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    listenStream(tree.readFileStream(at(path), limits ? { limits } : {}, CancellationToken.None), {
      onData: (piece) => (text += new TextDecoder().decode(piece)),
      onError: reject,
      onEnd: () => resolve(text),
    })
  })
}

describe('WorkspaceFiles', () => {
  it('shows the folder, and only the way down to it above', async () => {
    const { files: tree } = files({ 'calc.go': 'package calc', 'cmd/main.go': '' })
    expect(await tree.readdir(at('.'))).toEqual([
      ['calc.go', FileType.File],
      ['cmd', FileType.Directory],
    ])
    expect(await tree.readdir(URI.file('/'))).toEqual([['home', FileType.Directory]])
    expect(await tree.readdir(URI.file('/home/user'))).toEqual([['calc', FileType.Directory]])
    await expect(tree.stat(URI.file('/etc'))).rejects.toMatchObject({
      code: FileSystemProviderErrorCode.FileNotFound,
    })
  })

  it.each([folder, ''])('writes nothing outside %j', async (opened) => {
    const tree = new WorkspaceFiles(fakeBridge(), opened, true, { closed: false })
    await expect(tree.writeFile(URI.file('/etc/hosts'), bytes(''), overwrite)).rejects.toMatchObject({
      code: FileSystemProviderErrorCode.NoPermissions,
    })
  })

  it('reads a file of many pieces', async () => {
    const text = 'line of text\n'.repeat(100_000)
    const { files: tree } = files({ 'big.txt': text })
    expect(await collect(tree, 'big.txt')).toBe(text)
  })

  it('reads nothing of a file above the limit', async () => {
    const { files: tree } = files({ 'big.txt': '0123456789' })
    await expect(collect(tree, 'big.txt', { size: 9 })).rejects.toMatchObject({
      fileOperationResult: FileOperationResult.FILE_TOO_LARGE,
      size: 10,
    })
    expect(await collect(tree, 'big.txt', { size: 10 })).toBe('0123456789')
  })

  it('says that a file is not there', async () => {
    const { files: tree } = files({})
    await expect(collect(tree, 'a')).rejects.toMatchObject({ code: FileSystemProviderErrorCode.FileNotFound })
  })

  it('does not overwrite what changed since the workbench looked', async () => {
    const { bridge, files: tree } = files({ 'a.txt': 'one' })
    await tree.stat(at('a.txt'))
    bridge.files.put('workspace', 'a.txt', bytes('two'))
    const failure = await tree
      .writeFile(at('a.txt'), bytes('mine'), overwrite)
      .catch((cause: unknown) => cause)
    expect(toFileOperationResult(failure as Error)).toBe(FileOperationResult.FILE_MODIFIED_SINCE)
    expect(bridge.files.text('workspace', 'a.txt')).toBe('two')
    await tree.stat(at('a.txt'))
    await tree.writeFile(at('a.txt'), bytes('mine'), overwrite)
    expect(bridge.files.text('workspace', 'a.txt')).toBe('mine')
  })

  it('writes twice without a look in between, but not over what another program wrote', async () => {
    const { bridge, files: tree } = files({ 'a.txt': 'one' })
    await tree.stat(at('a.txt'))
    await tree.writeFile(at('a.txt'), bytes('two'), overwrite)
    await tree.writeFile(at('a.txt'), bytes('three'), overwrite)
    expect(bridge.files.text('workspace', 'a.txt')).toBe('three')
    bridge.files.put('workspace', 'a.txt', bytes('theirs'))
    await expect(tree.writeFile(at('a.txt'), bytes('four'), overwrite)).rejects.toMatchObject({
      fileOperationResult: FileOperationResult.FILE_MODIFIED_SINCE,
    })
    expect(bridge.files.text('workspace', 'a.txt')).toBe('theirs')
  })

  it('writes again what another program deleted', async () => {
    const { bridge, files: tree } = files({ 'a.txt': 'one' })
    await tree.stat(at('a.txt'))
    await bridge.Files.Delete('workspace', 'a.txt', false)
    await expect(tree.stat(at('a.txt'))).rejects.toThrow()
    await tree.writeFile(at('a.txt'), bytes('mine'), overwrite)
    expect(bridge.files.text('workspace', 'a.txt')).toBe('mine')
  })
})

describe('toFileError', () => {
  it('shows a person the message and what to do, and nothing else', () => {
    const error = toFileError(
      new Failure('disk_full', 'The disk is full; your text is still here.', 'Free space and save.'),
    )
    expect(error).toMatchObject({ code: FileSystemProviderErrorCode.FileExceedsStorageQuota })
    expect(String(error)).toBe('The disk is full; your text is still here. Free space and save.')
  })
})
