import { mount, unmount } from 'svelte'
import type { Disposable, Session } from '../../bridge'
import { reviewContainer } from '../checkpoint'
import { ReviewActs } from './acts.svelte'
import ChangesView from './ChangesView.svelte'
import { editorCommands, fileCommands, proposalCommands, revertAll, reviewCommands, viewId } from './commands'
import type { ReviewHost } from './host'
import { EditorHunks } from './hunks'
import type { Parts } from './parts'
import { Preferences } from './preferences.svelte'
import { Proposals } from './proposals'
import { keepStatus } from './status.svelte'
import { ReviewStore } from './store.svelte'

export type * from './host'
export type { Parts as ReviewParts } from './parts'
export { default as ReviewBar } from './ReviewBar.svelte'
export { viewId as changesViewId } from './commands'

/** Review is the review of the shown session, for who shows sessions. */
export interface Review extends Disposable {
  readonly parts: Parts
  /** Tells which session is shown, as it is now. */
  follow(session: Session | undefined): void
}

/**
 * startReview puts the review of changes into the window: its view, its commands,
 * and what it draws into editors. It is about the session that
 * `follow` is told of.
 */
export function startReview(host: ReviewHost): Review {
  const store = new ReviewStore(host.bridge)
  const acts = new ReviewActs(host, store)
  const preferences = new Preferences(host.bridge)
  const parts: Parts = { store, acts, preferences }

  const view = host.registerView({
    id: viewId,
    title: 'Changes',
    icon: 'diff-multiple',
    container: reviewContainer,
    render(container) {
      const component = mount(ChangesView, {
        target: container,
        props: { host, parts, revertAll: () => void revertAll(host, parts) },
      })
      return { dispose: () => void unmount(component) }
    },
  })
  const hunks = new EditorHunks(host, host.hunks, store, acts)
  const stepping = { ...parts, host, editors: host.hunks, hunks }
  const proposals = new Proposals(host, host.proposals, store)
  const kept: Disposable[] = [
    store,
    acts,
    view,
    hunks,
    proposals,
    ...editorCommands(stepping).map((command) => host.registerCommand(command)),
    ...proposalCommands(host, proposals).map((command) => host.registerCommand(command)),
    { dispose: keepStatus(host, parts) },
    ...reviewCommands(host, parts).map((command) => host.registerCommand(command)),
    ...fileCommands({ host, parts }).map((command) => host.registerFileCommand(command)),
  ]
  void preferences.load()

  return {
    parts,
    follow: (session) => store.follow(session),
    dispose() {
      for (const each of kept.toReversed()) each.dispose()
    },
  }
}
