import { showAccounts } from '../../account'
import type { ChatHost } from '../host'
import { exportSession } from '../session/acts'
import type { ChatStore } from '../store.svelte'
import { chooseModel } from './model'

/** SlashCommand is what "/name" at the start of the input does. */
export interface SlashCommand {
  /** without the slash */
  name: string
  /** what it does, in a few words */
  detail: string
  /** `rest` is what was typed behind the name */
  run(rest: string): unknown
}

/** Those that are commands of the window: there where the window has them. */
const windowCommands: readonly { name: string; detail: string; id: string }[] = [
  { name: 'find', detail: 'Find text in this conversation', id: 'keel.findInChat' },
  { name: 'checkpoint', detail: 'Keep the folder as it is now', id: 'keel.createCheckpoint' },
  { name: 'review', detail: 'Review what the agent changed', id: 'keel.showChanges' },
  { name: 'accounts', detail: 'Sign in to model services', id: showAccounts },
  { name: 'trust', detail: 'Choose which commands run unasked', id: 'keel.editTrustedCommands' },
]

/** slashCommands are those that make sense now. */
export function slashCommands(host: ChatHost, store: ChatStore): readonly SlashCommand[] {
  void learnCommands(host, store)
  const { session, running } = store
  if (!session) return []
  const talked = session.turns.length > 0
  const autopilot = session.mode === 'autopilot'
  const commands: SlashCommand[] = [
    { name: 'new', detail: 'Start a new session', run: () => settled(store.create()) },
    ...(running ? [{ name: 'stop', detail: 'Stop what Keel does', run: () => settled(store.stop()) }] : []),
    { name: 'model', detail: 'Choose the model that answers', run: () => chooseModel(host, store) },
    {
      name: 'mode',
      detail: autopilot ? 'Ask before each file change (Supervised)' : 'Change files unasked (Autopilot)',
      run: () => settled(store.setMode(autopilot ? 'supervised' : 'autopilot')),
    },
    ...(talked && !running
      ? [{ name: 'compact', detail: 'Make room in the model’s context', run: () => settled(store.compact()) }]
      : []),
    ...(talked
      ? [
          {
            name: 'export',
            detail: 'Open this conversation as Markdown',
            run: () => exportSession({ host, store }, session),
          },
        ]
      : []),
    ...windowCommands
      .filter(({ id, name }) => store.commands.includes(id) && (name !== 'find' || talked))
      .map(({ id, ...command }) => ({
        ...command,
        run: (rest: string) => host.runCommand(id, ...(rest ? [rest] : [])),
      })),
  ]
  return [
    ...commands,
    { name: 'help', detail: 'List these commands', run: () => chooseCommand(host, commands) },
  ]
}

/** Learns which of the window's commands there are. */
export async function learnCommands(host: ChatHost, store: ChatStore): Promise<void> {
  const there = await Promise.all(windowCommands.map(({ id }) => host.hasCommand(id)))
  const known = windowCommands.filter((_, index) => there[index]).map(({ id }) => id)
  if (known.join() !== store.commands.join()) store.commands = known
}

async function chooseCommand(host: ChatHost, commands: readonly SlashCommand[]): Promise<void> {
  const chosen = await host.pick(
    commands.map((each) => ({ label: `/${each.name}`, description: each.detail, value: each })),
    { title: 'Commands', placeholder: 'What to do' },
  )
  await chosen?.run('')
}

async function settled(act: Promise<boolean>): Promise<void> {
  await act // what went wrong is in store.trouble
}
