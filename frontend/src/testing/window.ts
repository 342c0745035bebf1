import { fakeBridge, type FakeBridge, type FakeOptions } from '../bridge/fake'
import type { UnsavedText } from '../bridge'
import type { HostPage } from '../ui/host'
import type {
  CheckpointHost,
  DiffTarget,
  FileCommand,
  HostCommand,
  HostView,
  PickItem,
  Question,
  StatusEntry,
  ToastAction,
} from '../features/checkpoint'

/** FakeWindow is a window without a workbench, whose person answers from lists. */
export interface FakeWindow extends CheckpointHost {
  readonly bridge: FakeBridge
  readonly toasts: { severity: string; message: string; actions: readonly ToastAction[] }[]
  readonly questions: Question[]
  readonly diffs: { title: string; files: readonly DiffTarget[] }[]
  /** the files that were opened, "calc.go" or "calc.go:12" */
  readonly opened: string[]
  /** the items of every quick pick */
  readonly picked: PickItem<unknown>[][]
  readonly commands: Map<string, HostCommand>
  readonly context: Record<string, boolean | string>
  status: StatusEntry | undefined
  /** what the editors hold unsaved */
  unsaved: UnsavedText[]
  /** what `reload` and `bringBack` were asked for */
  readonly reloaded: string[][]
  readonly broughtBack: string[][]
  /** the texts that `bringBack` cannot put in */
  inTheWay: UnsavedText[]
  /** the answers to come */
  confirms: boolean[]
  answers: (string | undefined)[]
  /** labels of the items to pick, in part; undefined to cancel */
  picks: (string | undefined)[]
  readonly pages: Map<string, HostPage>
  readonly views: HostView[]
  /** by view; 0 for none */
  readonly badges: Record<string, number>
  readonly fileCommands: Map<string, FileCommand>
  /** the container of the open dialog */
  modal: HTMLElement | undefined
}

/** fakeWindow answers Go's methods from options. */
export function fakeWindow(options: FakeOptions = {}): FakeWindow {
  const toasts: FakeWindow['toasts'] = []
  const toast =
    (severity: string) =>
    (message: string, actions: readonly ToastAction[] = []): void =>
      void toasts.push({ severity, message, actions })
  const host: FakeWindow = {
    bridge: fakeBridge(options),
    toasts,
    questions: [],
    diffs: [],
    opened: [],
    picked: [],
    commands: new Map(),
    context: {},
    status: undefined,
    unsaved: [],
    reloaded: [],
    broughtBack: [],
    inTheWay: [],
    confirms: [],
    answers: [],
    picks: [],
    pages: new Map(),
    views: [],
    badges: {},
    fileCommands: new Map(),
    modal: undefined,
    notify: { info: toast('info'), warn: toast('warn'), error: toast('error') },
    editors: {
      collect: async () => host.unsaved,
      reload: async (paths) => {
        host.reloaded.push([...paths])
        return []
      },
      bringBack: async (texts) => {
        host.broughtBack.push(texts.map((text) => text.path))
        return host.inTheWay
      },
      showBeside: async () => undefined,
    },
    openFile: async (path, line) => void host.opened.push(line === undefined ? path : `${path}:${line}`),
    openMultiDiff: async (title, files) => void host.diffs.push({ title, files }),
    registerCommand(command) {
      host.commands.set(command.id, command)
      return { dispose: () => void host.commands.delete(command.id) }
    },
    setContext: (key, value) => void (host.context[key] = value),
    confirm: async (question) => {
      host.questions.push(question)
      return host.confirms.shift() ?? false
    },
    pick: async <T>(items: readonly PickItem<T>[] | Promise<readonly PickItem<T>[]>) => {
      const all = await items
      host.picked.push([...all])
      const wanted = host.picks.shift()
      return wanted === undefined ? undefined : all.find((item) => item.label.includes(wanted))?.value
    },
    ask: async () => host.answers.shift(),
    openModal: (_, draw) =>
      new Promise((resolve) => {
        const container = document.createElement('div')
        document.body.append(container)
        host.modal = container
        const drawn = draw(container, (answer) => {
          drawn.dispose()
          container.remove()
          host.modal = undefined
          resolve(answer)
        })
      }),
    openSettings: async (query) => void host.opened.push(`settings: ${query}`),
    openUserSettings: async () => void host.opened.push('settings.json'),
    runCommand: async (id, ...args) => void host.opened.push(`command: ${[id, ...args].join(' ')}`),
    hasCommand: async (id) => host.commands.has(id),
    registerPage: (page) => {
      host.pages.set(page.id, page)
      return { dispose: () => void host.pages.delete(page.id) }
    },
    openPage: async (id) => void host.opened.push(`page: ${id}`),
    showStatus: (_, entry) => void (host.status = entry),
    openDiff: async (title, file, line) => {
      host.diffs.push({ title: line === undefined ? title : `${title}:${line}`, files: [file] })
    },
    registerView(view) {
      host.views.push(view)
      return { dispose: () => void host.views.splice(host.views.indexOf(view), 1) }
    },
    showView: async (id) => void host.opened.push(`view: ${id}`),
    showBadge: (id, count) => void (host.badges[id] = count),
    registerFileCommand(command) {
      host.fileCommands.set(command.id, command)
      return { dispose: () => void host.fileCommands.delete(command.id) }
    },
  }
  return host
}

/** Every call of a method of Go, with its arguments. */
export function calls(host: { readonly bridge: FakeBridge }, name: string): unknown[][] {
  return host.bridge.calls.filter((call) => call.name === name).map((call) => call.arguments)
}
