import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Failure } from '../../bridge'
import { fakeBridge } from '../../bridge/fake'
import { Drafts } from './drafts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function drafts(save: (...args: never[]) => unknown = () => undefined) {
  const bridge = fakeBridge({ methods: { 'Sessions.SaveDraft': save } })
  const failures: Failure[] = []
  const saved = (): unknown[][] => bridge.calls.map((call) => call.arguments)
  return {
    saved,
    failures,
    drafts: new Drafts(
      bridge,
      (failure) => failures.push(failure),
      () => 1000,
    ),
  }
}

test('typing is saved once it pauses, with a number that grows', async () => {
  const { saved, drafts: mine } = drafts()
  mine.set('s1', 'a')
  mine.set('s1', 'ab')
  await vi.advanceTimersByTimeAsync(199)
  expect(saved()).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  mine.set('s1', 'abc')
  await mine.flush()
  expect(saved()).toEqual([
    ['s1', 1000, 'ab'],
    ['s1', 1001, 'abc'],
  ])
})

test('switching sessions loses neither draft', async () => {
  const { saved, drafts: mine } = drafts()
  mine.set('s1', 'one')
  mine.set('s2', 'two')
  await mine.flush()
  expect(saved()).toEqual([
    ['s1', 1000, 'one'],
    ['s2', 1001, 'two'],
  ])
  expect(mine.restore('s1', 'older, from Go')).toBe('one')
})

test('what Go has saved is restored where nothing was typed here', () => {
  expect(drafts().drafts.restore('s1', 'saved')).toBe('saved')
})

test('a failed save is said and tried again with the next one', async () => {
  const save = vi
    .fn()
    .mockRejectedValueOnce(new Failure('disk_full', 'The disk is full.', ''))
    .mockReturnValue(undefined)
  const { saved, failures, drafts: mine } = drafts(save)
  mine.set('s1', 'precious')
  await mine.flush()
  expect(failures.map((failure) => failure.code)).toEqual(['disk_full'])
  await mine.flush()
  expect(saved().at(-1)).toEqual(['s1', 1001, 'precious'])
})

test('nothing new is not saved again', async () => {
  const { saved, drafts: mine } = drafts()
  mine.set('s1', 'a')
  await mine.flush()
  await mine.flush()
  expect(saved()).toHaveLength(1)
})
