import { expect, test } from 'vitest'
import { fakeBridge } from '../../bridge/fake'
import { folderPaths } from '../files/paths'
import { ChangesSource } from './changesSource'

const targets = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    path: `f${i}.go`,
    kind: 'modified' as const,
    before: 'c1',
    after: 'c2',
  }))

function source(count: number, head = 'text') {
  const bridge = fakeBridge()
  const looked: string[] = []
  bridge.bytes.glance = async (checkpoint, path) => {
    looked.push(`${checkpoint ?? 'disk'}:${path}`)
    return { size: 4, mode: 0o644, head: new TextEncoder().encode(head) }
  }
  return { made: new ChangesSource(targets(count), bridge, folderPaths('/work')), looked }
}

test('only what is shown first is looked at first, and the rest follows in order', async () => {
  const { made, looked } = source(100)
  await made.first()
  const first = made.resources.value
  expect(first.length).toBeLessThan(10)
  expect(looked).toHaveLength(first.length * 2)
  let waits = 0
  await made.rest(async () => void waits++)
  expect(made.resources.value.map((item) => item.modifiedUri?.path)).toEqual(
    targets(100).map(({ path }) => `/${path}`),
  )
  expect(made.resources.value.slice(0, first.length)).toEqual(first)
  expect(waits).toBeGreaterThan(1)
})

test('a tab that is closed reads no more', async () => {
  const { made, looked } = source(100)
  await made.first()
  made.end()
  await made.rest(async () => undefined)
  expect(looked.length).toBeLessThan(20)
})

test('what is not text is said in words', async () => {
  const { made } = source(1, 'a\0b')
  await made.first()
  const [item] = made.resources.value
  expect(item?.modifiedUri?.query).toContain('Not text, 4 bytes.')
  expect(item?.goToFileUri?.scheme).toBe('keel-compare')
})
