import type { Disposable } from '../../bridge'

/** Walkthrough is what an extension shows of itself, step by step. Its texts are the extension's. */
export interface Walkthrough {
  /** publisher.name#id */
  readonly id: string
  /** undefined for Keel's own */
  readonly extension: { readonly id: string; readonly name: string } | undefined
  readonly title: string
  readonly description: string
  readonly steps: readonly Step[]
}

export interface Step {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly media: Media
  /**
   * More of the description, which is looked for when the step is opened, and again when
   * the person asks for it. Only Keel's own steps have such.
   */
  readonly found?: (() => Promise<string>) | undefined
}

/** Kinds of themes, for which an extension may have pictures of their own. */
export type Look = 'dark' | 'light' | 'hc' | 'hcLight'

/** What stands beside a step; where it is nothing, or cannot be shown, its words do. */
export interface Media {
  readonly pictures?: Readonly<Record<Look, string>>
  /** the address of Markdown */
  readonly text?: string
  readonly words: string
}

/** What a walkthrough says has happened, so that a step is done. */
export type StepEvent = { kind: 'selected'; step: string } | { kind: 'link'; address: string }

/** Nothing is done yet. */
export const noSteps: ReadonlySet<string> = new Set()

/** WalkthroughSource is where walkthroughs come from, and what they do. */
export interface WalkthroughSource {
  /** The walkthroughs, and of them the steps, whose conditions hold. */
  list(): Promise<readonly Walkthrough[]>
  /** The one to show. A step is named where it is to be open; restored is one of the time before. */
  wanted(): { readonly id: string; readonly step?: string; readonly restored?: boolean } | undefined
  /** Tells of changes of the list, of what is wanted, done or worn. */
  onChange(listener: () => void): Disposable
  look(): Look
  done(id: string): ReadonlySet<string>
  mark(id: string, step: string, done: boolean): void
  /** It is before the person. */
  opened(walkthrough: Walkthrough): void
  happened(walkthrough: Walkthrough, event: StepEvent): void
  /** Why a button does not run a command; undefined where it does. */
  refusal(walkthrough: Walkthrough, command: string, args: readonly unknown[]): string | undefined
  /** Throws where it is refused. */
  run(walkthrough: Walkthrough, command: string, args: readonly unknown[]): Promise<void>
  /** Opens an address outside, after it was shown whole. */
  openAddress(address: string): Promise<void>
  /** Lets the person choose another walkthrough. */
  choose(): Promise<void>
  /** Closes the page. */
  close(): Promise<void>
}
