import { Failure, type TrustEntry, type TrustImport, type TrustPlace, type TrustState } from '../../../bridge'
import { fakeWindow, type FakeWindow } from '../../../testing/window'
import { keyOf } from '../wording'

/** FakeTrust is Go's side of trust, in memory: it keeps lists, and knows whole commands and prefixes. */
export interface FakeTrust {
  readonly host: FakeWindow
  state: TrustState
  imports: TrustImport[]
  /** what the next act fails with */
  fails: Failure | undefined
  /** Changes the state from elsewhere, and says so. */
  change(part: Partial<TrustState>): void
}

export const session = { id: 's1', title: 'Add a function Sum' }

const nothing: TrustState = {
  seq: 1,
  commands: [],
  denied: [],
  guard: true,
  guardBy: '',
  folder: { trusted: true, path: '/home/user/calc', parent: '', effects: ['Tasks of this folder may run.'] },
  broken: '',
}

/** A row of the list, as Go sends it. */
export function command(
  pattern: string,
  more: Partial<TrustState['commands'][number]> = {},
): TrustState['commands'][number] {
  const plain = { scope: 'always' as const, sessionId: '', sessionTitle: '', uses: 0, lastUsed: 0, note: '' }
  return { pattern, counts: true, ...plain, ...more }
}

/** fakeTrust is a window over such a Go. */
export function fakeTrust(part: Partial<TrustState> = {}): FakeTrust {
  const fake: FakeTrust = {
    host: fakeWindow({
      methods: {
        'Trust.State': () => fake.state,
        'Trust.Add': (place: TrustPlace) => mayFail(() => insert(place)),
        'Trust.Remove': (entry: TrustEntry) => mayFail(() => take(entry)),
        'Trust.Edit': ({ from, to }: { from: TrustEntry; to: TrustEntry }) =>
          mayFail(() => {
            const same = from.scope === to.scope && from.sessionId === to.sessionId
            const { index } = take(from)
            insert({ ...to, index: same ? index : -1 })
          }),
        'Trust.Explain': ({ command }: { command: string }) => explain(command),
        'Trust.Imports': () => mayFail(() => fake.imports),
        'Trust.Import': ({ patterns, denied }: { patterns: string[]; denied: string[] }) =>
          mayFail(() => {
            for (const pattern of patterns) insert({ pattern, scope: 'always', sessionId: '', index: -1 })
            const fresh = denied.filter((text) => !fake.state.denied.some((each) => each.text === text))
            set({ denied: [...fake.state.denied, ...fresh.map((text) => ({ text, folder: false }))] })
          }),
        'Settings.Set': (key: string, value: string) =>
          mayFail(() => {
            if (key === 'keelAgent.commandGuard') set({ guard: JSON.parse(value) as boolean })
            if (key !== 'keelAgent.commandDenylist') return
            const own = (JSON.parse(value) as string[]).map((text) => ({ text, folder: false }))
            set({ denied: [...own, ...fake.state.denied.filter((each) => each.folder)] })
          }),
        'Sessions.List': () => [
          { ...session, createdAt: 0, updatedAt: 0, running: false, waiting: false },
          {
            id: 's2',
            title: 'Rename the package',
            createdAt: 0,
            updatedAt: 0,
            running: false,
            waiting: false,
          },
        ],
      },
    }),
    state: { ...nothing, ...part },
    imports: [],
    fails: undefined,
    change(changed) {
      set(changed)
      fake.host.bridge.emit('trust', { seq: fake.state.seq, folder: fake.state.folder })
    },
  }
  return fake

  function mayFail<T>(run: () => T): T {
    const { fails } = fake
    fake.fails = undefined
    if (fails) throw fails
    return run()
  }

  function set(changed: Partial<TrustState>): void {
    fake.state = { ...fake.state, ...changed, seq: fake.state.seq + 1 }
  }

  function inScope({ scope, sessionId }: TrustEntry): TrustState['commands'] {
    return fake.state.commands.filter((each) => each.scope === scope && each.sessionId === sessionId)
  }

  function insert({ index, pattern, scope, sessionId }: TrustPlace): void {
    const entry = { pattern, scope, sessionId }
    const scoped = inScope(entry)
    if (scoped.some((each) => each.pattern === pattern)) return
    const rest = fake.state.commands.filter((each) => !scoped.includes(each))
    const title = scope === 'session' ? session.title : ''
    scoped.splice(index < 0 ? scoped.length : index, 0, command(pattern, { ...entry, sessionTitle: title }))
    set({ commands: [...rest, ...scoped] })
  }

  function take(entry: TrustEntry): TrustPlace {
    const index = inScope(entry).findIndex((each) => each.pattern === entry.pattern)
    if (index < 0) throw new Failure('not_found', `“${entry.pattern}” is not in the list.`, '')
    set({ commands: fake.state.commands.filter((each) => keyOf(each) !== keyOf(entry)) })
    return { pattern: entry.pattern, scope: entry.scope, sessionId: entry.sessionId, index }
  }

  function explain(text: string) {
    const denied = fake.state.denied.find((each) => text.includes(each.text))
    const found = fake.state.commands.find(
      ({ pattern }) =>
        pattern === text ||
        pattern === '*' ||
        (pattern.endsWith(' *') && text.startsWith(pattern.slice(0, -1))),
    )
    const answer = denied
      ? { effect: 'ask', rule: 'deny list', pattern: denied.text, reason: 'The command is on the deny list.' }
      : found
        ? { effect: 'allow', rule: 'trusted command', pattern: found.pattern, reason: 'It is trusted.' }
        : { effect: 'ask', rule: 'untrusted command', pattern: '', reason: 'No trusted command matches it.' }
    return {
      ...answer,
      tier: 'user',
      steps: [{ tier: 'user', rule: answer.rule, effect: answer.effect, text: answer.reason }],
    }
  }
}
