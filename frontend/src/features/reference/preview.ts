import { mount, unmount } from 'svelte'
import type { SessionContent, SessionReference } from '../../bridge'
import type { WindowHost } from '../../ui/host'
import { plainVisible } from '../../lib/visible'
import Preview from './Preview.svelte'

/** Looking is how the preview of an unsent reference gets at what it would hold. */
export interface Looking {
  /** `again` fetches an address anew */
  look(again: boolean): Promise<SessionContent>
  cancel(): void
}

/**
 * Shows what the model reads of a reference. Without `looking` it is that of a message
 * which was sent: only what stands in it is shown, and nothing is read or fetched.
 */
export async function openPreview(
  host: Pick<WindowHost, 'openModal'>,
  reference: SessionReference,
  known: SessionContent | undefined,
  looking?: Looking,
): Promise<void> {
  await host.openModal<void>(`Preview of ${plainVisible(reference.name)}`, (target, close) => {
    const drawn = mount(Preview, {
      target,
      props: { reference, content: known, looking, close: () => close() },
    })
    return { dispose: () => void unmount(drawn) }
  })
}
