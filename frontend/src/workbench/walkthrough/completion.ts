import type { StepEvent } from '../../features/walkthrough'

/** One step with what completes it, in VS Code's words: "onCommand:tour.start". */
export interface Completing {
  readonly walkthrough: string
  readonly step: string
  readonly events: readonly string[]
}

/** The steps that something completes, such as "onCommand:tour.start". */
export function completedBy(steps: readonly Completing[], event: string): readonly Completing[] {
  return steps.filter(({ events }) => events.includes(event))
}

/** What stands behind the name of an event, as the settings behind "onSettingChanged", each once. */
export function namedBy(steps: readonly Completing[], event: string): readonly string[] {
  const beginning = `${event}:`
  const all = steps.flatMap(({ events }) => events.filter((each) => each.startsWith(beginning)))
  return [...new Set(all.map((each) => each.slice(beginning.length)))]
}

/** Whether what a walkthrough tells of itself completes one of its steps. */
export function isCompletedBy({ step, events }: Completing, event: StepEvent): boolean {
  if (event.kind === 'selected')
    return event.step === step && events.some((each) => /^(?:onS|s)tepSelected$/.test(each))
  const links = namedBy([{ walkthrough: '', step, events }], 'onLink')
  return links.some((link) => URL.canParse(link) && new URL(link).href === event.address)
}
