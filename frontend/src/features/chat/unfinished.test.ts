import { expect, test, vi } from 'vitest'
import { fakeBridge } from '../../bridge/fake'
import { session, turn } from '../../testing/sessions'
import { Unfinished } from './unfinished'

const silent = (): void => undefined
const prompt = (text: string) => ({ text, images: [], references: [] })

test('what is begun is kept in Go, and there for the next program', async () => {
  const bridge = fakeBridge()
  const before = new Unfinished(bridge, silent)
  before.type('q1', 'an answ')
  before.type('q1', 'an answer')
  before.type('q2', 'taken back')
  before.type('q2', '')
  before.setEdit('s1', 't1', prompt('better'))
  before.setEdit('s1', 't2', prompt('no'))
  before.setEdit('s1', 't2', undefined)
  await before.flush()
  expect(bridge.calls.filter(({ name }) => name === 'Storage.Update')).toHaveLength(1)

  const after = new Unfinished(bridge, silent)
  await after.load()
  expect(after.begun()).toEqual({ edits: { 's1 t1': prompt('better') }, typed: { q1: 'an answer' } })
  expect(after.edit('s1', 't1')).toEqual(prompt('better'))
  expect(after.edit('s2', 't1')).toBeUndefined()
})

test('what the page before knew counts more than what Go has', async () => {
  const bridge = fakeBridge()
  const old = new Unfinished(bridge, silent)
  old.type('q1', 'old')
  await old.flush()
  const after = new Unfinished(bridge, silent, { edits: {}, typed: {} })
  await after.load()
  expect(after.typed('q1')).toBe('')
})

test('typing pauses before it is kept; a failure is said, and tried again with the next key', async () => {
  vi.useFakeTimers()
  let works = false
  const bridge = fakeBridge({
    methods: {
      'Storage.Update': () => {
        if (!works) throw new Error('full')
      },
    },
  })
  const fail = vi.fn()
  const unfinished = new Unfinished(bridge, fail)
  unfinished.type('q1', 'a')
  expect(bridge.calls).toEqual([])
  await vi.runAllTimersAsync()
  expect(fail).toHaveBeenCalledTimes(1)
  works = true
  unfinished.type('q1', 'ab')
  await vi.runAllTimersAsync()
  expect(fail).toHaveBeenCalledTimes(1)
  expect(JSON.stringify(bridge.calls.at(-1)?.arguments)).toContain('ab')
  vi.useRealTimers()
})

test('edits of messages that have gone are taken out, once, and no others', () => {
  const unfinished = new Unfinished(fakeBridge(), silent)
  for (const id of ['t1', 't2']) unfinished.setEdit('s1', id, prompt(id))
  unfinished.setEdit('s11', 't2', prompt('of another session'))
  const shown = session({ id: 's1', turns: [turn({ id: 't1' })] })
  expect(unfinished.takeGone(shown)).toEqual([prompt('t2')])
  expect(unfinished.takeGone(shown)).toEqual([])
  expect(Object.keys(unfinished.begun().edits)).toEqual(['s1 t1', 's11 t2'])
})

test('it is bounded: the oldest are forgotten, and pictures stay behind where they are too much', async () => {
  const bridge = fakeBridge()
  const unfinished = new Unfinished(bridge, silent)
  for (let i = 0; i < 150; i++) unfinished.type(`q${i}`, 'x')
  expect(Object.keys(unfinished.begun().typed)).toHaveLength(100)
  expect(unfinished.typed('q149')).toBe('x')
  const picture = { name: 'a.png', mediaType: 'image/png', data: 'A'.repeat(5_000_000) }
  unfinished.setEdit('s1', 't1', { ...prompt('with a picture'), images: [picture] })
  await unfinished.flush()
  const after = new Unfinished(bridge, silent)
  await after.load()
  expect(after.edit('s1', 't1')).toEqual(prompt('with a picture'))
})

test('what is damaged is nothing', async () => {
  const bridge = fakeBridge({ methods: { 'Storage.Load': () => ({ 'keel.chat.unfinished': '{' }) } })
  const unfinished = new Unfinished(bridge, silent)
  await unfinished.load()
  expect(unfinished.begun()).toEqual({ edits: {}, typed: {} })
})
