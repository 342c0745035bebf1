import type { Bridge, ProviderState } from '../../bridge'

/** KnownProviders are the services as far as they may be known: who was not chosen is not asked unasked for. */
export class KnownProviders {
  all = $state.raw<readonly ProviderState[]>([])
  /** the one that the session uses */
  private chosen: string | undefined

  constructor(private readonly bridge: Pick<Bridge, 'Agent' | 'Providers'>) {}

  /** Lists all with their models. Each is asked for them, so only a person's wish does this. */
  async load(): Promise<readonly ProviderState[]> {
    this.all = await this.bridge.Agent.Providers()
    return this.all
  }

  /** Looks again. Only what runs here and what the session uses is asked for its models. */
  async look(): Promise<void> {
    this.all = withModels(await this.bridge.Providers.Known(this.chosen ?? ''), this.all)
  }

  /** What is known of a service depends on whether the session uses it; the chat works without. */
  follow(chosen: string | undefined): void {
    if (this.chosen === chosen && this.all.length > 0) return
    this.chosen = chosen
    void this.look().catch(() => undefined)
  }
}

/**
 * withModels keeps the models that were listed before of services that were not asked
 * again: whoever has seen them in the picker need not ask for them to see their names.
 */
function withModels(
  states: readonly ProviderState[],
  before: readonly ProviderState[],
): readonly ProviderState[] {
  return states.map((state) => {
    const known = before.find(({ id }) => id === state.id)
    if (state.listed || !state.ready || !known?.listed) return state
    const { models, listed, problem, problemHint } = known
    return { ...state, models, listed, problem, problemHint }
  })
}
