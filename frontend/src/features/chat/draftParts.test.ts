import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Failure, type SessionDraftParts as Saved } from '../../bridge'
import { fakeBridge } from '../../bridge/fake'
import { content, file } from '../reference/testing/states'
import { DraftParts } from './draftParts.svelte'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const nothing: Saved = { references: [], images: [] }
const picture = { name: 'a.png', mediaType: 'image/png', data: 'AAAA' }

function parts(load: () => unknown = () => nothing) {
  const methods = { 'Sessions.DraftParts': load, 'Sessions.SaveDraftParts': () => undefined }
  const bridge = fakeBridge({ methods })
  const failures: Failure[] = []
  const mine = new DraftParts(
    bridge,
    (failure) => failures.push(failure),
    () => 1000,
  )
  const saved = (): unknown[][] =>
    bridge.calls.filter((call) => call.name === 'Sessions.SaveDraftParts').map((call) => call.arguments)
  return { mine, failures, saved }
}

test('what goes with a draft is saved once it rests, without what was read of it', async () => {
  const { mine, saved } = parts()
  mine.setReferences('s1', [file('a.go', { content: content() })])
  mine.setImages('s1', [picture])
  await vi.advanceTimersByTimeAsync(399)
  expect(saved()).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  mine.setImages('s1', [])
  await mine.flush()
  expect(saved()).toEqual([
    ['s1', 1000, { references: [file('a.go')], images: [picture] }],
    ['s1', 1001, { references: [file('a.go')], images: [] }],
  ])
})

test('what Go holds is never saved over before it was read', async () => {
  let answer: (saved: Saved) => void = () => undefined
  const { mine, saved } = parts(() => new Promise<Saved>((resolve) => (answer = resolve)))
  mine.point('s1', [{ kind: 'file', name: 'b.go', path: 'b.go' }])
  await vi.advanceTimersByTimeAsync(1000)
  expect(saved()).toEqual([])
  answer({ references: [file('a.go')], images: [picture] })
  await vi.advanceTimersByTimeAsync(0)
  expect(mine.of('s1').references.map((each) => each.name)).toEqual(['a.go', 'b.go'])
  expect(mine.of('s1').images).toEqual([picture])
  expect(saved()).toHaveLength(1)
})

test('when it cannot be read that is said, nothing is lost, and it is tried again', async () => {
  const load = vi
    .fn<() => Saved>()
    .mockImplementationOnce(() => {
      throw new Failure('internal', 'The disk is asleep.', '')
    })
    .mockReturnValue({ references: [file('a.go')], images: [] })
  const { mine, failures, saved } = parts(load)
  mine.point('s1', [{ kind: 'file', name: 'b.go', path: 'b.go' }])
  await mine.flush()
  expect(failures.map((failure) => failure.message)).toEqual(['The disk is asleep.'])
  expect(saved()).toEqual([])
  await mine.flush()
  expect(mine.of('s1').references.map((each) => each.name)).toEqual(['a.go', 'b.go'])
  expect(saved()).toHaveLength(1)
})
