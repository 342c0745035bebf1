import type { Disposable, UpdatesState } from '../../bridge'
import type { UpdateHost } from './host'

export const updatePage = 'keel.update'

/** Milliseconds after the start until it is asked whether Keel may look by itself: its first use goes first. */
const quiet = 60_000

/**
 * startUpdates adds the page about a newer version, which is loaded when it is first
 * looked at, and the command that looks for one. What the daily look finds, or does
 * not believe, is told once, and whether there may be such a look is asked once.
 */
export function startUpdates(host: UpdateHost, after = quiet): Disposable {
  const { bridge, notify } = host
  const page = host.registerPage({ id: updatePage, title: 'Keel Update', icon: 'cloud-download', render })
  const command = host.registerCommand({
    id: 'keel.checkForUpdates',
    title: 'Keel: Check for Updates',
    run: async () => {
      await host.openPage(updatePage)
      await bridge.Updates.Check()
    },
  })
  const tell = async ({ kind, daily, version, message, hint }: UpdatesState): Promise<void> => {
    if (!daily || (kind !== 'offered' && !message) || !(await bridge.Updates.MayTell())) return
    const show = (label: string) => [{ label, run: () => host.openPage(updatePage) }]
    if (message) notify.warn([message, hint].join(' '), show('Show Keel Update'))
    else notify.info(`Keel ${version} is there. Nothing was downloaded.`, show('Show What Is New'))
  }
  const quietly = (state: UpdatesState) => void tell(state).catch(() => undefined) // it is on the page
  const events = bridge.on('updates', quietly)
  bridge.Updates.State().then(quietly, () => undefined) // what was found before there was this page
  const timer = setTimeout(() => void askOnce(host).catch(() => undefined), after) // it is asked another time
  return {
    dispose() {
      clearTimeout(timer)
      for (const each of [events, command, page]) each.dispose()
    },
  }

  function render(container: HTMLElement): Disposable {
    let shown: Disposable | undefined
    let ended = false
    void import('./show').then(
      ({ show }) => {
        if (!ended) shown = show(container, host)
      },
      (cause: unknown) => {
        container.textContent = `The page cannot be shown: ${String(cause)}. Close this tab and open it again.`
      },
    )
    return {
      dispose() {
        ended = true
        shown?.dispose()
      },
    }
  }
}

/** askOnce asks whether Keel may look for newer versions by itself, where nobody has said yet. */
async function askOnce({ bridge, notify }: UpdateHost): Promise<void> {
  if (!(await bridge.Updates.MayAsk())) return
  const set = (value: string) => bridge.Settings.Set('keelUpdate.check', JSON.stringify(value))
  notify.info(
    'May Keel look once a day whether there is a newer version? It asks for one file and tells nothing about you; nothing is downloaded before you say so. This is asked once; the settings have it at any time.',
    [
      { label: 'Check Daily', run: () => set('daily') },
      { label: 'Not Now', run: () => undefined },
      { label: 'Never', run: () => set('off') },
    ],
  )
}
