import type { ProviderState } from '../../bridge'

/**
 * withModels keeps the models that were listed before of services that were not asked
 * again: whoever has seen them in the picker need not ask for them to see their names.
 */
export function withModels(
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
