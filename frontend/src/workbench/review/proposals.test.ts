import { expect, test } from 'vitest'
import { fakeBridge } from '../../bridge/fake'
import { drawnOf } from './proposedHunks'
import { ProposalFiles, proposalName, proposalResource } from './proposalFiles'
import { compareResource, compareTarget } from './compareResource'

const name = { sessionId: 's&1', approvalId: 'a=1', path: 'folder/ü#?.go' }
const after = proposalResource(name, 'after')
const text = (content: string) => new TextEncoder().encode(content)

function proposal(before: string, proposed: string) {
  const bridge = fakeBridge()
  const files = new ProposalFiles(bridge)
  const written: string[] = []
  bridge.bytes.readProposal = async (_, __, side) => text(side === 'before' ? before : proposed)
  bridge.bytes.writeProposal = async (_, __, hash, content) => {
    written.push(`${hash}: ${new TextDecoder().decode(content)}`)
    return `${hash}+`
  }
  return { files, written }
}

test('an address names a proposal and its side, whatever the path holds', () => {
  expect(proposalName(after)).toEqual({ ...name, side: 'after' })
  expect(proposalName(after.with({ scheme: 'file' }))).toBeUndefined()
})

test('a comparison is named by its address alone', () => {
  const target = { path: 'a#?&.png', kind: 'renamed' as const, from: 'b=.png', before: 'c1', after: null }
  expect(compareTarget(compareResource(target))).toEqual(target)
})

test('only the right side of a proposal that is shown can be written, each time with the hash it has', async () => {
  const { files, written } = proposal('old', 'new')
  await expect(files.writeFile(after, text('mine'))).rejects.toThrow('cannot be changed')
  files.take(name, 'h', false)
  await expect(files.writeFile(after, text('mine'))).rejects.toThrow('cannot be changed')
  files.take(name, 'h', true)
  await expect(files.writeFile(proposalResource(name, 'before'), text('mine'))).rejects.toThrow()
  const saved: string[] = []
  files.onDidSave(({ hash }) => saved.push(hash))
  await files.writeFile(after, text('mine'))
  await files.writeFile(after, text('mine again'))
  expect(written).toEqual(['h: mine', 'h+: mine again'])
  expect(saved).toEqual(['h+', 'h++'])
  expect(new TextDecoder().decode(await files.readFile(after))).toBe('mine again')
})

test('a proposal with another hash is read anew, and editors are told', async () => {
  const { files } = proposal('old', 'new')
  const told: string[] = []
  files.onDidChangeFile((changes) => told.push(...changes.map((each) => each.resource.toString())))
  expect(files.take(name, 'h', true)).toBe(false)
  const before = await files.stat(after)
  expect(files.take(name, 'h', true)).toBe(false)
  expect(files.take(name, 'h2', true)).toBe(true)
  expect((await files.stat(after)).mtime).toBeGreaterThan(before.mtime)
  expect(told.filter((each) => each === after.toString())).toHaveLength(2)
})

test('what was saved is not another proposal when it is shown with its new hash', async () => {
  const { files } = proposal('old', 'new')
  files.take(name, 'h', true)
  await files.writeFile(after, text('mine'))
  expect(files.take(name, 'h+', true)).toBe(false)
})

test('hunks of a proposal have the old lines and what was decided', () => {
  const hunk = { oldStart: 2, oldLines: 1, newStart: 2, newLines: 2, decision: '' as const }
  const drawn = drawnOf(
    [
      { ...hunk, id: 'a' },
      { ...hunk, id: 'b', oldStart: 3, oldLines: 1, newStart: 3, newLines: 0, decision: 'rejected' },
      { ...hunk, id: 'c', oldStart: 3, oldLines: 0, newStart: 4, newLines: 1, decision: 'accepted' },
    ],
    'one\ntwo\nthree',
  )
  expect(drawn.map(({ key, status, old, label }) => [key, status, old, label])).toEqual([
    ['a', 'pending', 'two\n', 'Changed lines 2 to 3'],
    ['b', 'rejected', 'three', 'Line deleted after line 3, rejected'],
    ['c', 'accepted', '', 'Added line 4, accepted'],
  ])
})
