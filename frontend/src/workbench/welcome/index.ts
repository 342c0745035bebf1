import { getService, IConfigurationService } from '@codingame/monaco-vscode-api'
import type { WindowState } from '../../bridge'
import type { WindowHost } from '../../ui/host'
import { welcomeActs } from './acts'
import { connectionsText } from './connections'
import { button, named } from './markdown'
import { editorsKey, tryPrompt, welcome } from './steps'

/** As many prompts as the step speaks of. */
const mostPrompts = 3

/** ownWalkthrough is Keel's own, with what its buttons do. */
export function ownWalkthrough(host: WindowHost, state: WindowState) {
  const { bridge } = host
  const acts = welcomeActs(host)
  const facts = { folder: state.workspace.path, recent: state.recent }

  const model = async (): Promise<string> => {
    const [local, aws, accounts, configuration] = await Promise.all([
      bridge.Providers.Local(),
      // Files that cannot be read are said where a profile is chosen.
      bridge.Providers.AWS().catch(() => ({ profiles: [] })),
      bridge.Accounts.State(),
      getService(IConfigurationService),
    ])
    return connectionsText({
      local,
      aws,
      accounts: accounts.accounts,
      services: accounts.services,
      endpoints: Object.keys(configuration.getValue<object | undefined>('keelAgent.openai.endpoints') ?? {}),
    })
  }
  const prompts = async (): Promise<string> => {
    const examples = await bridge.Agent.Examples()
    // Those of the practice model are plain enough for any other.
    const fitting = examples.filter(({ practice }) => practice).slice(0, mostPrompts)
    return fitting
      .map(({ prompt, what }) => `${named(what)}\n${button(prompt, tryPrompt, prompt)}`)
      .join('\n\n')
  }
  const find = bridge.Imports.Find().catch(() => [])
  void find.then((found) => host.setContext(editorsKey, found.length > 0))
  const editors = async (): Promise<string> => {
    const names = (await find).map(({ name }) => named(name))
    return `Found here: ${names.join(', ')}.\n${button('Import from Another Editor…', 'keel.importFromEditor')}`
  }
  return {
    ...welcome(facts, { model, prompts, editors }),
    /** Does what a button says; false where that is a command of the window. */
    async act(command: string, args: readonly unknown[]): Promise<boolean> {
      const act = acts.get(command)
      await act?.(...args.filter((each) => typeof each === 'string'))
      return act !== undefined
    },
  }
}

export type OwnWalkthrough = ReturnType<typeof ownWalkthrough>
