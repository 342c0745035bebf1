import type { WindowHost } from '../../ui/host'
import type { TrustStore } from './store.svelte'

/** showBadge keeps an entry in the status bar for as long as every command is trusted here. */
export function showBadge(host: WindowHost, store: TrustStore): () => void {
  return $effect.root(() => {
    const everything = $derived(store.commands.find(({ pattern, counts }) => pattern === '*' && counts))
    $effect(() => {
      host.showStatus(
        'keel.trustsEverything',
        everything
          ? {
              text: '$(warning) All commands trusted',
              label:
                everything.scope === 'session'
                  ? `Every command runs without asking in session “${everything.sessionTitle}”`
                  : 'Every command runs without asking',
              tooltip: 'Every command runs without asking. Click to change that.',
              command: 'keel.editTrustedCommands',
            }
          : undefined,
      )
    })
  })
}
