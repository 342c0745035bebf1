import { toFailure, type Disposable } from '../../bridge'
import type { ChatHost } from './host'

const everything = '*'

/**
 * warnOfTrustingAll asks once more when a settings file newly trusts every
 * command: a star is typed quickly, and also by whoever asks one to.
 */
export function warnOfTrustingAll(host: ChatHost): Disposable {
  let known: readonly string[] | undefined
  host.bridge.Settings.State().then(
    (state) => (known ??= state.values.trustedCommands),
    () => undefined, // the first event tells as well
  )
  return host.bridge.on('settings', ({ values }) => {
    const before = known
    known = values.trustedCommands
    if (!before || before.includes(everything) || !known.includes(everything)) return
    const rest = known.filter((pattern) => pattern !== everything)
    host.notify.warn(
      'Every command now runs without asking in folders that you trust, because * is among your trusted commands.',
      [{ label: 'Keep Asking', run: () => remove(host, rest) }],
    )
  })
}

async function remove(host: ChatHost, rest: readonly string[]): Promise<void> {
  try {
    await host.bridge.Settings.Set('keelAgent.trustedCommands', JSON.stringify(rest))
  } catch (cause) {
    const { message, hint } = toFailure(cause)
    host.notify.error([message, hint].filter(Boolean).join(' '))
  }
}
