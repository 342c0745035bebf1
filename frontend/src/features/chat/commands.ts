import { lastChanged, revert, viewChanges } from '../checkpoint'
import type { ChatHost, HostCommand } from './host'
import { newSession } from './session/acts'
import type { ChatStore } from './store.svelte'

/** The id of the chat's view. */
export const viewId = 'keel.chat'

/** Context keys for `when` clauses. */
export const runningKey = 'keel.turnRunning'
export const changesKey = 'keel.hasChanges'

/** What the chat adds to the palette. Buttons in the chat do the same through the same functions. */
export function chatCommands(host: ChatHost, store: ChatStore, focusInput: () => void): HostCommand[] {
  return [
    {
      id: 'keel.focusChat',
      title: 'Keel: Focus Chat',
      key: 'ctrl+l',
      run: async () => {
        await host.showView(viewId)
        focusInput()
      },
    },
    {
      id: 'keel.newSession',
      title: 'Keel: New Session',
      run: async () => {
        await host.showView(viewId)
        await newSession({ store, focusInput })
      },
    },
    {
      id: 'keel.stop',
      title: 'Keel: Stop',
      when: runningKey,
      run: () => store.stop().then(() => undefined),
    },
    {
      id: 'keel.toggleMode',
      title: 'Keel: Toggle Autopilot/Supervised',
      run: () =>
        store.setMode(store.session?.mode === 'autopilot' ? 'supervised' : 'autopilot').then(() => undefined),
    },
    {
      id: 'keel.viewAllChanges',
      title: 'Keel: View All Changes',
      when: changesKey,
      run: () => viewLast(host, store),
    },
    {
      id: 'keel.revertAllChanges',
      title: 'Keel: Revert All Changes',
      when: `${changesKey} && !${runningKey}`,
      run: () => revertLast(host, store),
    },
  ]
}

async function viewLast(host: ChatHost, store: ChatStore): Promise<void> {
  const turn = lastChanged(store.session)
  if (turn) await viewChanges(host, turn)
  else host.notify.info('This session has not changed any files.')
}

async function revertLast(host: ChatHost, store: ChatStore): Promise<void> {
  const turn = lastChanged(store.session)
  if (!store.session || !turn) host.notify.info('This session has not changed any files.')
  else if (turn.reverted) host.notify.info('The last changes are reverted already.')
  else await revert(host, store.session.id, turn.id)
}
