import {
  getService,
  ICommandService,
  IExplorerService,
  ILabelService,
  IModelService,
  ISearchService,
  initialize,
} from '@codingame/monaco-vscode-api'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { FileChangeType } from '@codingame/monaco-vscode-api/vscode/vs/platform/files/common/files'
import { ColorScheme } from '@codingame/monaco-vscode-api/vscode/vs/platform/theme/common/theme'
import { COLOR_THEME_DARK_INITIAL_COLORS } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/themes/common/workbenchThemeService'
import { SearchProviderType } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/search/common/search'
import { registerCustomProvider } from '@codingame/monaco-vscode-files-service-override'
import type { Bridge, ExtensionsState, Failure, Property, WindowState } from '../bridge'
import { backUpSoon } from './backups'
import { setContext } from './commands'
import { confirm } from './confirm'
import './brand.css'
import './extensions'
import { CheckpointFiles, checkpointScheme } from './files/checkpoints'
import { folderPaths } from './files/paths'
import { UserData, userDataScheme } from './files/userData'
import { followDisk, WorkspaceFiles } from './files/workspaceFiles'
import {
  drawDetailsNatively,
  ExtensionFiles,
  ExtensionSecrets,
  extensionWords,
  Following,
  followNetwork,
  galleryProduct,
  nameRefusals,
  nameUpdates,
  ownScheme,
  Packages,
  type Plans,
  registryName,
} from './extension'
import { Folders, type Gate } from './folders'
import { trimMenus } from './menus'
import { notify } from './notify'
import { product, settingDefaults } from './product'
import { saveEverything } from './saving'
import { Search } from './search/provider'
import { workbenchServices } from './services'
import { contributeSettings } from './settings'
import { retireTelemetry } from './telemetry'
import { TerminalBackend } from './terminal/backend'
import { FolderTrust } from './trust'
import { offerNo, restrictSettings, retireSettings, trustFailure } from './trustServices'
import { registerNewWindow, registerWindowCommands } from './window'
import { useWords } from './words'
import { provideWorkers } from './workers'

/** boot starts the workbench in root, on the folder that Go has opened. */
export async function boot(
  root: HTMLElement,
  bridge: Bridge,
  state: WindowState,
  schema: readonly Property[],
  extensions: ExtensionsState,
  plans: Plans,
): Promise<Folders> {
  const caseSensitive = state.platform === 'linux'
  const folder = state.workspace.path
  const gate: Gate = { closed: false }
  const files = new WorkspaceFiles(bridge, folder, caseSensitive, gate)
  registerCustomProvider('file', files)
  registerCustomProvider(userDataScheme, new UserData(bridge, caseSensitive))
  registerCustomProvider(checkpointScheme, new CheckpointFiles(bridge))
  if (!/^https?$/.test(ownScheme)) registerCustomProvider(ownScheme, new ExtensionFiles())
  if (folder) followDisk(bridge, folder, files, () => void readAgain(files))
  provideWorkers()
  backUpSoon()
  trimMenus()
  contributeSettings(schema)

  const folders = new Folders(bridge, state.workspace, gate, saveEverything, confirm)
  folders.registerCommands()
  registerWindowCommands(bridge, saveEverything)
  registerNewWindow(() => folders.pickForNewWindow())
  const trust = new FolderTrust(bridge, state, gate, trustFailure)
  restrictSettings(trust)
  retireSettings()
  retireTelemetry()
  offerNo()
  useWords(extensionWords(registryName(extensions)))
  drawDetailsNatively()
  nameRefusals()
  nameUpdates(registryName(extensions))
  const following = new Following(bridge, extensions)
  const packages = new Packages(bridge, plans, following, folder)
  packages.register()
  const terminals = new TerminalBackend(bridge, state.workspace, gate)
  await initialize(
    workbenchServices(bridge, state, gate, terminals, trust, plans, extensions, following),
    root,
    {
      enableWorkspaceTrust: true,
      workspaceProvider: folders.provider(),
      secretStorageProvider: new ExtensionSecrets(bridge, offerSecrets),
      productConfiguration: { ...product, ...galleryProduct },
      configurationDefaults: settingDefaults(state.platform),
      // As the default theme is: until it is loaded a web page would be light, and its
      // bars in colours that no theme of today has.
      initialColorTheme: { themeType: ColorScheme.DARK, colors: COLOR_THEME_DARK_INITIAL_COLORS },
    },
    // Paths are shown whole, and the workbench takes no folder for the user's home.
    { userHome: URI.file('/no-home-folder') },
  )
  void packages.replace()
  followNetwork(bridge, extensions)
  // The workbench believes that only a native window can open folders.
  setContext('openFolderWorkspaceSupport', true)
  const labels = await getService(ILabelService)
  labels.registerFormatter({
    scheme: checkpointScheme,
    formatting: { label: '${path}', separator: '/', stripPathStartingSeparator: true },
  })
  if (folder) await answerSearches(bridge, folder)
  return folders
}

/** Where an extension cannot get at its secrets, the person can do something about it. */
function offerSecrets(extensionId: string, { message, hint }: Failure): void {
  const label = 'Where Secrets Are Kept'
  const run = async (): Promise<void> =>
    (await getService(ICommandService)).executeCommand('keel.showSecrets')
  notify.warn(`${extensionId} cannot use the secrets that it keeps. ${message} ${hint}`.trim(), [
    { label, run },
  ])
}

async function answerSearches(bridge: Bridge, folder: string): Promise<void> {
  const search = await getService(ISearchService)
  const provider = new Search(bridge, folderPaths(folder), notify.failure)
  search.registerSearchResultProvider('file', SearchProviderType.file, provider)
  search.registerSearchResultProvider('file', SearchProviderType.text, provider)
}

/** readAgain compares everything that is shown with the disk, after changes were missed. */
async function readAgain(files: WorkspaceFiles): Promise<void> {
  const [models, explorer] = await Promise.all([getService(IModelService), getService(IExplorerService)])
  const open = models.getModels().filter((model) => model.uri.scheme === 'file')
  files.notify(open.map((model) => ({ type: FileChangeType.UPDATED, resource: model.uri })))
  await explorer.refresh()
}
