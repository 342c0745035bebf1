import { fakeBridge, type FakeBridge } from '../../bridge/fake'
import type { Checkpoint, RestorePlan, RestoreResult, UnsavedText } from '../../bridge'
import type { CheckpointHost, HostCommand, PickItem, Question, StatusEntry, ToastAction } from './host'

/** FakeWindow is a window without a workbench, whose person answers from lists. */
export interface FakeWindow extends CheckpointHost {
  readonly bridge: FakeBridge
  readonly toasts: { severity: string; message: string; actions: readonly ToastAction[] }[]
  readonly questions: Question[]
  readonly diffs: unknown[][]
  readonly picked: PickItem<unknown>[][]
  readonly commands: Map<string, HostCommand>
  readonly context: Record<string, boolean | string>
  status: StatusEntry | undefined
  unsaved: UnsavedText[]
  /** what `reload` and `bringBack` were asked for */
  readonly reloaded: string[][]
  readonly broughtBack: string[][]
  /** the texts that `bringBack` cannot put in */
  inTheWay: UnsavedText[]
  /** the answers to come */
  confirms: boolean[]
  answers: (string | undefined)[]
  /** labels of the items to pick; undefined to cancel */
  picks: (string | undefined)[]
  modal: HTMLElement | undefined
}

export const emptyPlan: RestorePlan = {
  write: [],
  delete: [],
  merge: [],
  conflicts: [],
  unknown: [],
  unsaved: [],
  large: false,
}

export const done: RestoreResult = {
  written: 2,
  deleted: 1,
  merged: 0,
  conflicts: [],
  unknown: [],
  unsaved: [],
  undo: 'u1',
}

export const manual: Checkpoint = {
  id: 'c1',
  createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
  reason: 'manual',
  label: 'before the rewrite',
  sessionId: '',
  turnId: '',
  complete: true,
  files: 12,
  changed: 3,
  pinned: false,
  problems: [],
}

/** fakeWindow answers Go's methods from `methods`. */
export function fakeWindow(methods: Record<string, (...args: never[]) => unknown> = {}): FakeWindow {
  const bridge = fakeBridge({
    methods: { 'Checkpoints.Restore': () => done, 'Checkpoints.Undo': () => done, ...methods },
  })
  const toasts: FakeWindow['toasts'] = []
  const toast =
    (severity: string) =>
    (message: string, actions: readonly ToastAction[] = []): void =>
      void toasts.push({ severity, message, actions })
  const host: FakeWindow = {
    bridge,
    toasts,
    questions: [],
    diffs: [],
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
    openFile: async () => undefined,
    openMultiDiff: async (title, files) => void host.diffs.push([title, files]),
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
    showStatus: (_, entry) => void (host.status = entry),
  }
  return host
}

/** Every call of a method, with its arguments. */
export function calls(host: FakeWindow, name: string): unknown[][] {
  return host.bridge.calls.filter((call) => call.name === name).map((call) => call.arguments)
}

/** The button of the open dialog that has this text. */
export function dialogButton(host: FakeWindow, text: string): HTMLButtonElement {
  const all = [...(host.modal?.querySelectorAll('button') ?? [])]
  const found = all.find((button) => button.textContent.trim() === text)
  if (!found) throw new Error(`There is no button "${text}" in:\n${host.modal?.textContent ?? 'no dialog'}`)
  return found
}

/** Lets promises and drawing happen. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}
