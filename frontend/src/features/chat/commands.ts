import type { ChatHost, HostCommand } from './host'
import { newSession } from './session/acts'
import type { ChatStore } from './store.svelte'

/** The id of the chat's view. */
export const viewId = 'keel.chat'

/** A context key for `when` clauses. */
export const runningKey = 'keel.turnRunning'

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
  ]
}
