import type { ProviderModel, ProviderPrice, ProviderState } from '../../../bridge'
import { toFailure } from '../../../bridge'
import { tokens } from '../../../lib/format'
import type { ChatHost, PickItem } from '../host'
import type { ChatStore } from '../store.svelte'
import { chooseAws } from './aws'

/** Choice is what a line of the model picker stands for. */
export type Choice =
  | { kind: 'model'; provider: string; model: string }
  | { kind: 'type' | 'help' | 'key' | 'forget' | 'aws'; provider: ProviderState }

/** The name of the session's model, as on its button. */
export function modelLabel(store: ChatStore): string {
  const session = store.session
  const provider = store.provider
  if (!session) return 'Model'
  if (provider?.practice) return 'Practice model'
  const name = provider?.models.find((model) => model.id === session.model)?.name ?? session.model
  return name || provider?.name || 'Choose a model'
}

/** Chosen is what a person has chosen to answer. */
export interface Chosen {
  readonly provider: string
  readonly model: string
}

/** Has a session use a model, from the next turn on. */
export async function useModel(
  store: ChatStore,
  provider: string,
  model: string,
): Promise<Chosen | undefined> {
  return (await store.setModel(provider, model)) ? { provider, model } : undefined
}

/** Lets the user choose what answers, from the next turn on; undefined where nothing was. */
export async function chooseModel(host: ChatHost, store: ChatStore): Promise<Chosen | undefined> {
  const session = store.session
  if (!session) return undefined
  const items = store.known
    .load()
    .then((providers) =>
      providers.flatMap((provider) => providerItems(provider, session.provider, session.model)),
    )
  const choice = await host
    .pick(items, { title: 'Model', placeholder: 'Which model should answer in this session?' })
    .catch((cause: unknown) => {
      host.notify.error(cause instanceof Error ? cause.message : String(cause))
      return undefined
    })
  return choice && take(host, store, choice)
}

async function take(host: ChatHost, store: ChatStore, choice: Choice): Promise<Chosen | undefined> {
  switch (choice.kind) {
    case 'model':
      return useModel(store, choice.provider, choice.model)
    case 'type':
      return typeModel(host, store, choice.provider)
    case 'help':
      explain(host, choice.provider)
      return undefined
    case 'key':
      return (await enterKey(host, store, choice.provider)) ? chooseModel(host, store) : undefined
    case 'forget':
      await forgetKey(host, store, choice.provider)
      return undefined
    case 'aws':
      return chooseBedrock(host, store)
  }
}

/**
 * Lets the user choose whose credentials are used for Amazon Bedrock, where that is not
 * given as a profile, and where it answers, then a model.
 */
export async function chooseBedrock(
  host: ChatHost,
  store: ChatStore,
  profile?: string,
): Promise<Chosen | undefined> {
  return (await chooseAws(host, store.bridge, profile)) ? chooseModel(host, store) : undefined
}

/** The picker's lines for one provider: its models, and what can be done about it. */
export function providerItems(provider: ProviderState, current: string, model: string): PickItem<Choice>[] {
  const group = provider.practice
    ? `${provider.name} (offline stand-in)`
    : provider.local
      ? `${provider.name} (on this machine)`
      : provider.name
  const line = (
    kind: Exclude<Choice['kind'], 'model'>,
    label: string,
    detail?: string,
  ): PickItem<Choice> => ({
    group,
    label,
    ...(detail ? { detail } : {}),
    value: { kind, provider },
  })
  const items = provider.ready
    ? provider.models.map((each): PickItem<Choice> => ({
        group,
        label: each.name || each.id,
        ...(each.name && each.name !== each.id ? { description: each.id } : {}),
        ...(about(provider, each) ? { detail: about(provider, each) } : {}),
        current: provider.id === current && each.id === model,
        value: { kind: 'model', provider: provider.id, model: each.id },
      }))
    : [line('help', `$(warning) ${provider.name} is not connected`, provider.hint)]
  if (provider.ready && provider.problem) {
    items.push(line('help', `$(warning) ${provider.problem}`, provider.problemHint))
  }
  if (provider.id === 'bedrock') {
    const used = provider.account ? `Used now: ${provider.account}` : undefined
    items.push(line('aws', '$(settings-gear) Choose the AWS profile and region…', used))
  }
  if (provider.needsKey) {
    const unused = provider.account ? 'Not used while your account is switched on' : undefined
    items.push(line('key', provider.hasKey ? '$(key) Replace the key…' : '$(key) Enter the key…', unused))
    if (provider.hasKey) items.push(line('forget', '$(trash) Remove the key'))
  }
  if (provider.ready && !provider.practice) items.push(line('type', '$(edit) Type a model id…'))
  return items
}

/** What a person should know of a model before choosing it. */
function about(provider: ProviderState, model: ProviderModel): string {
  if (provider.practice) return 'Works offline and understands simple requests only'
  return [
    model.contextTokens > 0 ? `${tokens(model.contextTokens)} tokens of context` : '',
    model.images ? 'takes pictures' : '',
    model.noTools ? 'cannot use tools: it can only talk' : '',
    model.price ? priceText(model.price) : '',
  ]
    .filter(Boolean)
    .join(' · ')
}

function priceText(price: ProviderPrice): string {
  if (price.input === 0 && price.output === 0) return 'free'
  return `$${dollars(price.input)} in, $${dollars(price.output)} out for a million tokens`
}

function dollars(micros: number): string {
  return String(Number((micros / 1_000_000).toFixed(3)))
}

async function typeModel(
  host: ChatHost,
  store: ChatStore,
  provider: ProviderState,
): Promise<Chosen | undefined> {
  const typed = await host.ask({
    title: `Model id for ${provider.name}`,
    value: store.session?.provider === provider.id ? store.session.model : '',
    placeholder:
      provider.id === 'bedrock'
        ? 'eu.anthropic.claude-sonnet-4-20250514-v1:0'
        : 'The id as the service knows it',
  })
  return typed?.trim() ? useModel(store, provider.id, typed.trim()) : undefined
}

async function enterKey(host: ChatHost, store: ChatStore, provider: ProviderState): Promise<boolean> {
  const key = await host.ask({
    title: `Key for ${provider.name}`,
    value: '',
    placeholder: 'It is kept in the keychain of this machine, or where you chose',
    secret: true,
  })
  if (!key?.trim()) return false
  return said(host, () => store.bridge.Providers.SetKey(provider.id, key.trim()))
}

async function forgetKey(host: ChatHost, store: ChatStore, provider: ProviderState): Promise<void> {
  const agreed = await host.confirm({
    message: `Remove the key for ${provider.name}?`,
    detail:
      'It is deleted from where it is kept. Sessions stay; they need a key, or another model, to go on.',
    primary: 'Remove',
  })
  if (!agreed) return
  if (await said(host, () => store.bridge.Providers.RemoveKey(provider.id))) await store.known.look()
}

/** Does something; a failure is said. */
async function said(host: ChatHost, act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (cause) {
    const { message, hint } = toFailure(cause)
    host.notify.error(`${message} ${hint}`.trim())
    return false
  }
}

function explain(host: ChatHost, provider: ProviderState): void {
  const text = provider.ready ? `${provider.problem} ${provider.problemHint}` : provider.hint
  host.notify.info(`${provider.name}: ${text.trim()}`, [
    { label: 'Open Settings', run: () => host.openSettings(`keelAgent.${provider.id}`) },
  ])
}
