/** As much of it as is kept: what has not been touched for longest goes first. */
const mostKept = 100

/** Kept is where a text is kept from one start to the next. */
export interface Kept {
  read(): string
  write(text: string): void
}

/** Progress is which steps are done, of each walkthrough. It outlives the window and the extension. */
export class Progress {
  private readonly done: Map<string, ReadonlySet<string>>

  constructor(private readonly kept: Kept) {
    this.done = read(kept.read())
  }

  of(walkthrough: string): ReadonlySet<string> {
    return this.done.get(walkthrough) ?? new Set()
  }

  /** Says whether anything has changed by it. */
  mark(walkthrough: string, step: string, isDone: boolean): boolean {
    const before = this.of(walkthrough)
    if (before.has(step) === isDone) return false
    const now = new Set(before)
    if (isDone) now.add(step)
    else now.delete(step)
    this.done.delete(walkthrough)
    if (now.size > 0) this.done.set(walkthrough, now)
    for (const oldest of [...this.done.keys()].slice(0, -mostKept)) this.done.delete(oldest)
    this.kept.write(JSON.stringify([...this.done].map(([id, steps]) => [id, [...steps]])))
    return true
  }
}

function read(text: string): Map<string, ReadonlySet<string>> {
  const done = new Map<string, ReadonlySet<string>>()
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
