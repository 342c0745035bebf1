import { mount, unmount } from 'svelte'
import type { ExtensionPlan } from '../../bridge'
import type { WindowHost } from '../../ui/host'
import PlanDialog from './PlanDialog.svelte'
import { title } from './wording'

export { drawReadme } from './readme'
export { powers } from './wording'

/** askAboutPlan shows everything that would be installed, and resolves with whether the person wants it. */
export async function askAboutPlan(
  host: Pick<WindowHost, 'openModal'>,
  plan: ExtensionPlan,
): Promise<boolean> {
  const agreed = await host.openModal<true>(title(plan), (target, close) => {
    const dialog = mount(PlanDialog, { target, props: { plan, close } })
    return { dispose: () => void unmount(dialog) }
  })
  return agreed ?? false
}
