import { mount, unmount } from 'svelte'
import type { WindowHost } from '../../ui/host'
import type { AboutDocument } from './documents'

export type { AboutDocument } from './documents'

/** The command that shows which connections Keel makes. */
export const showWhatIsSent = 'keel.showWhatIsSent'

/** Shows a text that cannot be changed. */
type Open = (name: string, text: string) => Promise<void>

/** showAbout shows which Keel this is, and what it is made of; `open` shows one of its texts. */
export async function showAbout(
  host: Pick<WindowHost, 'bridge' | 'openModal'>,
  workbench: string,
  open: Open,
): Promise<void> {
  const [about, { default: AboutDialog }] = await Promise.all([
    host.bridge.Window.About(),
    import('./AboutDialog.svelte'),
  ])
  const chosen = await host.openModal<AboutDocument>('About Keel', (target, close) => {
    const dialog = mount(AboutDialog, { target, props: { about, workbench, close } })
    return { dispose: () => void unmount(dialog) }
  })
  if (chosen) await show(chosen, open)
}

/** openWhatIsSent shows which connections Keel makes, when, and how to be without. */
export async function openWhatIsSent(open: Open): Promise<void> {
  await show((await import('./documents')).whatIsSent, open)
}

async function show({ name, load }: AboutDocument, open: Open): Promise<void> {
  const { missing } = await import('./documents')
  await open(name, (await load()) ?? missing)
}
