import { fakeBridge, type FakeBridge, type FakeOptions } from '../../../bridge/fake'
import type { ChatHost, HostCommand, HostView, PickItem, Question, ToastAction } from '../host'
import type { Session, UnsavedText } from '../../../bridge'

/** FakeHost is a window without a workbench; `log` says what it was asked for. */
export interface FakeHost extends ChatHost {
  readonly bridge: FakeBridge
  readonly log: string[]
  readonly commands: Map<string, HostCommand>
  readonly views: HostView[]
  readonly toasts: { severity: string; message: string; actions: readonly ToastAction[] }[]
  /** the answers of the next questions */
  confirms: boolean[]
  picks: ((items: readonly PickItem<unknown>[]) => unknown)[]
  answers: (string | undefined)[]
  /** what the editors hold unsaved */
  unsaved: UnsavedText[]
  /** the container of the open dialog */
  modal: HTMLElement | undefined
}

/** fakeHost shows one session. */
export function fakeHost(shown: Session, options: FakeOptions = {}): FakeHost {
  const bridge = fakeBridge({
    ...options,
    methods: {
      'Sessions.List': () => [
        {
          id: shown.id,
          title: shown.title,
          createdAt: shown.createdAt,
          updatedAt: shown.updatedAt,
          running: false,
          waiting: false,
        },
      ],
      'Sessions.Open': () => shown,
      'Sessions.Create': () => ({ ...shown, id: 'new', title: '', turns: [], draft: '' }),
      'Sessions.SaveDraft': () => undefined,
      'Agent.Send': () => 't9',
      'Agent.Stop': () => undefined,
      'Agent.Answer': () => undefined,
      'Agent.SetMode': () => undefined,
      'Agent.SetModel': () => undefined,
      ...options.methods,
    },
  })
  const log: string[] = []
  const toasts: FakeHost['toasts'] = []
  const toast =
    (severity: string) =>
    (message: string, actions: readonly ToastAction[] = []): void =>
      void toasts.push({ severity, message, actions })
  const host: FakeHost = {
    bridge,
    log,
    toasts,
    commands: new Map(),
    views: [],
    confirms: [],
    picks: [],
    answers: [],
    unsaved: [],
    modal: undefined,
    editors: {
      collect: async () => host.unsaved,
      reload: async (paths) => {
        if (paths.length > 0) log.push(`reload ${paths.join(' ')}`)
        return []
      },
      bringBack: async (texts) => {
        if (texts.length > 0) log.push(`bring back ${texts.map((text) => text.path).join(' ')}`)
        return []
      },
      showBeside: async (text) => void log.push(`show ${text.path}`),
    },
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
    showStatus: (id, entry) => void log.push(`status ${id} ${entry?.text ?? ''}`.trimEnd()),
    notify: { info: toast('info'), warn: toast('warn'), error: toast('error') },
    registerView(view) {
      host.views.push(view)
      return { dispose: () => undefined }
    },
    registerCommand(command) {
      host.commands.set(command.id, command)
      return { dispose: () => void host.commands.delete(command.id) }
    },
    setContext: (key, value) => void log.push(`context ${key} ${value}`),
    showView: async (id) => void log.push(`show ${id}`),
    confirm: async (question: Question) => {
      log.push(`confirm ${question.message} ${question.detail}`)
      return host.confirms.shift() ?? false
    },
    pick: async <T>(items: readonly PickItem<T>[] | Promise<readonly PickItem<T>[]>) => {
      const all = await items
      return host.picks.shift()?.(all) as T | undefined
    },
    ask: async () => host.answers.shift(),
    openFolder: async () => void log.push('open folder'),
    openFile: async (path, line) => void log.push(`open ${path}${line === undefined ? '' : `:${line}`}`),
    openMultiDiff: async (title, files) => void log.push(`diff ${title} ${JSON.stringify(files)}`),
    openSettings: async (query) => void log.push(`settings ${query}`),
    openExternal: async (address) => void log.push(`external ${address}`),
    colorize: async (code) => colorize(code),
  }
  return host
}

const words = /\b(?:func|return|if|for|range|package|import|const|let|var|type|struct|int|error|string)\b/g

/** Colours a few words in the shape of Monaco's HTML: tabs and blanks drawn as such, <br/> between lines. */
export function colorize(code: string): string {
  return code
    .split('\n')
    .map((line) => `<span>${colorizeLine(line)}</span><br/>`)
    .join('')
}

function colorizeLine(line: string): string {
  const drawn = line
    .replaceAll('\t', '    ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/ /g, '&#160;')
  const [, code = drawn, comment = ''] = /^(.*?)(\/\/.*)?$/.exec(drawn) ?? []
  const parts = code.split(/("(?:[^"\\]|\\.)*")/)
  const coloured = parts.map((part, index) =>
    index % 2 === 1
      ? `<span class="mtk12">${part}</span>`
      : part.replace(words, (word) => `</span><span class="mtk6">${word}</span><span class="mtk1">`),
  )
  const plain = `<span class="mtk1">${coloured.join('')}</span>`
  return comment ? `${plain}<span class="mtk7">${comment}</span>` : plain
}
