import type { Disposable, SessionSummary } from '../../../bridge'
import { plainVisible } from '../../../lib/visible'
import type { ChatHost } from '../host'
import type { ChatStore } from '../store.svelte'
import { newsOf } from './news'

/** tellOfOthers says when a session that is not shown waits for an answer or has ended. */
export function tellOfOthers(host: ChatHost, store: ChatStore, viewId: string): Disposable {
  const show = async (id: string): Promise<void> => {
    await host.showView(viewId)
    await store.open(id)
  }
  let before: readonly SessionSummary[] = []
  const dispose = $effect.root(() => {
    $effect(() => {
      const after = store.sessions
      // The shown one as it is then: looking at another session is no news.
      for (const { session, what } of newsOf(before, after, store.session?.id)) {
        const name = `“${plainVisible(session.title || 'New session')}”`
        const text = what === 'waits' ? `${name} waits for your answer.` : `${name} has ended its work.`
        const tell = what === 'waits' ? host.notify.warn : host.notify.info
        tell(text, [{ label: 'Show', run: () => show(session.id) }])
        store.seen(session.id, false)
      }
      before = after
    })
    $effect(() => {
      if (store.session) store.seen(store.session.id, true)
    })
  })
  return { dispose }
}
