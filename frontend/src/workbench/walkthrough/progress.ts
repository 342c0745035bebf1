import type { Bridge } from '../../bridge'

/** As much of it as is kept: what has not been touched for longest goes first. */
const mostKept = 100

/** Where Go keeps it, for all windows. */
const key = 'keel.walkthroughs.done'

/** Kept is where a text is kept from one start to the next. Other windows write it, too. */
export interface Kept {
  read(): Promise<string>
  write(text: string): Promise<void>
}

/** keptBy asks Go each time: the workbench's own storage does not learn what other windows wrote. */
export function keptBy({ Storage }: Pick<Bridge, 'Storage'>): Kept {
  return {
    read: async () => (await Storage.Load('profile'))[key] ?? '',
    write: (text) => Storage.Update({ scope: 'profile', set: { [key]: text }, delete: [] }),
  }
}

interface Mark {
  readonly walkthrough: string
  readonly step: string
  readonly done: boolean
}

type Done = Map<string, ReadonlySet<string>>

/**
 * Progress is which steps are done, of each walkthrough. It outlives the window and the
 * extension. What is marked here goes into what is kept by then, so that windows do not
 * take back what others have marked.
 */
export class Progress {
  /** marks that are not kept yet, in their order */
  private readonly waiting: Mark[] = []
  private writing: Promise<void> = Promise.resolve()

  private constructor(
    private readonly kept: Kept,
    private done: Done,
  ) {}

  /** Where nothing can be read, nothing is done. */
  static async load(kept: Kept): Promise<Progress> {
    return new Progress(kept, read(await kept.read().catch(() => '')))
  }

  of(walkthrough: string): ReadonlySet<string> {
    return this.done.get(walkthrough) ?? new Set()
  }

  /** Says whether anything has changed by it. */
  mark(walkthrough: string, step: string, done: boolean): boolean {
    const mark = { walkthrough, step, done }
    if (!take(this.done, mark)) return false
    this.waiting.push(mark)
    this.writing = this.writing.then(() => this.write())
    return true
  }

  /** Resolves once everything marked so far was tried to be kept. */
  settled(): Promise<void> {
    return this.writing
  }

  /** What cannot be written now is written with the next mark. */
  private async write(): Promise<void> {
    const marks = [...this.waiting]
    if (marks.length === 0) return
    try {
      const done = read(await this.kept.read())
      for (const mark of marks) take(done, mark)
      await this.kept.write(JSON.stringify([...done].map(([id, steps]) => [id, [...steps]])))
      this.waiting.splice(0, marks.length)
      for (const mark of this.waiting) take(done, mark)
      this.done = done
    } catch (cause) {
      console.error('keeping which steps of walkthroughs are done', cause)
    }
  }
}

/** Says whether anything has changed by it. What was touched last stands last. */
function take(all: Done, { walkthrough, step, done }: Mark): boolean {
  const before = all.get(walkthrough) ?? new Set()
  if (before.has(step) === done) return false
  const now = new Set(before)
  if (done) now.add(step)
  else now.delete(step)
  all.delete(walkthrough)
  if (now.size > 0) all.set(walkthrough, now)
  for (const oldest of [...all.keys()].slice(0, -mostKept)) all.delete(oldest)
  return true
}

function read(text: string): Done {
  const done: Done = new Map()
  for (const each of parsed(text)) {
    if (!Array.isArray(each)) continue
    const [id, steps] = each as unknown[]
    if (typeof id !== 'string' || !Array.isArray(steps)) continue
    done.set(id, new Set(steps.filter((step) => typeof step === 'string')))
  }
  return done
}

function parsed(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text || '[]')
    return Array.isArray(value) ? (value as unknown[]) : []
  } catch {
    return []
  }
}
