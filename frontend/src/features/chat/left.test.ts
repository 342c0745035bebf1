import { beforeEach, expect, test, vi } from 'vitest'
import { fakeBridge } from '../../bridge/fake'
import { file } from '../reference/testing/states'
import { Drafts } from './drafts'
import { Carried, leave, takeLeft, type Left } from './left'
import { DraftParts } from './draftParts.svelte'

beforeEach(() => sessionStorage.clear())

const picture = { name: 'a.png', mediaType: 'image/png', data: 'AAAA' }
const prompt = { text: 'again', images: [picture], references: [] }
const left: Left = {
  texts: { s1: 'the last letters' },
  parts: { s1: { references: [file('a.go')], images: [picture] } },
  begun: { edits: { 's1 t1': prompt }, typed: { q1: 'an answer' } },
}
const silent = (): void => undefined

test('what a page leaves is taken by the next one, once', () => {
  leave(left)
  expect(takeLeft()).toEqual(left)
  expect(takeLeft().texts).toEqual({})
})

test('where there is no room for pictures the words are left', () => {
  const kept = new Map<string, string>()
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    removeItem: (key: string) => kept.delete(key),
    setItem(key: string, text: string) {
      if (text.length > 500) throw new DOMException('full', 'QuotaExceededError')
      kept.set(key, text)
    },
  })
  leave({ ...left, parts: { s1: { references: [], images: [{ ...picture, data: 'A'.repeat(1000) }] } } })
  expect(takeLeft()).toEqual({ ...left, parts: {} })
  vi.unstubAllGlobals()
})

test('what is damaged is nothing', () => {
  sessionStorage.setItem('keel.chat.left', '{')
  expect(takeLeft().texts).toEqual({})
})

test('a text that Go is not known to hold is left, and goes before what Go has', async () => {
  const bridge = fakeBridge({ methods: { 'Sessions.SaveDraft': silent } })
  const before = new Drafts(bridge, silent, () => 1000)
  before.restore('s1', 'saved')
  expect(before.leaves()).toEqual({})
  before.set('s1', 'saved and more')
  const leaves = before.leaves()
  expect(leaves).toEqual({ s1: 'saved and more' })
  await before.flush()
  expect(before.leaves()).toEqual({})

  const after = new Drafts(bridge, silent, () => 2000, leaves)
  expect(after.leaves()).toEqual(leaves)
  expect(after.restore('s1', 'saved')).toBe('saved and more')
  await after.flush()
  expect(bridge.calls.at(-1)?.arguments).toEqual(['s1', 2000, 'saved and more'])
})

test('so with what goes with it', async () => {
  const methods = {
    'Sessions.DraftParts': () => ({ references: [file('old.go')], images: [] }),
    'Sessions.SaveDraftParts': silent,
  }
  const bridge = fakeBridge({ methods })
  const before = new DraftParts(bridge, silent, () => 1000)
  await before.restore('s1')
  expect(before.leaves()).toEqual({})
  before.setReferences('s1', [file('a.go')])
  before.setImages('s1', [picture])
  const leaves = before.leaves()
  expect(leaves).toEqual({ s1: { references: [file('a.go')], images: [picture] } })
  await before.flush()
  expect(before.leaves()).toEqual({})

  const after = new DraftParts(bridge, silent, () => 2000, leaves)
  await after.restore('s1')
  expect(after.of('s1').references.map((each) => each.name)).toEqual(['a.go'])
  expect(after.of('s1').images).toEqual([picture])
  await after.flush()
  expect(bridge.calls.at(-1)?.name).toBe('Sessions.SaveDraftParts')
})

test('a prompt on its way is given back until it was handed over', () => {
  const carried = new Carried()
  const back: unknown[] = []
  carried.take('s1', prompt)()
  carried.take('s2', prompt)
  carried.giveBack((...all) => back.push(all))
  carried.giveBack((...all) => back.push(all))
  expect(back).toEqual([['s2', prompt]])
})
