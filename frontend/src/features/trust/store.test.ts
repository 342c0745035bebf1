import { expect, it, vi } from 'vitest'
import { Failure, type TrustState } from '../../bridge'
import { calls } from '../../testing/window'
import { add, takeOver, undo } from './acts'
import { TrustStore } from './store.svelte'
import { command, fakeTrust, type FakeTrust } from './testing/fake'

async function start(part: Partial<TrustState> = {}): Promise<{ fake: FakeTrust; store: TrustStore }> {
  const fake = fakeTrust(part)
  const store = new TrustStore(fake.host.bridge)
  await store.load()
  return { fake, store }
}

const always = (pattern: string) => ({ pattern, scope: 'always' as const, sessionId: '' })
const patterns = (store: TrustStore): string[] => store.commands.map((each) => each.pattern)

it('sorts by where patterns count, each scope in its own order', async () => {
  const inSession = { scope: 'session' as const, sessionId: 's1', sessionTitle: 'Sum' }
  const { store } = await start({
    commands: [
      command('a', inSession),
      command('z', { scope: 'workspace' }),
      command('y'),
      command('b'),
      command('c', { ...inSession, sessionId: 's0', sessionTitle: 'Rename' }),
    ],
  })
  expect(patterns(store)).toEqual(['y', 'b', 'z', 'c', 'a'])
})

it('undoes several steps, the last first', async () => {
  const { store } = await start({ commands: [command('go test *'), command('git status'), command('make')] })
  await store.remove(always('git status'))
  await store.edit(always('make'), always('make lint'))
  await store.add(always('npm test'))
  expect(patterns(store)).toEqual(['go test *', 'make lint', 'npm test'])
  expect(store.said).toBe('Trusted “npm test”.')
  await store.undo()
  await store.undo()
  expect(patterns(store)).toEqual(['go test *', 'make'])
  await store.undo()
  expect(patterns(store)).toEqual(['go test *', 'git status', 'make'])
  expect(await store.undo()).toBe(false)
})

it('undoes two steps when the second press comes while the first is at work', async () => {
  const { fake, store } = await start({ commands: [command('a'), command('b')] })
  await store.remove(always('a'))
  await store.remove(always('b'))
  const began = vi.spyOn(store, 'undo')
  const first = undo(fake.host, store)
  await vi.waitFor(() => expect(began).toHaveBeenCalled(), { interval: 0 })
  const second = undo(fake.host, store)
  expect([await first, await second]).toEqual([true, true])
  expect(patterns(store)).toEqual(['a', 'b'])
})

it('puts a pattern back into the scope and the place it came from', async () => {
  const { fake, store } = await start({ commands: [command('a'), command('b'), command('c')] })
  await store.edit(always('b'), { ...always('b'), scope: 'workspace' })
  expect(store.said).toBe('Changed where “b” counts.')
  expect(store.commands.map((each) => [each.pattern, each.scope])).toEqual([
    ['a', 'always'],
    ['c', 'always'],
    ['b', 'workspace'],
  ])
  await store.undo()
  expect(fake.state.commands.map((each) => [each.pattern, each.scope])).toEqual([
    ['a', 'always'],
    ['b', 'always'],
    ['c', 'always'],
  ])
})

it('undoes a step that is not the last', async () => {
  const { store } = await start({ commands: [command('a'), command('b')] })
  await store.remove(always('a'))
  const [first] = store.steps
  await store.remove(always('b'))
  await store.undo(first)
  expect(patterns(store)).toEqual(['a'])
  expect(store.steps.map((step) => step.said)).toEqual(['Removed “b”.'])
})

it('changes nothing and says why when an act fails, and keeps a step that could not be undone', async () => {
  const { fake, store } = await start({ commands: [command('a')] })
  await store.remove(always('a'))
  fake.fails = new Failure('broken', 'settings.json cannot be read.', 'Mend it first.')
  expect(await store.undo()).toBe(false)
  expect(store.trouble?.message).toBe('settings.json cannot be read.')
  expect(store.steps).toHaveLength(1)
  expect(await store.undo()).toBe(true)
  expect(store.trouble).toBeUndefined()
  expect(patterns(store)).toEqual(['a'])
})

it('runs acts one after the other', async () => {
  const { store } = await start()
  await Promise.all(['a', 'b', 'c'].map((pattern) => store.add(always(pattern))))
  expect(patterns(store)).toEqual(['a', 'b', 'c'])
})

it('changes only the user’s own deny list', async () => {
  const { fake, store } = await start({
    denied: [
      { text: 'curl', folder: false },
      { text: 'make deploy', folder: true },
    ],
  })
  await store.addDenied('git push')
  await store.editDenied('curl', 'wget')
  expect(calls(fake.host, 'Settings.Set')).toEqual([
    ['keelAgent.commandDenylist', '["curl","git push"]'],
    ['keelAgent.commandDenylist', '["wget","git push"]'],
  ])
  await store.removeDenied('wget')
  await store.undo()
  expect(store.ownDenied).toEqual(['wget', 'git push'])
})

it('loses nothing of the deny list that came from elsewhere meanwhile', async () => {
  const { fake, store } = await start({ denied: [{ text: 'curl', folder: false }] })
  await store.removeDenied('curl')
  fake.change({ denied: [{ text: 'sudo', folder: false }] })
  await store.undo()
  expect(store.ownDenied).toEqual(['sudo', 'curl'])
})

it('takes imports back as one step, and only what they brought', async () => {
  const { store } = await start({ commands: [command('make')], denied: [{ text: 'curl', folder: false }] })
  await store.import({ patterns: ['make', 'npm test'], denied: ['curl', 'rm -rf'] })
  expect(patterns(store)).toEqual(['make', 'npm test'])
  expect(store.ownDenied).toEqual(['curl', 'rm -rf'])
  await store.undo()
  expect(patterns(store)).toEqual(['make'])
  expect(store.ownDenied).toEqual(['curl'])
  expect(store.steps).toEqual([])
})

it('asks once more before every command is trusted, whichever way', async () => {
  const { fake, store } = await start()
  expect(await add(fake.host, store, always('*'))).toBe(false)
  expect(await takeOver(fake.host, store, { patterns: ['*'], denied: [] })).toBe(false)
  expect(patterns(store)).toEqual([])
  fake.host.confirms.push(true)
  expect(await add(fake.host, store, always('*'))).toBe(true)
  await store.remove(always('*'))
  expect(await undo(fake.host, store)).toBe(false)
  expect(patterns(store)).toEqual([])
  expect(fake.host.questions).toHaveLength(4)
})

it('follows what is changed elsewhere, and asks once for many changes', async () => {
  const { fake, store } = await start()
  const before = calls(fake.host, 'Trust.State').length
  for (const pattern of ['a', 'b', 'c']) fake.change({ commands: [command(pattern)] })
  await store.load()
  expect(patterns(store)).toEqual(['c'])
  expect(calls(fake.host, 'Trust.State').length - before).toBeLessThanOrEqual(2)
  fake.host.bridge.emit('trust', { seq: fake.state.seq, folder: fake.state.folder })
  expect(calls(fake.host, 'Trust.State').length - before).toBeLessThanOrEqual(2)
})

it('keeps what it knew when the state cannot be read again', async () => {
  const fake = fakeTrust({ commands: [command('a')] })
  const store = new TrustStore({
    ...fake.host.bridge,
    Trust: {
      ...fake.host.bridge.Trust,
      State: () => (fake.fails ? Promise.reject(fake.fails) : Promise.resolve(fake.state)),
    },
  })
  await store.load()
  fake.fails = new Failure('internal', 'It broke.', '')
  await store.load()
  expect(patterns(store)).toEqual(['a'])
  expect(store.failure?.message).toBe('It broke.')
  fake.fails = undefined
  await store.load()
  expect(store.failure).toBeUndefined()
})
