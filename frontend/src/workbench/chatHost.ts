import {
  getService,
  ICommandService,
  IEditorService,
  IPreferencesService,
  IQuickInputService,
} from '@codingame/monaco-vscode-api'
import { CommandsRegistry } from '@codingame/monaco-vscode-api/vscode/vs/platform/commands/common/commands'
import type {
  IQuickPickItem,
  QuickPickInput,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/quickinput/common/quickInput'
import type { Bridge } from '../bridge'
import type { AskOptions, ChatHost, PickItem, PickOptions } from '../features/chat'
import type { ReviewHost } from '../features/review'
import { codeTarget } from './code'
import { colorize } from './colorize'
import { register, setContext } from './commands'
import { confirm } from './confirm'
import { diffs } from './diffs'
import { registerFileCommand } from './fileCommands'
import { folderPaths } from './files/paths'
import { notify } from './notify'
import { openModal } from './modal'
import { openPage, registerPage } from './pages'
import { referenceSources, registerAsk } from './reference'
import { reviewEditors } from './review'
import { openUserSettings } from './settings'
import { StatusBar } from './status'
import { unsavedEditors } from './unsaved'
import { registerView, showBadge, showView } from './views'

/** chatHost gives features what they need of the workbench. folder is absolute, empty when none is open. */
export function chatHost(bridge: Bridge, folder: string): ChatHost & ReviewHost {
  const paths = folderPaths(folder || '/')
  const { layers, ...review } = reviewEditors(bridge, paths)
  return {
    bridge,
    registerView,
    registerCommand: register,
    registerFileCommand: (command) => registerFileCommand(command, paths),
    setContext,
    showView,
    showBadge,
    notify,
    confirm,
    pick,
    ask,
    openFile: async (path, line) => {
      const editors = await getService(IEditorService)
      const options = line === undefined ? {} : { selection: { startLineNumber: line, startColumn: 1 } }
      await editors.openEditor({ resource: paths.toResource(path), options })
    },
    openFolder: async () => {
      const commands = await getService(ICommandService)
      await commands.executeCommand('workbench.action.files.openFolder')
    },
    ...diffs(bridge, paths),
    editors: unsavedEditors(paths),
    ...review,
    sources: referenceSources(paths),
    code: codeTarget(paths, layers),
    registerAsk: (command) => registerAsk(command, paths),
    openModal,
    registerPage,
    openPage: (id) => openPage(id),
    runCommand: async (id, ...args) => {
      const commands = await getService(ICommandService)
      return commands.executeCommand(id, ...args)
    },
    hasCommand: async (id) => CommandsRegistry.getCommand(id) !== undefined,
    showStatus: new StatusBar().show,
    openSettings: async (query) => {
      const preferences = await getService(IPreferencesService)
      await preferences.openSettings({ jsonEditor: false, query })
    },
    openUserSettings: () => openUserSettings(bridge),
    openText: async (text, language) => {
      const editors = await getService(IEditorService)
      await editors.openEditor({ resource: undefined, contents: text, languageId: language })
    },
    openExternal: (address) => bridge.Window.OpenExternal(address),
    colorize,
  }
}

type Row<T> = IQuickPickItem & { value: T; current: boolean; group: string }

async function pick<T>(
  items: readonly PickItem<T>[] | Promise<readonly PickItem<T>[]>,
  { title, placeholder, back }: PickOptions,
): Promise<T | undefined> {
  const service = await getService(IQuickInputService)
  const rows = Promise.resolve(items).then((all) => all.map(toRow))
  const input = service.createQuickPick<Row<T>>({ useSeparators: true })
  const chosen = new Promise<Row<T> | 'back' | undefined>((resolve, reject) => {
    input.onDidAccept(() => {
      const [row] = input.activeItems
      if (row) resolve(row)
    })
    input.onDidTriggerButton(() => resolve('back'))
    input.onDidHide(() => resolve(undefined))
    rows.then((all) => {
      input.busy = false
      input.items = withHeadings(all)
      const active = all.find((row) => row.current) ?? all[0]
      if (active) input.activeItems = [active]
    }, reject)
  })
  input.title = title
  input.placeholder = placeholder
  input.matchOnDescription = true
  input.matchOnDetail = true
  input.buttons = back ? [service.backButton] : []
  input.busy = true
  input.show()
  const row = await chosen.finally(() => input.dispose())
  if (row !== 'back') return row?.value
  await back?.()
  return undefined
}

async function ask({
  title,
  value,
  placeholder,
  secret = false,
  check,
}: AskOptions): Promise<string | undefined> {
  const input = await getService(IQuickInputService)
  return input.input({
    title,
    value,
    placeHolder: placeholder,
    password: secret,
    ...(check ? { validateInput: (text) => Promise.resolve(check(text)) } : {}),
  })
}

function toRow<T>(item: PickItem<T>): Row<T> {
  return {
    label: item.current ? `${item.label} $(check)` : item.label,
    current: item.current ?? false,
    group: item.group ?? '',
    value: item.value,
    ...(item.description === undefined ? {} : { description: item.description }),
    ...(item.detail === undefined ? {} : { detail: item.detail }),
  }
}

function withHeadings<T>(rows: readonly Row<T>[]): QuickPickInput<Row<T>>[] {
  let group = ''
  return rows.flatMap((row): QuickPickInput<Row<T>>[] => {
    if (row.group === group) return [row]
    group = row.group
    return [{ type: 'separator', label: group }, row]
  })
}
