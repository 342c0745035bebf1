import { mount, unmount } from 'svelte'
import type { RestorePlan } from '../../bridge'
import type { CheckpointHost } from './host'
import RestorePreview from './RestorePreview.svelte'
import type { Wording } from './wording'

/** Shows in a dialog what a restore would do; undefined when it is not wanted. */
export function askRestore(
  host: CheckpointHost,
  plan: RestorePlan,
  wording: Wording,
): Promise<{ merge: boolean } | undefined> {
  return host.openModal<{ merge: boolean }>(wording.title, (target, close) => {
    const component = mount(RestorePreview, {
      target,
      props: {
        plan,
        wording,
        working: false,
        modal: true,
        onrestore: (merge: boolean) => close({ merge }),
        oncancel: () => close(),
      },
    })
    return { dispose: () => void unmount(component) }
  })
}
