import type { Bridge } from '../../bridge'

const key = 'keel.reference.termsSaid'

/** Terms says once, ever, who answers for what is fetched from a site. */
export class Terms {
  /** it stands there now */
  shown = $state(false)
  private asked = false

  constructor(private readonly bridge: Pick<Bridge, 'Storage'>) {}

  /** A message points at the web: the line is shown when it never was. */
  async needed(): Promise<void> {
    if (this.asked) return
    this.asked = true
    try {
      const stored = await this.bridge.Storage.Load('application')
      if (stored[key] !== undefined) return
      this.shown = true
      await this.bridge.Storage.Update({ scope: 'application', set: { [key]: 'true' }, delete: [] })
    } catch {
      // It is said once more at the next start: rather twice than never.
    }
  }

  dismiss(): void {
    this.shown = false
  }
}
