import {
  getService,
  ICommandService,
  IConfigurationService,
  IWorkspacesService,
} from '@codingame/monaco-vscode-api'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { toFailure, type Bridge, type WindowState } from '../../bridge'
import type { WindowHost } from '../../ui/host'
import { fileName } from '../problems'
import { welcomeActs } from './acts'
import { connectionsText, type AWSFiles } from './connections'
import { asName, asWords } from './markdown'
import { followNeed } from './need'
import { editorsKey, welcome, type RecentFolder } from './steps'
import { editorsText, promptsText } from './texts'

/** ownWalkthrough is Keel's own, with what its buttons do. Nothing is looked for before it is shown. */
export async function ownWalkthrough(host: WindowHost, state: WindowState) {
  const { bridge } = host
  const [commands, configuration, workspaces] = await Promise.all([
    getService(ICommandService),
    getService(IConfigurationService),
    getService(IWorkspacesService),
  ])
  const acts = welcomeActs(
    host,
    async (path) => (await commands.executeCommand('vscode.openFolder', URI.file(path))) === true,
  )
  followNeed(configuration, host.setContext)

  const model = async (): Promise<string> => {
    const [local, aws, accounts] = await Promise.all([
      bridge.Providers.Local(),
      awsFiles(bridge),
      bridge.Accounts.State(),
    ])
    return connectionsText({
      local,
      aws,
      accounts: accounts.accounts,
      services: accounts.services,
      endpoints: Object.keys(configuration.getValue<object | undefined>('keelAgent.openai.endpoints') ?? {}),
    })
  }
  const facts = { folder: state.workspace.path, recent: await recentFolders(workspaces) }
  return {
    ...welcome(facts, {
      model,
      prompts: async () => promptsText(await bridge.Agent.Examples()),
      editors: async () => editorsText(await bridge.Imports.Find()),
    }),
    /** Does what a button says, and tells whether it was done; undefined where that is a command of the window. */
    async act(command: string, args: readonly unknown[]): Promise<boolean | undefined> {
      return acts.get(command)?.(...args.filter((each) => typeof each === 'string'))
    },
    /** It is before a person: whether the step about other editors has anything to say is looked for now. */
    async shown(): Promise<void> {
      const found = await bridge.Imports.Find().catch(() => [])
      host.setContext(editorsKey, found.length > 0)
    },
  }
}

export type OwnWalkthrough = Awaited<ReturnType<typeof ownWalkthrough>>

/** The folders of Open Recent: those that a person took off that list are not here either. */
async function recentFolders(
  workspaces: Pick<IWorkspacesService, 'getRecentlyOpened'>,
): Promise<RecentFolder[]> {
  const recent = await workspaces.getRecentlyOpened()
  return recent.workspaces.flatMap((each) => {
    if (!('folderUri' in each)) return []
    const path = each.folderUri.fsPath
    return [{ path, name: fileName(path) }]
  })
}

async function awsFiles({ Providers }: Pick<Bridge, 'Providers'>): Promise<AWSFiles> {
  try {
    const { profiles, unread } = await Providers.AWS()
    const files = unread.map(asName).join(' and ')
    return { profiles, trouble: files && `The AWS configuration in ${files} could not be read.` }
  } catch (cause) {
    const { message } = toFailure(cause)
    return { profiles: [], trouble: `The AWS configuration could not be read: ${asWords(message)}` }
  }
}
