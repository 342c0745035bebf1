import type { Disposable } from '../../bridge'
import type { WindowHost } from '../../ui/host'
import type { WalkthroughSource } from './source'

export type * from './source'
export { eventsOf, partsOf } from './description'

export const walkthroughPage = 'keel.walkthrough'

/**
 * startWalkthroughs adds the page on which walkthroughs are shown, one at a time.
 * It is loaded when it is first looked at.
 */
export function startWalkthroughs(
  host: Pick<WindowHost, 'registerPage'>,
  load: () => Promise<WalkthroughSource>,
): Disposable {
  return host.registerPage({
    id: walkthroughPage,
    title: 'Walkthrough',
    icon: 'mortar-board',
    render(container) {
      let shown: Disposable | undefined
      let ended = false
      void Promise.all([import('./show'), load()]).then(
        ([{ show }, source]) => {
          if (!ended) shown = show(container, source)
        },
        (cause: unknown) => {
          container.textContent = `The walkthrough cannot be shown: ${String(cause)}. Close this tab and open it again.`
        },
      )
      return {
        dispose() {
          ended = true
          shown?.dispose()
        },
      }
    },
  })
}
