import {
  toFailure,
  type Bridge,
  type Disposable,
  type Failure,
  type SessionSummary,
  type TrustEntry,
  type TrustImport,
  type TrustScope,
  type TrustState,
} from '../../bridge'
import { count } from '../../lib/format'
import { withoutStep, withStep, type Step } from './steps'
import { keyOf } from './wording'

const denylist = 'keelAgent.commandDenylist'
const guard = 'keelAgent.commandGuard'
const scopes = ['always', 'workspace', 'session']

/** What is taken over from other editors. */
export interface Taken {
  readonly patterns: readonly string[]
  readonly denied: readonly string[]
}

/**
 * TrustStore is the page's copy of what lets commands run unasked. Go owns the
 * truth and says when it has changed. Acts run one after the other; a failed
 * one leaves everything as it was and says so in `trouble`. What was done can be
 * undone step by step.
 */
export class TrustStore implements Disposable {
  state = $state.raw<TrustState | undefined>(undefined)
  sessions = $state.raw<readonly SessionSummary[]>([])
  /** why there is no state to show */
  failure = $state.raw<Failure | undefined>(undefined)
  /** why the last act changed nothing */
  trouble = $state.raw<Failure | undefined>(undefined)
  /** what was done last, as a sentence; empty when that is dismissed */
  said = $state('')
  steps = $state.raw<readonly Step[]>([])

  readonly last = $derived(this.steps.at(-1))
  /** sorted by where they count, each scope in its own order */
  readonly commands = $derived(
    (this.state?.commands ?? []).toSorted(
      (a, b) =>
        scopes.indexOf(a.scope) - scopes.indexOf(b.scope) || a.sessionTitle.localeCompare(b.sessionTitle),
    ),
  )
  /** the texts of the user's own deny list */
  readonly ownDenied = $derived(
    (this.state?.denied ?? []).filter((each) => !each.folder).map((each) => each.text),
  )
  readonly hasFolder = $derived((this.state?.folder.path ?? '') !== '')
  /** nothing can be changed: there is no state, or its file is broken */
  readonly locked = $derived(!this.state || this.state.broken !== '')

  private readonly listener: Disposable
  private asked = 0
  private loading: Promise<void> | undefined
  private acts: Promise<unknown> = Promise.resolve()

  constructor(private readonly bridge: Bridge) {
    this.listener = bridge.on('trust', ({ seq }) => {
      if (!this.state || seq > this.state.seq) void this.load()
    })
  }

  dispose(): void {
    this.listener.dispose()
  }

  /** Asks Go for the state, and once more when it was asked again meanwhile. */
  load(): Promise<void> {
    this.asked++
    this.loading ??= this.fetch().finally(() => (this.loading = undefined))
    return this.loading
  }

  private async fetch(): Promise<void> {
    for (let answered = -1; answered !== this.asked;) {
      answered = this.asked
      try {
        this.state = keepRows(this.state, await this.bridge.Trust.State())
        this.failure = undefined
      } catch (cause) {
        this.failure = toFailure(cause)
      }
    }
  }

  /** Asks for the sessions, in which a pattern can count by itself. */
  async loadSessions(): Promise<void> {
    try {
      this.sessions = await this.bridge.Sessions.List()
    } catch {
      this.sessions = [] // without a folder there are none
    }
  }

  has(entry: TrustEntry): boolean {
    const key = keyOf(entry)
    return this.commands.some((command) => keyOf(command) === key)
  }

  add(entry: TrustEntry): Promise<boolean> {
    return this.act(`Trusted “${entry.pattern}”.`, async () => {
      await this.bridge.Trust.Add({ ...plain(entry), index: -1 })
      return async () => void (await this.bridge.Trust.Remove(plain(entry)))
    })
  }

  remove(entry: TrustEntry): Promise<boolean> {
    return this.act(
      `Removed “${entry.pattern}”.`,
      async () => {
        const place = await this.bridge.Trust.Remove(plain(entry))
        return () => this.bridge.Trust.Add(place)
      },
      entry.pattern === '*' ? entry.scope : undefined,
    )
  }

  edit(from: TrustEntry, to: TrustEntry): Promise<boolean> {
    if (!this.has(from)) return this.add(to)
    const said =
      from.pattern === to.pattern
        ? `Changed where “${to.pattern}” counts.`
        : `Changed “${from.pattern}” to “${to.pattern}”.`
    const run = async (): Promise<() => Promise<void>> => {
      const index = this.placeOf(from)
      await this.bridge.Trust.Edit({ from: plain(from), to: plain(to) })
      if (from.scope === to.scope && from.sessionId === to.sessionId) {
        return () => this.bridge.Trust.Edit({ from: plain(to), to: plain(from) })
      }
      return async () => {
        await this.bridge.Trust.Remove(plain(to)) // first, so that a failure trusts less
        await this.bridge.Trust.Add({ ...plain(from), index })
      }
    }
    return this.act(said, run, from.pattern === '*' ? from.scope : undefined)
  }

  addDenied(text: string): Promise<boolean> {
    return this.act(`Commands with “${text}” always ask.`, () =>
      this.changeDenied((texts) => [...texts, text]),
    )
  }

  editDenied(from: string, to: string): Promise<boolean> {
    return this.act(`Changed “${from}” to “${to}”.`, () =>
      this.changeDenied((texts) =>
        texts.includes(from) ? texts.map((text) => (text === from ? to : text)) : [...texts, to],
      ),
    )
  }

  removeDenied(text: string): Promise<boolean> {
    return this.act(`Commands with “${text}” no longer always ask.`, () =>
      this.changeDenied((texts) => texts.filter((each) => each !== text)),
    )
  }

  setGuard(on: boolean): Promise<boolean> {
    return this.act(`Switched the command guard ${on ? 'on' : 'off'}.`, async () => {
      await this.bridge.Settings.Set(guard, JSON.stringify(on))
      return () => this.bridge.Settings.Set(guard, JSON.stringify(!on))
    })
  }

  imports(): Promise<readonly TrustImport[]> {
    return this.bridge.Trust.Imports()
  }

  /** Takes patterns and denied texts over, as one step. */
  import({ patterns, denied }: Taken): Promise<boolean> {
    return this.act(`Imported ${count(patterns.length + denied.length, 'entry', 'entries')}.`, async () => {
      const fresh = patterns.filter((pattern) => !this.has({ pattern, scope: 'always', sessionId: '' }))
      const before = await this.readDenied()
      const added = denied.filter((text) => !before.includes(text))
      await this.bridge.Trust.Import({ patterns: [...patterns], denied: [...denied] })
      return async () => {
        for (const pattern of fresh) {
          await this.bridge.Trust.Remove({ pattern, scope: 'always', sessionId: '' })
        }
        if (added.length > 0)
          await this.changeDenied((texts) => texts.filter((text) => !added.includes(text)))
      }
    })
  }

  /** Undoes a step, the last one when none is named. */
  undo(step = this.last): Promise<boolean> {
    if (!step) return Promise.resolve(false)
    return this.inTurn(async () => {
      if (!this.steps.includes(step)) return
      await step.undo()
      this.steps = withoutStep(this.steps, step)
      this.said = `Undone: ${step.said}`
    })
  }

  /** Ends when what was asked for has been done. */
  async settled(): Promise<void> {
    await this.acts
  }

  dismiss(): void {
    this.said = ''
  }

  /** Does something and keeps how to undo it. */
  private act(
    said: string,
    run: () => Promise<() => Promise<void>>,
    trustsAll?: TrustScope,
  ): Promise<boolean> {
    return this.inTurn(async () => {
      const undo = await run()
      this.steps = withStep(this.steps, { said, trustsAll, undo })
      this.said = said
    })
  }

  /** Runs after what runs already, and shows what came of it. */
  private inTurn(run: () => Promise<void>): Promise<boolean> {
    const done = this.acts.then(async () => {
      try {
        await run()
        this.trouble = undefined
        return true
      } catch (cause) {
        this.trouble = toFailure(cause)
        return false
      } finally {
        await this.load()
      }
    })
    this.acts = done
    return done
  }

  private placeOf(entry: TrustEntry): number {
    const siblings = this.commands.filter(
      ({ scope, sessionId }) => scope === entry.scope && sessionId === entry.sessionId,
    )
    return siblings.findIndex(({ pattern }) => pattern === entry.pattern)
  }

  /** Asked for again each time: nothing that was added elsewhere may get lost. */
  private async readDenied(): Promise<string[]> {
    const { denied } = await this.bridge.Trust.State()
    return denied.filter((each) => !each.folder).map((each) => each.text)
  }

  private async changeDenied(
    change: (texts: readonly string[]) => readonly string[],
  ): Promise<() => Promise<void>> {
    const before = await this.readDenied()
    const after = change(before)
    await this.bridge.Settings.Set(denylist, JSON.stringify(after))
    return async () => {
      const now = await this.readDenied()
      const unchanged = JSON.stringify(now) === JSON.stringify(after)
      const added = after.filter((text) => !before.includes(text))
      const taken = before.filter((text) => !after.includes(text))
      const back = unchanged ? before : [...now.filter((text) => !added.includes(text)), ...taken]
      await this.bridge.Settings.Set(denylist, JSON.stringify(back))
    }
  }
}

/** keepRows keeps the rows that say the same as before, so that only the others are drawn again. */
function keepRows(before: TrustState | undefined, after: TrustState): TrustState {
  const known = new Map(before?.commands.map((command) => [JSON.stringify(command), command]))
  return { ...after, commands: after.commands.map((each) => known.get(JSON.stringify(each)) ?? each) }
}

/** plain is an entry without what else a row of the list knows. */
function plain({ pattern, scope, sessionId }: TrustEntry): TrustEntry {
  return { pattern, scope, sessionId }
}
