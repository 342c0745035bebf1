import {
  toFailure,
  type AccessItem,
  type AccessState,
  type Bridge,
  type Disposable,
  type Failure,
} from '../../bridge'
import type { WindowHost } from '../../ui/host'
import { looksSecret, networkQuestion, secretQuestion, switched } from './wording'

/** Milliseconds in which reasons to look again are gathered. */
const gathering = 150

/**
 * AccessStore is the page's copy of what the agent can reach. Go looks each time
 * it is asked, so the store asks again whenever something may have changed: the
 * settings, the trust in the folder, or whatever happened in other windows.
 */
export class AccessStore implements Disposable {
  state = $state.raw<AccessState | undefined>(undefined)
  failure = $state.raw<Failure | undefined>(undefined)
  /** why the last switch changed nothing */
  trouble = $state.raw<Failure | undefined>(undefined)
  busy = $state(false)
  /** what was switched last, as a sentence; empty when that is dismissed */
  said = $state('')
  /** the switches that are being thrown, by their targets */
  switching = $state.raw<readonly string[]>([])

  private back = $state.raw<(() => Promise<boolean>) | undefined>(undefined)
  private asked = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private subscriptions: Disposable[] = []
  private readonly bridge: Bridge

  constructor(private readonly host: WindowHost) {
    this.bridge = host.bridge
  }

  /** Looks now, and again when something has changed, for as long as it is looked at. */
  follow(): void {
    const again = (): void => this.gather()
    window.addEventListener('focus', again)
    this.subscriptions = [
      this.bridge.on('settings', again),
      this.bridge.on('trust', again),
      { dispose: () => window.removeEventListener('focus', again) },
    ]
    void this.refresh()
  }

  /** Ends what follow began. */
  dispose(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    for (const each of this.subscriptions.splice(0)) each.dispose()
  }

  async refresh(): Promise<void> {
    const number = ++this.asked
    this.busy = true
    try {
      const state = await this.bridge.Access.State()
      if (number !== this.asked) return
      this.state = state
      this.failure = undefined
    } catch (cause) {
      if (number !== this.asked) return
      this.failure = toFailure(cause)
    }
    this.busy = false
  }

  /** Throws the switch of an item, after a question where it lets more through. */
  async turn(item: AccessItem, on: boolean): Promise<void> {
    if (on && !(await this.agrees(item))) return
    if (!(await this.set(item, on))) return
    this.said = switched(item, on)
    this.back = () => this.set(item, !on)
  }

  /** What was switched last can be switched back. */
  get undoable(): boolean {
    return this.back !== undefined
  }

  async undo(): Promise<void> {
    const { back } = this
    if (back && (await back())) this.dismiss()
  }

  dismiss(): void {
    this.said = ''
    this.back = undefined
  }

  dismissTrouble(): void {
    this.trouble = undefined
  }

  private async agrees({ name, change }: AccessItem): Promise<boolean> {
    if (change.kind === 'network') return this.host.confirm(networkQuestion)
    const variable = change.target || name
    return looksSecret(variable) ? this.host.confirm(secretQuestion(variable)) : true
  }

  private async set({ name, change }: AccessItem, on: boolean): Promise<boolean> {
    const target = change.target || name
    this.trouble = undefined
    this.switching = [...this.switching, target]
    let done = true
    try {
      if (change.kind === 'network') await this.bridge.Access.SetNetwork(on)
      else await this.bridge.Access.SetVariable(target, on)
    } catch (cause) {
      this.trouble = toFailure(cause)
      done = false
    }
    await this.refresh()
    this.switching = this.switching.filter((each) => each !== target)
    return done
  }

  /** Looks again in a moment, once for all that asks for it. */
  gather(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined
      void this.refresh()
    }, gathering)
  }
}
