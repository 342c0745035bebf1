import type { Disposable, UpdatesState } from '../../bridge'
import type { UpdateHost } from './host'

export const updatePage = 'keel.update'

const toldKey = 'keel.update.told'

/** Milliseconds after the start until it is asked whether Keel may look by itself: its first use goes first. */
const quiet = 60_000

/**
 * startUpdates adds the page about a newer version, which is loaded when it is first
 * looked at, and the command that looks for one. What the daily look finds is told
 * once, and whether there may be such a look is asked once.
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
  const tell = ({ kind, daily, version }: UpdatesState): void => {
    if (kind !== 'offered' || !daily || sessionStorage.getItem(toldKey) === version) return
    sessionStorage.setItem(toldKey, version) // the page may be loaded again
    notify.info(`Keel ${version} is there. Nothing was downloaded.`, [
      { label: 'Show What Is New', run: () => host.openPage(updatePage) },
    ])
  }
  const events = bridge.on('updates', tell)
  bridge.Updates.State().then(tell, () => undefined) // what was found before there was this page
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
    'May Keel look once a day whether there is a newer version? It asks for one file and tells nothing about you; nothing is downloaded before you say so.',
    [
      { label: 'Check Daily', run: () => set('daily') },
      { label: 'Not Now', run: () => undefined },
      { label: 'Never', run: () => set('off') },
    ],
  )
}
