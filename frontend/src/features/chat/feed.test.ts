import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Failure, type Session } from '../../bridge'
import { fakeBridge } from '../../bridge/fake'
import { SessionFeed } from './feed'
import { append, event, session, text, turn } from '../../testing/sessions'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const first = (): Session => session({ turns: [turn({ status: 'running', items: [text('m1', '', true)] })] })

function feed(open: (id: string) => unknown = first) {
  const bridge = fakeBridge({ methods: { 'Sessions.Open': open } })
  const target = { show: vi.fn<(session: Session) => void>(), fail: vi.fn() }
  return { bridge, target, feed: new SessionFeed(bridge, target) }
}

const shownText = (show: ReturnType<typeof feed>['target']['show']): string | undefined =>
  show.mock.lastCall?.[0].turns[0]?.items[0]?.text

test('events that overtook each other are applied in order', async () => {
  const { bridge, target, feed: following } = feed()
  await following.open('s1')
  bridge.emit('session', event(3, append('m1', 'lo')))
  bridge.emit('session', event(2, append('m1', 'Hel')))
  await vi.advanceTimersByTimeAsync(20)
  expect(shownText(target.show)).toBe('Hello')
})

test('many events in one frame are shown once', async () => {
  const { bridge, target, feed: following } = feed()
  await following.open('s1')
  target.show.mockClear()
  for (let seq = 2; seq < 50; seq++) bridge.emit('session', event(seq, append('m1', '.')))
  await vi.advanceTimersByTimeAsync(20)
  expect(target.show).toHaveBeenCalledTimes(1)
  expect(shownText(target.show)).toHaveLength(48)
})

test('events that come while the session is opened are not lost', async () => {
  let answer: (session: Session) => void = () => undefined
  const { bridge, target, feed: following } = feed(() => new Promise((resolve) => (answer = resolve)))
  const opened = following.open('s1')
  await vi.advanceTimersByTimeAsync(0)
  bridge.emit('session', event(1, append('m1', 'included already')))
  bridge.emit('session', event(2, append('m1', 'Hi')))
  answer(first())
  await opened
  expect(shownText(target.show)).toBe('Hi')
})

test('a gap that does not close asks for the whole session again', async () => {
  const whole = session({ turns: [turn({ items: [text('m1', 'all of it')] })], seq: 9 })
  const open = vi.fn().mockReturnValueOnce(first()).mockReturnValue(whole)
  const { bridge, target, feed: following } = feed(open)
  await following.open('s1')
  bridge.emit('session', event(4, append('m1', 'late')))
  await vi.advanceTimersByTimeAsync(1000)
  expect(open).toHaveBeenCalledTimes(2)
  expect(shownText(target.show)).toBe('all of it')
  bridge.emit('session', event(10, append('m1', '!')))
  await vi.advanceTimersByTimeAsync(20)
  expect(shownText(target.show)).toBe('all of it!')
})

test('a gap that cannot be closed is said', async () => {
  const failure = new Failure('internal', 'The disk is gone.', '')
  const open = vi.fn().mockReturnValueOnce(first()).mockRejectedValue(failure)
  const { bridge, target, feed: following } = feed(open)
  await following.open('s1')
  bridge.emit('session', event(4, append('m1', 'late')))
  await vi.advanceTimersByTimeAsync(1000)
  expect(target.fail).toHaveBeenCalledWith(failure)
})

test('a session that is opened later wins, whatever answers first', async () => {
  const answers = new Map<string, (session: Session) => void>()
  const { feed: following } = feed((id) => new Promise((resolve) => answers.set(id, resolve)))
  const one = following.open('s1')
  const two = following.open('s2')
  await vi.advanceTimersByTimeAsync(0)
  answers.get('s2')?.(session({ id: 's2' }))
  answers.get('s1')?.(session({ id: 's1' }))
  expect((await two)?.id).toBe('s2')
  expect(await one).toBeUndefined()
})
