import { toFailure, type Bridge, type ExtensionPlan, type Failure, type ImportExtension } from '../../bridge'

/** Found is what the registry says about an extension of another editor. */
export type Found =
  | { readonly kind: 'here' }
  | { readonly kind: 'ready'; readonly plan: ExtensionPlan }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'installing' }
  | { readonly kind: 'installed' }

/** How many questions are on their way at once: a registry is somebody's. */
const atOnce = 4

/**
 * lookUp asks the registry about each of the extensions. The ids of what a person
 * uses leave the machine by it, so it is done only when they ask for it.
 */
export async function lookUp(
  bridge: Bridge,
  extensions: readonly ImportExtension[],
  tell: (id: string, found: Found) => void,
): Promise<void> {
  const { installed } = await bridge.Extensions.State()
  const here = new Set(installed.map(({ id }) => id.toLowerCase()))
  const waiting = [...extensions]
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      tell(next.id, here.has(next.id) ? { kind: 'here' } : await ask(bridge, next.id))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

async function ask(bridge: Bridge, id: string): Promise<Found> {
  try {
    const plan = await bridge.Extensions.Plan({ id, version: '', preRelease: false, file: '', update: false })
    const refused = plan.items.find(({ why, refused }) => why === 'asked' && refused)
    return refused ? { kind: 'refused', reason: refused.refused } : { kind: 'ready', plan }
  } catch (cause) {
    const failure = toFailure(cause)
    return failure.code === 'not_found' ? { kind: 'absent' } : { kind: 'failed', failure }
  }
}

/** The publishers of plans of which nothing has been installed yet. */
export function newPublishers(plans: readonly ExtensionPlan[]): readonly string[] {
  const items = plans
    .flatMap((plan) => plan.items)
    .filter(({ newPublisher, refused }) => newPublisher && !refused)
  return [...new Set(items.map(({ publisherName, id }) => publisherName.trim() || (id.split('.')[0] ?? id)))]
}

/** What comes along with the extensions that were asked for. */
export function along(plans: readonly ExtensionPlan[]): readonly string[] {
  const items = plans.flatMap((plan) => plan.items).filter(({ why, refused }) => why !== 'asked' && !refused)
  const asked = new Set(
    plans.flatMap((plan) => plan.items.filter(({ why }) => why === 'asked').map(({ id }) => id)),
  )
  return [...new Set(items.map(({ id }) => id))].filter((id) => !asked.has(id))
}
