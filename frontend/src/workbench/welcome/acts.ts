import { chosenModel, chooseModelCommand, tryExampleCommand } from '../../features/chat'
import { plainVisible } from '../../lib/visible'
import type { WindowHost } from '../../ui/host'
import { chooseOther, nameService, use, useAws } from './connections'
import { goingOn } from './goesOn'
import { openFolder, openRecent, openSample, tryPrompt } from './steps'

/** An Act does what a button says, and tells whether it has been done: a person may have thought better of it. */
export type Act = (...args: readonly string[]) => Promise<boolean>

type Host = Pick<WindowHost, 'bridge' | 'runCommand' | 'openSettings' | 'pick'>

/**
 * welcomeActs is what the buttons of Keel's own walkthrough do, beside running commands.
 * open shows a folder in this window, and says whether the page goes for it.
 */
export function welcomeActs(host: Host, open: (path: string) => Promise<boolean>): ReadonlyMap<string, Act> {
  return new Map<string, Act>([
    [
      openFolder,
      () => goingOn(async () => (await host.runCommand('workbench.action.files.openFolder')) === true),
    ],
    [openRecent, (path = '') => goingOn(() => open(path))],
    [openSample, () => goingOn(() => takeSample(host, open))],
    [use, (provider = '', model = '') => choose(host, provider, model)],
    [useAws, (profile = '') => choose(host, 'bedrock', '', profile)],
    [chooseOther, () => choose(host)],
    [
      nameService,
      async () => {
        await host.openSettings('keelAgent.openai')
        return false
      },
    ],
    [tryPrompt, async (prompt = '') => (await host.runCommand(tryExampleCommand, prompt)) === true],
  ])
}

/** What is chosen here answers in this session, and in those that are started from now on. */
async function choose(host: Pick<Host, 'bridge' | 'runCommand'>, ...args: string[]): Promise<boolean> {
  const chosen = chosenModel(await host.runCommand(chooseModelCommand, ...args))
  if (!chosen) return false
  await host.bridge.Settings.Set('keelAgent.provider', JSON.stringify(chosen.provider))
  await host.bridge.Settings.Set('keelAgent.model', JSON.stringify(chosen.model))
  return true
}

/** Asks where a copy of the sample is to be, makes it there, and opens it. */
async function takeSample(
  host: Pick<Host, 'bridge' | 'pick'>,
  open: (path: string) => Promise<boolean>,
): Promise<boolean> {
  const { Samples, Window } = host.bridge
  for (let below = ''; ;) {
    const { path, existing } = await Samples.Find(below)
    const choice = await host.pick<'existing' | 'here' | 'elsewhere'>(
      [
        ...(existing
          ? ([
              { label: 'Open the copy that is there', detail: plainVisible(existing), value: 'existing' },
            ] as const)
          : []),
        { label: existing ? 'Make another copy' : 'Make a copy', detail: plainVisible(path), value: 'here' },
        { label: 'Put it into another folder…', detail: 'You choose in which', value: 'elsewhere' },
      ],
      {
        title: 'Open the Sample',
        placeholder: 'Where should the sample be? Nothing that exists is changed.',
      },
    )
    if (!choice) return false
    if (choice === 'existing') return open(existing)
    if (choice === 'here') {
      await Samples.Write(path)
      return open(path)
    }
    const picked = await Window.PickFolder()
    if (!picked) return false
    below = picked
  }
}
