import { mount, unmount } from 'svelte'
import type { WindowHost } from '../../ui/host'
import { takeOver } from './acts'
import ImportDialog from './ImportDialog.svelte'
import type { Taken, TrustStore } from './store.svelte'

/** Lets a person choose from what other editors trust, and takes it over. */
export async function importFromOthers(host: WindowHost, store: TrustStore): Promise<void> {
  const wanted = await host.openModal<Taken>('Import trusted commands', (target, close) => {
    const dialog = mount(ImportDialog, { target, props: { store, close } })
    return { dispose: () => void unmount(dialog) }
  })
  // The dialog is gone by now: what is asked further must not stand behind it.
  if (wanted) await takeOver(host, store, wanted)
}
