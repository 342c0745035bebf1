import { mount, unmount } from 'svelte'
import type { WindowHost } from '../../ui/host'
import type { AboutDocument } from './documents'

export type { AboutDocument } from './documents'

/** showAbout shows which Keel this is, and what it is made of; `open` shows one of its texts. */
export async function showAbout(
  host: Pick<WindowHost, 'bridge' | 'openModal'>,
  workbench: string,
  open: (name: string, text: string) => Promise<void>,
): Promise<void> {
  const [about, { default: AboutDialog }, { loadDocument, missing }] = await Promise.all([
    host.bridge.Window.About(),
    import('./AboutDialog.svelte'),
    import('./documents'),
  ])
  const chosen = await host.openModal<AboutDocument>('About Keel', (target, close) => {
    const dialog = mount(AboutDialog, { target, props: { about, workbench, close } })
    return { dispose: () => void unmount(dialog) }
  })
  if (!chosen) return
  const text = chosen.address
    ? await loadDocument(chosen.address)
    : (await import('../../../../LICENSE?raw')).default
  await open(chosen.name, text ?? missing)
}
