import type {
  IProgress,
  IProgressStep,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/progress/common/progress'
import type { ExtensionProgress } from '../../bridge'
import { size } from '../../lib/format'

type Reporter = (progress: ExtensionProgress) => void
export type Work<T> = (report: Reporter, signal: AbortSignal) => Promise<T>

/** Shorter work needs no notification: the view says that it goes on. */
const patience = 700

/** Shows something as a notification until it has ended. */
export type Notice = (
  title: string,
  until: (report: IProgress<IProgressStep>) => Promise<void>,
  cancel: () => void,
) => void

/**
 * Installations are shown together: what begins within a moment, as the twenty
 * of a pack do, has one notification, which ends all of it.
 */
export class Installations {
  private batch: Batch | undefined

  constructor(private readonly notice: Notice) {}

  async run<T>(name: string, work: Work<T>): Promise<T> {
    const batch = (this.batch ??= this.begin())
    return batch.run(name, work)
  }

  private begin(): Batch {
    const batch = new Batch()
    setTimeout(() => {
      // What begins from now on is not what the title says.
      this.batch = undefined
      if (!batch.isOver())
        this.notice(
          batch.title(),
          (report) => batch.shown(report),
          () => batch.cancel(),
        )
    }, patience)
    return batch
  }
}

/** What is installed at the same time. */
class Batch {
  private readonly names: string[] = []
  private readonly stop = new AbortController()
  private done = 0
  private part = 0
  private report: IProgress<IProgressStep> | undefined
  private end: () => void = () => undefined

  async run<T>(name: string, work: Work<T>): Promise<T> {
    this.names.push(name)
    try {
      return await work((now) => this.tell(name, now), this.stop.signal)
    } finally {
      this.done++
      if (this.isOver()) this.end()
    }
  }

  isOver(): boolean {
    return this.done === this.names.length
  }

  title(): string {
    const [first = ''] = this.names
    return this.names.length === 1 ? `Installing ${first}` : `Installing ${this.names.length} extensions`
  }

  shown(report: IProgress<IProgressStep>): Promise<void> {
    this.report = report
    if (this.isOver()) return Promise.resolve()
    return new Promise((end) => {
      this.end = end
    })
  }

  cancel(): void {
    this.stop.abort()
  }

  private tell(name: string, now: ExtensionProgress): void {
    const all = this.names.length
    const its = now.phase === 'downloading' && now.total > 0 ? now.done / now.total : 0
    const part = Math.max(this.part, (100 * (this.done + its)) / all)
    const message = all === 1 ? phase(now) : many(this.done, name, phase(now))
    this.report?.report({ message, increment: part - this.part, total: 100 })
    if (this.report) this.part = part
  }
}

function many(done: number, name: string, what: string): string {
  return [`${done} done`, what && `${name}: ${what}`].filter(Boolean).join('; ')
}

/** phase says in a few words what is being done. */
export function phase({ phase: now, done, total }: ExtensionProgress): string {
  switch (now) {
    case 'downloading':
      return total > 0 ? `downloading, ${size(done)} of ${size(total)}` : `downloading, ${size(done)}`
    case 'checking':
      return 'checking that it is what the registry promised'
    case 'extracting':
      return 'unpacking'
    default:
      return ''
  }
}
