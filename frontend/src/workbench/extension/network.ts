import { getService, IExtensionService } from '@codingame/monaco-vscode-api'
import type { Bridge, ExtensionsState } from '../../bridge'
import { notify } from '../notify'

/**
 * followNetwork offers to restart extensions when a person changes whether they
 * may use the network: what runs keeps what it was started with.
 */
export function followNetwork(bridge: Pick<Bridge, 'on'>, { seq, network }: ExtensionsState): void {
  let before = seq > 0 ? network : undefined
  bridge.on('extensions', (state) => {
    const changed = before !== undefined && before !== state.network
    before = state.network
    if (changed) void offer(state.network)
  })
}

async function offer(network: boolean): Promise<void> {
  const extensions = await getService(IExtensionService)
  const running = Object.values(extensions.getExtensionsStatus()).some((each) => each.activationStarted)
  if (!running) return
  const restart = {
    label: 'Restart Extensions',
    run: async () => {
      const stopped = await extensions.stopExtensionHosts(
        'Whether extensions may use the network has changed.',
      )
      if (stopped) await extensions.startExtensionHosts()
    },
  }
  if (network) notify.info('Extensions may use the network once they are restarted.', [restart])
  else notify.warn('Extensions that run now may use the network until they are restarted.', [restart])
}
