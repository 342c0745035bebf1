import type {
  Bridge,
  Extension,
  ExtensionKind,
  ExtensionPlan,
  ExtensionPlanRequest,
  ExtensionProgress,
} from '../../bridge'
import { Failure } from '../../bridge'

/** Shows a plan, and resolves with whether the person wants all of it. */
export type PlanAsker = (plan: ExtensionPlan) => Promise<boolean>

/** Told how far an installation is. */
export type ProgressListener = (progress: ExtensionProgress) => void

/**
 * Plans are what the person has agreed to install. Nothing is installed outside
 * of one: Go refuses what no agreed plan holds, whatever the page asks for.
 */
export class Plans {
  /** "publisher.name@version" in lower case, and the plan that holds it. */
  private readonly agreed = new Map<string, string>()
  /** Plans that were agreed to elsewhere, by what was asked for; each counts once. */
  private readonly taken = new Map<string, ExtensionPlan>()
  private asking: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly bridge: Pick<Bridge, 'Extensions' | 'on'>,
    private readonly ask: PlanAsker,
  ) {}

  /** Takes in a plan that the person has agreed to elsewhere: it is not asked about again. */
  async take(plan: ExtensionPlan): Promise<void> {
    await this.agreeTo(plan)
    const [asked] = plan.items
    if (asked) this.taken.set(key(asked.id, asked.version), plan)
  }

  /** One question at a time; undefined when the person does not want it. */
  agree(request: ExtensionPlanRequest): Promise<ExtensionPlan | undefined> {
    const turn = this.asking.then(() => this.askAbout(request))
    this.asking = turn.catch(() => undefined)
    return turn
  }

  private async askAbout(request: ExtensionPlanRequest): Promise<ExtensionPlan | undefined> {
    const taken = this.taken.get(key(request.id, request.version))
    if (taken && this.taken.delete(key(request.id, request.version))) return taken
    const plan = await this.bridge.Extensions.Plan(request)
    const { installed } = await this.bridge.Extensions.State()
    const known = request.update && isExpected(plan, installed)
    if (!known && !(await this.ask(plan))) return undefined
    const [asked] = plan.items
    // It has been said why, and that is all that can be done.
    if (!asked || plan.items.some(({ why, refused }) => why === 'asked' && refused)) return undefined
    await this.agreeTo(plan)
    return plan
  }

  private async agreeTo(plan: ExtensionPlan): Promise<void> {
    await this.bridge.Extensions.Agree(plan.id)
    for (const item of plan.items) {
      if (!item.refused) this.agreed.set(key(item.id, item.version), plan.id)
    }
  }

  /**
   * Installs what a plan holds, and resolves with it once it is there whole.
   * Told to stop, it ends as cancelled.
   */
  async install(
    id: string,
    version: string,
    metadata: string,
    onProgress: ProgressListener,
    signal: AbortSignal,
  ): Promise<Extension> {
    const planId = this.agreed.get(key(id, version))
    if (planId === undefined) {
      throw new Failure(
        'not_allowed',
        `${id} ${version} is not part of what was agreed to.`,
        'Nothing was installed. Install it by itself to be asked about it.',
      )
    }
    const job = new Job(this.bridge, onProgress)
    const listening = new AbortController()
    try {
      signal.throwIfAborted()
      const jobId = await this.bridge.Extensions.Install({ planId, id, version, metadata })
      const cancel = () => void this.bridge.Extensions.CancelInstall(jobId).catch(() => undefined)
      signal.addEventListener('abort', cancel, { signal: listening.signal })
      if (signal.aborted) cancel()
      await job.ended(jobId)
    } finally {
      listening.abort()
      job.dispose()
    }
    this.agreed.delete(key(id, version))
    return await this.installed(id)
  }

  /** installed finds what is installed; it fails when it is not. */
  async installed(id: string): Promise<Extension> {
    const { installed } = await this.bridge.Extensions.State()
    const found = installed.find((each) => each.id.toLowerCase() === id.toLowerCase())
    if (found) return found
    throw new Failure(
      'not_found',
      `${id} is not installed.`,
      'Reload the window to see what is, and install it again if it is missing.',
    )
  }
}

/** Job hears how an installation goes on; what it heard before its id was known counts too. */
class Job {
  private readonly heard = new Map<string, ExtensionProgress>()
  private waiting: { id: string; end: (last: ExtensionProgress) => void } | undefined
  private readonly listener

  constructor(bridge: Pick<Bridge, 'on'>, onProgress: ProgressListener) {
    this.listener = bridge.on('extension', (progress) => {
      if (!this.waiting || this.waiting.id === progress.jobId) onProgress(progress)
      if (!progress.ended) return
      this.heard.set(progress.jobId, progress)
      if (this.waiting?.id === progress.jobId) this.waiting.end(progress)
    })
  }

  async ended(id: string): Promise<void> {
    const last =
      this.heard.get(id) ??
      (await new Promise<ExtensionProgress>((end) => {
        this.waiting = { id, end }
      }))
    if (last.phase === 'cancelled') throw new Failure('cancelled', 'The installation was cancelled.', '')
    if (last.error) throw new Failure(last.error.code, last.error.message, last.error.hint)
  }

  dispose(): void {
    this.listener.dispose()
  }
}

/** An update brings what is expected: nothing new, from nobody new, and code only where code was. */
function isExpected(plan: ExtensionPlan, installed: readonly Extension[]): boolean {
  const kinds = new Map(installed.map(({ id, kind }): [string, ExtensionKind] => [id.toLowerCase(), kind]))
  return plan.items.every((item) => {
    const kind = kinds.get(item.id.toLowerCase())
    const sameCode = item.kind === kind || item.kind === 'declarative'
    return kind !== undefined && sameCode && !item.newPublisher && !item.refused
  })
}

function key(id: string, version: string): string {
  return `${id}@${version}`.toLowerCase()
}
