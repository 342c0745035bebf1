import { toFailure, type CheckpointActivity, type CheckpointWork, type Disposable } from '../../bridge'
import type { CheckpointHost } from './host'
import { complain } from './restore'
import { workStatus } from './wording'

const statusId = 'keel.checkpoints'

/** The id of the command that the status bar's entry runs. */
export const stopReadingId = 'keel.stopFirstCapture'

/** True while the folder is read for the first time. */
export const readingKey = 'keel.firstCapture'

/** The works in the order of what a person would rather know of. */
const order = ['restoring', 'first-capture', 'capturing', 'tidying', 'verifying']

/** Milliseconds that a work must last to be shown: what is over at once only flickers. */
const patience = (work: string): number => (work === 'first-capture' ? 250 : 1000)

/** Milliseconds without news of a work after which it is asked whether it still goes on. */
const silence = 3000

/**
 * ActivityStatus shows what the checkpoint store is at in the status bar, and its
 * notices as toasts, each once. Each event holds the whole state.
 */
export class ActivityStatus implements Disposable {
  private seq = -1
  private works: readonly CheckpointWork[] = []
  private readonly since = new Map<string, number>()
  private readonly told = new Set<number>()
  private readonly events: Disposable
  private timer: ReturnType<typeof setTimeout> | undefined
  private heard = Date.now()

  constructor(private readonly host: CheckpointHost) {
    this.events = host.bridge.on('checkpoints', (state) => this.take(state))
    void this.askAgain()
  }

  dispose(): void {
    clearTimeout(this.timer)
    this.events.dispose()
    this.host.showStatus(statusId, undefined)
  }

  /** The state can be asked for at any time; an event with the end of a work may be missed. */
  private async askAgain(): Promise<void> {
    try {
      this.take(await this.host.bridge.Checkpoints.Activity())
    } catch (cause) {
      if (toFailure(cause).code !== 'no_workspace') complain(this.host, cause)
    }
  }

  private take(state: CheckpointActivity): void {
    if (state.seq < this.seq) return
    this.seq = state.seq
    this.works = state.works
    this.heard = Date.now()
    for (const work of this.since.keys()) {
      if (!state.works.some((each) => each.work === work)) this.since.delete(work)
    }
    for (const { work } of state.works) if (!this.since.has(work)) this.since.set(work, Date.now())
    this.host.setContext(readingKey, this.since.has('first-capture'))
    this.show()
    for (const { id, kind, text } of state.notices) {
      if (this.told.has(id)) continue
      this.told.add(id)
      if (kind === 'damaged') this.host.notify.error(text)
      else if (kind === 'recovered') this.host.notify.info(text)
      else this.host.notify.warn(text)
      // What was not noted as seen would only be told again after a reload.
      this.host.bridge.Checkpoints.Seen(id).catch(() => undefined)
    }
  }

  private show(): void {
    clearTimeout(this.timer)
    const now = Date.now()
    const shown = this.works
      .filter(({ work }) => now - (this.since.get(work) ?? now) >= patience(work))
      .sort((a, b) => order.indexOf(a.work) - order.indexOf(b.work))[0]
    this.host.showStatus(statusId, shown && workStatus(shown, stopReadingId))
    if (this.works.length === 0) return
    const wait = this.works.map(({ work }) => (this.since.get(work) ?? now) + patience(work) - now)
    const next = Math.min(...wait.filter((each) => each > 0), this.heard + silence - now)
    this.timer = setTimeout(() => this.later(), Math.max(10, next))
  }

  private later(): void {
    if (Date.now() - this.heard >= silence) {
      this.heard = Date.now()
      void this.askAgain()
    }
    this.show()
  }
}

/** Asks what stopping the first reading means, and stops it. */
export async function stopReading(host: CheckpointHost): Promise<void> {
  const stop = await host.pick(
    [
      {
        label: 'Go on',
        detail: 'You can work meanwhile; the agent’s first change need not wait for it later.',
        value: false,
      },
      {
        label: 'Stop',
        detail: 'The rest is read when the agent first changes something; that step then waits.',
        value: true,
      },
    ],
    {
      title: 'Saving the starting point',
      placeholder: 'Keel reads this folder once, so that every change can be taken back',
    },
  )
  if (stop) await host.bridge.Checkpoints.StopReading()
}
