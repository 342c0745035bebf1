import { afterEach, expect, test } from 'vitest'
import { session, turn } from '../../../testing/sessions'
import { calls } from '../../../testing/window'
import { ChatStore } from '../store.svelte'
import { fakeHost, type FakeHost } from '../testing/host'
import { learnCommands, slashCommands } from './slash'

let store: ChatStore | undefined
afterEach(() => store?.dispose())

async function start(shown = session({ turns: [turn()] })): Promise<{ host: FakeHost; store: ChatStore }> {
  const host = fakeHost(shown)
  store = new ChatStore(host.bridge)
  await store.start()
  return { host, store }
}
const names = (host: FakeHost, shown: ChatStore): string[] =>
  slashCommands(host, shown).map((each) => each.name)

test('only what makes sense now is offered', async () => {
  const done = await start()
  expect(names(done.host, done.store)).toEqual(['new', 'model', 'mode', 'compact', 'export', 'help'])
  done.store.dispose()
  const running = await start(session({ turns: [turn({ status: 'running' })] }))
  expect(names(running.host, running.store)).toEqual(['new', 'stop', 'model', 'mode', 'export', 'help'])
  running.store.dispose()
  const empty = await start(session())
  expect(names(empty.host, empty.store)).toEqual(['new', 'model', 'mode', 'help'])
})

test('a command of the window is offered where the window has it', async () => {
  const { host, store: shown } = await start()
  for (const id of ['keel.findInChat', 'keel.showChanges'])
    host.registerCommand({ id, title: id, run: () => undefined })
  await learnCommands(host, shown)
  expect(names(host, shown)).toEqual(['new', 'model', 'mode', 'compact', 'export', 'find', 'review', 'help'])
  await slashCommands(host, shown)
    .find((each) => each.name === 'find')
    ?.run('two words')
  expect(host.opened).toEqual(['command: keel.findInChat two words'])
})

test('/help runs what is chosen; /mode goes to the other mode', async () => {
  const { host, store: shown } = await start()
  host.picks.push('/compact')
  await slashCommands(host, shown)
    .find((each) => each.name === 'help')
    ?.run('')
  expect(calls(host, 'Agent.Compact')).toEqual([['s1']])
  await slashCommands(host, shown)
    .find((each) => each.name === 'mode')
    ?.run('')
  expect(calls(host, 'Agent.SetMode')).toEqual([['s1', 'supervised']])
})
