import type { ChatHost, HostCommand } from './host'
import type { Remembered } from './remembered.svelte'
import { chooseBedrock, chooseModel, useModel, type Chosen } from './input/model'
import { newSession } from './session/acts'
import type { ChatStore } from './store.svelte'

/** The id of the chat's view. */
export const viewId = 'keel.chat'

/**
 * Chooses what answers; told a service and a model, it takes these, and told an AWS profile
 * third, only a region and a model are asked for. What came of it is for chosenModel to read.
 */
export const chooseModelCommand = 'keel.chooseModel'

/** Puts a prompt into the input, and sends nothing. Resolves with whether it is there. */
export const tryExampleCommand = 'keel.tryExample'

/** The command that shows what Keel is and how to begin, which another feature has. */
export const getStartedCommand = 'keel.getStarted'

/** What chooseModelCommand resolved with, where something was chosen. */
export function chosenModel(result: unknown): Chosen | undefined {
  if (typeof result !== 'object' || result === null) return undefined
  const provider: unknown = Reflect.get(result, 'provider')
  const model: unknown = Reflect.get(result, 'model')
  return typeof provider === 'string' && typeof model === 'string' ? { provider, model } : undefined
}

/** A context key for `when` clauses. */
export const runningKey = 'keel.turnRunning'

/** ChatActs is what commands can do in the view, while it is drawn. */
export interface ChatActs {
  focusInput(): void
  /** Opens the bar, with a text where one is given. */
  find(text?: string): Promise<void>
  /** whether a person can see it, in this window */
  visible(): boolean
}

/** What the chat adds to the palette. Buttons in the chat do the same through the same functions. */
export function chatCommands(
  host: ChatHost,
  store: ChatStore,
  remembered: Pick<Remembered, 'zoomBy' | 'resetZoom'>,
  acts: () => ChatActs | undefined,
): HostCommand[] {
  const focusInput = (): void => acts()?.focusInput()
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
      id: 'keel.findInChat',
      title: 'Keel: Find in Chat',
      run: async (text?: string) => {
        await host.showView(viewId)
        await acts()?.find(text)
      },
    },
    {
      id: chooseModelCommand,
      title: 'Keel: Choose Model…',
      run: async (provider?: string, model?: string, profile?: string) => {
        await host.showView(viewId)
        await store.opened()
        if (provider === 'bedrock' && !model) return chooseBedrock(host, store, profile)
        return provider ? useModel(store, provider, model ?? '') : chooseModel(host, store)
      },
    },
    {
      id: tryExampleCommand,
      title: 'Keel: Try an Example…',
      run: async (prompt?: string) => {
        await host.showView(viewId)
        await store.opened()
        const chosen = prompt ?? (await chooseExample(host, store))
        if (chosen === undefined) return false
        // What the person has written stays.
        const written = store.draft.trim()
        if (written !== chosen) store.setDraft(written ? `${store.draft}\n${chosen}` : chosen)
        focusInput()
        return true
      },
    },
    { id: 'keel.zoomChatIn', title: 'Keel: Zoom Chat In', run: () => remembered.zoomBy(1) },
    { id: 'keel.zoomChatOut', title: 'Keel: Zoom Chat Out', run: () => remembered.zoomBy(-1) },
    { id: 'keel.resetChatZoom', title: 'Keel: Reset Chat Zoom', run: () => remembered.resetZoom() },
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

async function chooseExample(host: ChatHost, store: ChatStore): Promise<string | undefined> {
  await store.loadExamples()
  const practice = store.provider?.practice ?? false
  const fitting = store.examples.filter((example) => example.practice === practice)
  return host.pick(
    fitting.map(({ prompt, what }) => ({ label: prompt, detail: what, value: prompt })),
    { title: 'Try an Example', placeholder: 'It is put into the input. Nothing is sent.' },
  )
}
