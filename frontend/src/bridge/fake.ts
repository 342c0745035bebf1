import { Failure, type Bridge, type Bytes, type Disposable } from './bridge'
import { FakeFiles } from './fakeFiles'
import { methodNames, type Events, type ExtensionSecretKey, type Methods, type WindowState } from './wire.gen'

/** FakeBridge is a bridge in memory, for tests: no Go behind it. */
export interface FakeBridge extends Bridge {
  readonly files: FakeFiles
  readonly storage: Record<string, Record<string, string>>
  readonly texts: Record<string, string>
  /** every call so far, "Service.Method" with its arguments */
  readonly calls: { name: string; arguments: unknown[] }[]
  /** Sends an event as Go would. */
  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void
}

export interface FakeOptions {
  /** path to text; paths as in a workspace */
  files?: Record<string, string>
  state?: Partial<WindowState>
  /** replaces single methods: "Terminals.Open" */
  methods?: Record<string, (...args: never[]) => unknown>
}

const emptyState: WindowState = {
  version: '0.0.0',
  platform: 'linux',
  workspace: { id: '0123456789abcdef', path: '/home/user/calc', name: 'calc' },
  recent: [],
  trust: { trusted: true, path: '/home/user/calc', parent: '', effects: [] },
  message: '',
  hint: '',
  crash: { kind: '', report: '' },
  timings: false,
  startedAt: 0,
}

/** fakeBridge makes a bridge whose unknown methods fail. */
export function fakeBridge(options: FakeOptions = {}): FakeBridge {
  const files = new FakeFiles(options.files ?? {})
  const storage: Record<string, Record<string, string>> = {}
  const texts: Record<string, string> = {}
  const secrets = new Map<string, { of: ExtensionSecretKey; value: string }>()
  const calls: FakeBridge['calls'] = []
  const listeners = new Map<string, Set<(payload: never) => void>>()
  const known: Record<string, (...args: never[]) => unknown> = {
    ...files.methods(),
    'Window.State': () => ({ ...emptyState, ...options.state }),
    'Window.SetTitle': () => undefined,
    'Window.Requests': () => [],
    'Window.Shown': () => undefined,
    'Window.Used': () => undefined,
    'Window.ShowElsewhere': () => false,
    'Window.Timing': () => undefined,
    'Window.Ping': (text: string) => text,
    'Settings.Schema': () => [],
    'Settings.State': () => ({
      seq: 0,
      name: '',
      problems: [],
      values: { mode: 'autopilot', trustedCommands: [], commandDenylist: [], provider: '', model: '' },
    }),
    'Settings.Read': (name: string) => texts[name] ?? '',
    'Settings.Write': (name: string, text: string) => void (texts[name] = text),
    'Storage.Load': (scope: string) => ({ ...storage[scope] }),
    'Storage.Update': (update: { scope: string; set: Record<string, string>; delete: string[] }) => {
      const values = Object.entries({ ...storage[update.scope], ...update.set })
      storage[update.scope] = Object.fromEntries(values.filter(([key]) => !update.delete.includes(key)))
    },
    'Accounts.State': () => ({ seq: 0, accounts: [], services: [], signIns: [] }),
    'Extensions.State': () => ({ seq: 0, gallery: 'https://open-vsx.org', network: true, installed: [] }),
    'Extensions.Secret': (of: ExtensionSecretKey) => {
      const kept = secrets.get(JSON.stringify(of))
      return { value: kept?.value ?? '', found: kept !== undefined }
    },
    'Extensions.KeepSecret': (of: ExtensionSecretKey, value: string) =>
      void secrets.set(JSON.stringify(of), { of, value }),
    'Extensions.ForgetSecret': (of: ExtensionSecretKey) => void secrets.delete(JSON.stringify(of)),
    'Extensions.SecretKeys': () => [...secrets.values()].map(({ of }) => of),
    'Terminals.List': () => [],
    'Terminals.Shells': () => [{ name: 'bash', path: '/bin/bash', args: [], default: true }],
    'Sessions.List': () => [],
    'Agent.Examples': () => [],
    'Agent.Providers': () => [],
    'Providers.Known': () => known['Agent.Providers']?.(),
    'Checkpoints.List': () => [],
    'Checkpoints.Activity': () => ({ seq: 0, works: [], notices: [], listed: 0 }),
    'Checkpoints.Usage': () => ({ bytes: 0, cap: 0, checkpoints: 0, pinned: 0, oldestAt: 0 }),
    'Checkpoints.Unsaved': () => [],
    'Checkpoints.Seen': () => undefined,
    'Checkpoints.Preview': () => ({
      write: [],
      delete: [],
      merge: [],
      conflicts: [],
      unknown: [],
      unsaved: [],
      large: false,
      turns: 0,
      commands: [],
    }),
    ...options.methods,
  }
  const services: Record<string, Record<string, (...args: unknown[]) => Promise<unknown>>> = {}
  for (const [service, names] of Object.entries(methodNames)) {
    const methods: Record<string, (...args: unknown[]) => Promise<unknown>> = {}
    for (const method of names) {
      const name = `${service}.${method}`
      methods[method] = async (...args) => {
        calls.push({ name, arguments: args })
        const run = known[name]
        if (!run) throw new Failure('internal', `The fake does not know ${name}.`, '')
        return run(...(args as never[]))
      }
    }
    services[service] = methods
  }
  return {
    ...(services as unknown as Methods),
    bytes: files satisfies Bytes,
    webviews: { show: async () => undefined, drop: async () => undefined, answer: async () => undefined },
    files,
    storage,
    texts,
    calls,
    emit(name, payload) {
      for (const listener of listeners.get(name) ?? []) listener(payload as never)
    },
    on(name: keyof Events, listener: (payload: never) => void): Disposable {
      const all = listeners.get(name) ?? new Set()
      listeners.set(name, all.add(listener))
      return { dispose: () => void all.delete(listener) }
    },
  }
}
