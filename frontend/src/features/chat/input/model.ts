import type { ProviderState } from '../../../bridge'
import type { ChatHost, PickItem } from '../host'
import type { ChatStore } from '../store.svelte'

/** Choice is what a line of the model picker stands for. */
export type Choice =
  | { kind: 'model'; provider: string; model: string }
  | { kind: 'type'; provider: ProviderState }
  | { kind: 'help'; provider: ProviderState }

/** The name of the session's model, as on its button. */
export function modelLabel(store: ChatStore): string {
  const session = store.session
  const provider = store.provider
  if (!session) return 'Model'
  if (provider?.practice) return 'Practice model'
  const name = provider?.models.find((model) => model.id === session.model)?.name ?? session.model
  return name || provider?.name || 'Choose a model'
}

/** Lets the user choose what answers, from the next turn on. */
export async function chooseModel(host: ChatHost, store: ChatStore): Promise<void> {
  const session = store.session
  if (!session) return
  const items = store
    .loadProviders()
    .then((providers) =>
      providers.flatMap((provider) => providerItems(provider, session.provider, session.model)),
    )
  const choice = await host
    .pick(items, { title: 'Model', placeholder: 'Which model should answer in this session?' })
    .catch((cause: unknown) => {
      host.notify.error(cause instanceof Error ? cause.message : String(cause))
      return undefined
    })
  if (choice?.kind === 'model') await store.setModel(choice.provider, choice.model)
  if (choice?.kind === 'type') await typeModel(host, store, choice.provider)
  if (choice?.kind === 'help') explain(host, choice.provider)
}

/** The picker's lines for one provider: its models, a typed-in one, or what it lacks. */
export function providerItems(provider: ProviderState, current: string, model: string): PickItem<Choice>[] {
  const group = provider.practice ? `${provider.name} (offline stand-in)` : provider.name
  if (!provider.ready) {
    return [
      {
        group,
        label: `$(warning) ${provider.name} is not connected`,
        detail: provider.hint,
        value: { kind: 'help', provider },
      },
    ]
  }
  const items = provider.models.map((each): PickItem<Choice> => ({
    group,
    label: each.name || each.id,
    ...(each.name && each.name !== each.id ? { description: each.id } : {}),
    ...(provider.practice ? { detail: 'Works offline and understands simple requests only' } : {}),
    current: provider.id === current && each.id === model,
    value: { kind: 'model', provider: provider.id, model: each.id },
  }))
  if (provider.problem) {
    items.push({
      group,
      label: `$(warning) ${provider.problem}`,
      detail: provider.problemHint,
      value: { kind: 'help', provider },
    })
  }
  if (!provider.practice) {
    items.push({ group, label: '$(edit) Type a model id…', value: { kind: 'type', provider } })
  }
  return items
}

async function typeModel(host: ChatHost, store: ChatStore, provider: ProviderState): Promise<void> {
  const typed = await host.ask({
    title: `Model id for ${provider.name}`,
    value: store.session?.provider === provider.id ? store.session.model : '',
    placeholder: 'eu.anthropic.claude-sonnet-4-20250514-v1:0',
  })
  if (typed?.trim()) await store.setModel(provider.id, typed.trim())
}

function explain(host: ChatHost, provider: ProviderState): void {
  const text = provider.ready ? `${provider.problem} ${provider.problemHint}` : provider.hint
  host.notify.info(`${provider.name}: ${text.trim()}`, [
    { label: 'Open Settings', run: () => host.openSettings(`keelAgent.${provider.id}`) },
  ])
}
