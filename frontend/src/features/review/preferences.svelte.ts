import type { Bridge } from '../../bridge'

export type Grouping = 'turn' | 'folder'
export type RevertScope = 'turn' | 'session'

const groupingKey = 'keel.review.grouping'
const scopeKey = 'keel.review.revertScope'

/** Preferences is what a person chose last, in all windows and over a restart. */
export class Preferences {
  grouping = $state<Grouping>('turn')
  /** what "Revert all changes" takes back */
  scope = $state<RevertScope>('turn')

  constructor(private readonly bridge: Bridge) {}

  async load(): Promise<void> {
    try {
      const stored = await this.bridge.Storage.Load('application')
      if (stored[groupingKey] === 'folder') this.grouping = 'folder'
      if (stored[scopeKey] === 'session') this.scope = 'session'
    } catch {
      // What was chosen last is a convenience; the first of each does as well.
    }
  }

  setGrouping(grouping: Grouping): void {
    this.grouping = grouping
    this.keep(groupingKey, grouping)
  }

  setScope(scope: RevertScope): void {
    this.scope = scope
    this.keep(scopeKey, scope)
  }

  private keep(key: string, value: string): void {
    this.bridge.Storage.Update({ scope: 'application', set: { [key]: value }, delete: [] }).catch(
      () => undefined,
    )
  }
}
