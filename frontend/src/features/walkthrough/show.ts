import { mount, unmount } from 'svelte'
import type { Disposable } from '../../bridge'
import type { WalkthroughSource } from './source'
import { WalkthroughStore } from './store.svelte'
import WalkthroughPage from './WalkthroughPage.svelte'
import './walkthrough.css'

/** show draws the page of walkthroughs. */
export function show(target: HTMLElement, source: WalkthroughSource): Disposable {
  const store = new WalkthroughStore(source)
  const page = mount(WalkthroughPage, { target, props: { store } })
  return {
    dispose() {
      store.dispose()
      void unmount(page)
    },
  }
}
