import { mount, unmount } from 'svelte'
import type { Disposable } from '../../bridge'
import type { UpdateHost } from './host'
import { UpdateStore } from './store.svelte'
import UpdatePage from './UpdatePage.svelte'

/** show draws the page about a newer version. */
export function show(target: HTMLElement, host: UpdateHost): Disposable {
  const store = new UpdateStore(host)
  const page = mount(UpdatePage, { target, props: { store } })
  return {
    dispose() {
      store.dispose()
      void unmount(page)
    },
  }
}
