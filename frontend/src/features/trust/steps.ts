import type { TrustScope } from '../../bridge'

/** Step is something that was done and can be undone. */
export interface Step {
  /** what was done, as a sentence */
  readonly said: string
  /** where undoing it would trust every command, which is asked once more */
  readonly trustsAll: TrustScope | undefined
  undo(): Promise<void>
}

/** How many steps back are kept. */
const most = 100

/** withStep adds a step at the end; the oldest go. */
export function withStep(steps: readonly Step[], step: Step): readonly Step[] {
  return [...steps, step].slice(-most)
}

/** withoutStep takes a step out, wherever it stands. */
export function withoutStep(steps: readonly Step[], step: Step): readonly Step[] {
  return steps.filter((each) => each !== step)
}
