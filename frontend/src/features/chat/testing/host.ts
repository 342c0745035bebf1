import type { ReferenceLook, Session, TrustState } from '../../../bridge'
import type { FakeOptions } from '../../../bridge/fake'
import { fakeWindow, type FakeWindow } from '../../../testing/window'
import type { AskCommand, ChatHost } from '../host'

/** FakeHost is a window without a workbench; `log` says what only the chat asks of it. */
export interface FakeHost extends FakeWindow, Omit<ChatHost, 'bridge'> {
  readonly log: string[]
  /** what can be asked from outside the chat */
  readonly asks: Map<string, AskCommand>
}

/** trusting is the trust state of a folder without trusted commands. */
export function trusting(trusted: boolean): TrustState {
  const folder = { trusted, path: '/home/user/calc', parent: '', effects: [] }
  return { seq: 1, commands: [], denied: [], guard: true, guardBy: '', folder, broken: '' }
}

/** fakeHost shows one session. */
export function fakeHost(shown: Session, options: FakeOptions = {}): FakeHost {
  const listed = {
    id: shown.id,
    title: shown.title,
    createdAt: shown.createdAt,
    updatedAt: shown.updatedAt,
    running: false,
    waiting: false,
  }
  const window = fakeWindow({
    ...options,
    methods: {
      'Sessions.List': () => [listed],
      'Sessions.Open': () => shown,
      'Sessions.Create': () => ({ ...shown, id: 'new', title: '', turns: [], draft: '' }),
      'Sessions.SaveDraft': () => undefined,
      'Sessions.SaveDraftParts': () => undefined,
      'Sessions.DraftParts': () => ({ references: [], images: [] }),
      'Sessions.Rate': () => undefined,
      'References.Find': () => ({ matches: [], limitHit: false, partial: false, problem: '' }),
      'References.Look': (look: ReferenceLook) => look.reference,
      'References.Forget': () => undefined,
      'References.StopLooking': () => undefined,
      'Storage.Load': () => ({}),
      'Storage.Update': () => undefined,
      'Trust.State': () => trusting(true),
      'Window.Notify': () => undefined,
      'Agent.Send': () => 't9',
      'Agent.Stop': () => undefined,
      'Agent.Answer': () => undefined,
      'Agent.AnswerQuestion': () => undefined,
      'Agent.StopCommand': () => undefined,
      'Agent.SendNow': () => undefined,
      'Agent.RetryNow': () => undefined,
      'Agent.Compact': () => undefined,
      'Agent.EditQueued': () => undefined,
      'Agent.RemoveQueued': () => undefined,
      'Agent.SetMode': () => undefined,
      'Agent.SetModel': () => undefined,
      ...options.methods,
    },
  })
  const log: string[] = []
  const asks = new Map<string, AskCommand>()
  // The same object: what the window does, it does to its own lists.
  return Object.assign(window, {
    log,
    asks,
    registerAsk: (command: AskCommand) => {
      asks.set(command.id, command)
      return { dispose: () => void asks.delete(command.id) }
    },
    showView: async (id: string) => void log.push(`show ${id}`),
    openFolder: async () => void log.push('open folder'),
    openSettings: async (query: string) => void log.push(`settings ${query}`),
    openText: async (text: string, language: string) => void log.push(`open ${language}: ${text}`),
    openExternal: async (address: string) => void log.push(`external ${address}`),
    colorize: async (code: string) => colorize(code),
    sources: {
      current: async () => undefined,
      selection: async () => undefined,
      file: async (path: string) => ({ kind: 'file' as const, name: path, path }),
      terminal: async () => undefined,
      dropped: async () => ({ references: [], pictures: [], problem: '' }),
    },
    code: {
      insert: async (code: string) => log.push(`insert ${code}`) > 0,
      apply: async (code: string) => (log.push(`apply ${code}`) > 0 ? 'applied' : 'nowhere'),
    },
  })
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
