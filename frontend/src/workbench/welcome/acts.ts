import { getService, ICommandService, IStorageService } from '@codingame/monaco-vscode-api'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import {
  StorageScope,
  StorageTarget,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/storage/common/storage'
import { chooseModelCommand, tryExampleCommand } from '../../features/chat'
import { plainVisible } from '../../lib/visible'
import type { WindowHost } from '../../ui/host'
import { chooseKey, signIn, use, useAws } from './connections'
import { goesOnKey } from './whatToDo'
import { localKey, openFolder, openRecent, openSample, tryPrompt } from './steps'

type Act = (...args: readonly string[]) => Promise<void>

/** welcomeActs is what the buttons of Keel's own walkthrough do, beside running commands. */
export function welcomeActs(host: WindowHost): ReadonlyMap<string, Act> {
  const { Settings } = host.bridge
  const set = (name: string, value: string) => Settings.Set(`keelAgent.${name}`, JSON.stringify(value))
  /** What needs no account takes the step away that is about them. */
  const isLocal = (local: boolean) => host.setContext(localKey, local)
  return new Map<string, Act>([
    [openFolder, () => goingOn(() => host.runCommand('workbench.action.files.openFolder'))],
    [openRecent, (path = '') => goingOn(() => open(path))],
    [openSample, () => goingOn(() => takeSample(host))],
    [
      use,
      async (provider = '', model = '') => {
        await host.runCommand(chooseModelCommand, provider, model)
        await set('provider', provider)
        await set('model', model)
        isLocal(true)
      },
    ],
    [
      useAws,
      async (profile = '') => {
        await set('bedrock.profile', profile)
        isLocal(true)
        await host.runCommand(chooseModelCommand, 'bedrock')
      },
    ],
    [
      chooseKey,
      async () => {
        isLocal(true)
        await host.runCommand(chooseModelCommand)
      },
    ],
    ['keel.welcome.endpoints', () => host.openSettings('keelAgent.openai')],
    [
      signIn,
      async () => {
        isLocal(false)
        await host.runCommand('keel.showAccounts')
      },
    ],
    [tryPrompt, (prompt = '') => host.runCommand(tryExampleCommand, prompt)],
  ])
}

/** The page starts anew with another folder; the walkthrough is to be there again then. */
async function goingOn(act: () => Promise<void>): Promise<void> {
  const storage = await getService(IStorageService)
  storage.store(goesOnKey, true, StorageScope.PROFILE, StorageTarget.MACHINE)
  try {
    await act()
  } finally {
    // Where a folder was opened, this page writes nothing any more.
    storage.remove(goesOnKey, StorageScope.PROFILE)
  }
}

async function open(path: string): Promise<void> {
  const commands = await getService(ICommandService)
  await commands.executeCommand('vscode.openFolder', URI.file(path))
}

/** Asks where a copy of the sample is to be, makes it there, and opens it. */
async function takeSample(host: WindowHost): Promise<void> {
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
    if (!choice) return
    if (choice === 'existing') return open(existing)
    if (choice === 'here') {
      await Samples.Write(path)
      return open(path)
    }
    const picked = await Window.PickFolder()
    if (!picked) return
    below = picked
  }
}
