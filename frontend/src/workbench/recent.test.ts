import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { expect, it } from 'vitest'
import { fakeBridge } from '../bridge/fake'
import { RecentFolders } from './recent'

const recent = ['/a', '/b', '/c'].map((path) => ({ id: path, path, name: path }))
const shown = async (folders: RecentFolders) => {
  const { workspaces } = await folders.getRecentlyOpened()
  return workspaces.map((one) => 'folderUri' in one && one.folderUri.path)
}

it('lists the folders in order, without those taken off, until one is opened again', async () => {
  const bridge = fakeBridge()
  const first = new RecentFolders(bridge, recent, '')
  expect(await shown(first)).toEqual(['/a', '/b', '/c'])
  await first.removeRecentlyOpened([URI.file('/b')])
  expect(await shown(first)).toEqual(['/a', '/c'])
  const second = new RecentFolders(bridge, recent, '/a')
  expect(await shown(second)).toEqual(['/a', '/c'])
  await second.clearRecentlyOpened()
  expect(await shown(new RecentFolders(bridge, recent, ''))).toEqual([])
  expect(await shown(new RecentFolders(bridge, recent, '/b'))).toEqual(['/b'])
})
