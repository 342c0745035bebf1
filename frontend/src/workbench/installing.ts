import { Failure, type Bridge, type ExtensionPlan, type ExtensionProgress } from '../bridge'

/** extensionInstaller installs all of a plan, one after the other, what comes along first. */
export function extensionInstaller(bridge: Bridge): (plan: ExtensionPlan) => Promise<void> {
  return async (plan) => {
    const items = plan.items.filter(({ refused }) => !refused)
    await bridge.Extensions.Agree(plan.id)
    for (const { id, version } of items.toReversed()) {
      await installed(bridge, { planId: plan.id, id, version, metadata: '' })
    }
  }
}

/** Resolves when an installation has ended well; what it heard before its id was known counts too. */
async function installed(
  bridge: Bridge,
  request: Parameters<Bridge['Extensions']['Install']>[0],
): Promise<void> {
  const ended = new Map<string, ExtensionProgress>()
  let told: () => void = () => undefined
  const listener = bridge.on('extension', (progress) => {
    if (!progress.ended) return
    ended.set(progress.jobId, progress)
    told()
  })
  try {
    const job = await bridge.Extensions.Install(request)
    while (!ended.has(job)) await new Promise<void>((resolve) => (told = resolve))
    const error = ended.get(job)?.error
    if (error) throw new Failure(error.code, error.message, error.hint)
  } finally {
    listener.dispose()
  }
}
