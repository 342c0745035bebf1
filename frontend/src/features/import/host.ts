import type { ExtensionPlan } from '../../bridge'
import type { WindowHost } from '../../ui/host'

/** ImportHost is what the import needs of the window. */
export interface ImportHost extends WindowHost {
  /** Installs all of a plan, which the person has just agreed to on the page. */
  installExtensions(plan: ExtensionPlan): Promise<void>
}
