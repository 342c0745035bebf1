import type { UriComponents } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { commandRefusal, writesIntoEditor } from './commands'
import type { Consent } from './ask'
import { withoutCommandLinks } from './clicks'
import { Refused, type Access, type Rule } from './guard'
import { atMost, seldom } from './limits'
import type { Places } from './places'
import { isUri, type Seen } from './seen'
import { keptSetting } from './settings'
import { terminalRules } from './terminals'

/** What the rules need of the workbench. */
export interface Ground {
  readonly places: Places
  readonly consent: Consent
  readonly seen: Seen
  /** The document of the editor that has the keyboard. */
  activeDocument(): UriComponents | undefined
  /** Whether an extension with this name is there. */
  isExtension(id: string): boolean
  /** Whether a command is the workbench's own; one that is nobody's is the extension's from now on. */
  isOwnCommand(id: string): boolean
  /** Whether an extension has registered this command. */
  isExtensionsCommand(id: string): boolean
  /** Resolves when nothing is waited for any more before a command runs; undefined where nothing is. */
  startedFor(command: string): Promise<void> | undefined
  /** Whether somebody answers for documents of this scheme already. */
  isHandled(scheme: string): boolean
  /** Whether accounts of this provider are Keel's. */
  isOwnProvider(id: string): boolean
  /** Whether the person is looking at this window. */
  isInFront(): boolean
}

export const pass: Rule = (args, next) => next(...args)
export const quiet: Rule = () => undefined
export const refuse =
  (what: string): Rule =>
  () => {
    throw new Refused(what)
  }

/** Shown at the same time: more than anybody reads, and few enough for the window to stay usable. */
const mostMessages = 10

/**
 * rules is what extensions may do with the workbench. An actor that is not here
 * is closed: chat and language models, tasks of other systems, tunnels, sockets,
 * MCP, remote data, labels of resources, downloads, sharing.
 *
 * Not guarded, because VS Code gives it to every extension and nothing here tells
 * a good use from a bad one: what an extension shows (a view, a decoration or a
 * message may look like Keel's), and edits that a person takes from it (a quick
 * fix, a completion), wherever the document is one that it knows. What a click in
 * what it shows may run is in clicks.ts. Links inside the folder that lead to what others
 * run are not followed here either. What manifests bring is in contributions.ts.
 */
export function rules(ground: Ground): Readonly<Record<string, Access>> {
  const { places, consent, seen } = ground
  const read = (resource: unknown): void => {
    if (isUri(resource) && places.permission(resource) !== 'nothing') return
    throw new Refused(`reading ${shown(resource)}`)
  }
  const write = async (resource: unknown): Promise<void> => {
    const permission = isUri(resource) ? places.permission(resource) : 'nothing'
    if (permission === 'write') return
    const path = shown(resource)
    if (permission === 'ask' && (await consent.allows(writeQuestion, path, 'Let It Write'))) return
    throw new Refused(`writing ${path}`)
  }
  const reading: Rule = (args, next) => {
    read(args[0])
    return next(...args)
  }
  const writing: Rule = async (args, next) => {
    await write(args[0])
    return next(...args)
  }
  const writingBoth: Rule = async (args, next) => {
    await write(args[0])
    await write(args[1])
    return next(...args)
  }
  const scheme: Rule = (args, next) => {
    const mine = typeof args[1] === 'string' && places.isOwn(args[1])
    if ((!mine && ground.isHandled(String(args[1]))) || !places.take(args[1]))
      throw new Refused(`answering for ${String(args[1])}: documents`)
    return next(...args)
  }
  const ownDocument: Rule = (args, next) => {
    if (!isUri(args[0]) || places.permission(args[0]) !== 'write' || args[0].scheme === 'file')
      throw new Refused(`changing ${shown(args[0])}`)
    return next(...args)
  }
  const known: Rule = (args, next) => {
    const id = args.find((each) => typeof each === 'string')
    if (typeof id !== 'string' || !ground.isExtension(id)) throw new Refused('using the storage of another')
    return next(...args)
  }
  const inEditor: Rule = async (args, next) => {
    await write(seen.documentOf(args[0]))
    return next(...args)
  }
  const provider: Rule = (args, next) => {
    const id: unknown = typeof args[0] === 'object' ? (args[0] as { id?: unknown } | null)?.id : args[0]
    if (typeof id !== 'string' || ground.isOwnProvider(id)) throw new Refused("changing Keel's own accounts")
    return next(...args)
  }
  const log: Rule = (args, next) => {
    const resource = args.find(isUri)
    if (resource?.scheme === 'file') throw new Refused(`logging to ${shown(resource)}`)
    return next(...args)
  }
  const running = atMost(20, 'bars of progress')
  const lines = atMost(150, 'entries of the status bar')
  let messages = 0
  return {
    MainThreadCommands: {
      $registerCommand: (args, next) => {
        if (ground.isOwnCommand(String(args[0]))) throw new Refused(`taking the command ${String(args[0])}`)
        return next(...args)
      },
      $executeCommand: async (args, next) => {
        const id = String(args[0])
        const boxed = unwrapped(args[1])
        const given: readonly unknown[] = Array.isArray(boxed) ? boxed : []
        const why = commandRefusal(id, given)
        if (why !== undefined) throw new Refused(`running ${id}, since ${why}`)
        // What they find out about a document, words of it, they give to whoever asks.
        if (asks.test(id)) given.filter(isUri).forEach(read)
        // An extension that starts for the command makes it wait, and the person goes elsewhere meanwhile.
        await ground.startedFor(id)
        const document = ground.activeDocument()
        const writes = writesIntoEditor(id, given) && !ground.isExtensionsCommand(id)
        if (writes && document && places.permission(document) !== 'write')
          throw new Refused(`running ${id} in this editor`)
        return next(...args)
      },
    },
    MainThreadConfiguration: {
      '*': async (args, next) => {
        const [target, key] = args
        if (keptSetting(key)) throw new Refused(`changing the setting ${String(key)}`)
        // Of an unnamed place the workbench chooses the folder's settings where they say it already.
        const inFolder = target !== 1 && target !== 2 && target !== 3
        if (inFolder && !(await consent.allows(settingQuestion, String(key), 'Let It Change'))) {
          throw new Refused(`changing ${String(key)} in the folder's settings`)
        }
        return next(...args)
      },
    },
    MainThreadFileSystem: {
      $registerFileSystemProvider: scheme,
      $unregisterProvider: pass,
      $ensureActivation: pass,
      $onFileSystemChange: (args, next) => {
        const changes = Array.isArray(args[1]) ? (args[1] as { resource?: unknown }[]) : []
        return next(
          args[0],
          changes.filter(({ resource }) => isUri(resource) && places.isOwn(resource.scheme)),
        )
      },
      $stat: reading,
      $readdir: reading,
      $readFile: reading,
      $writeFile: writing,
      $mkdir: writing,
      $delete: writing,
      $rename: writingBoth,
      $copy: async (args, next) => {
        read(args[0])
        await write(args[1])
        return next(...args)
      },
      '*': refuse('something new with files'),
    },
    MainThreadFileSystemEventService: {
      $watch: (args, next) => {
        read(args[2])
        return next(...args)
      },
    },
    MainThreadDocuments: {
      $tryOpenDocument: reading,
      $trySaveDocument: writing,
    },
    MainThreadDocumentContentProviders: {
      $registerTextContentProvider: scheme,
      $onVirtualDocumentChange: ownDocument,
    },
    MainThreadTextEditors: {
      $registerTextEditorDecorationType: pass,
      $removeTextEditorDecorationType: pass,
      $tryShowTextDocument: reading,
      $tryApplyEdits: inEditor,
      $tryInsertSnippet: inEditor,
      // What it draws there would stand for what the person agrees to.
      '*': (args, next) => {
        if (seen.documentOf(args[0]) === undefined) throw new Refused('changing how this editor looks')
        return next(...args)
      },
    },
    MainThreadBulkEdits: {
      '*': async (args, next) => {
        for (const resource of edited(unwrapped(args[0]))) await write(resource)
        return next(...args)
      },
    },
    MainThreadWorkspace: {
      $startFileSearch: (args, next) => {
        if (args[0]) read(args[0])
        return next(...args)
      },
      $startTextSearch: (args, next) => {
        if (args[1]) read(args[1])
        return next(...args)
      },
      $save: writing,
      $updateWorkspaceFolders: refuse('changing which folders are open'),
      $resolveProxy: quiet,
      $lookupAuthorization: refuse('reading a password of a proxy'),
      $lookupKerberosAuthorization: refuse('reading a password of a proxy'),
      $loadCertificates: () => [],
    },
    MainThreadLanguages: { $changeLanguage: reading, $tokensAtPosition: reading },
    MainThreadLanguageFeatures: {
      $registerNavigateTypeSupport: (args, next) => next(...args),
      '*': (args, next, call) => {
        if (!call.startsWith('$register')) return next(...args)
        // Asked for settings or proposals it could change them; it is not asked.
        const [handle, selector, ...rest] = args
        if (!Array.isArray(selector) || !selector.every(isFilter))
          throw new Refused('answering for documents without saying which')
        const narrow = selector.flatMap((each) => places.narrowed(each))
        return next(handle, narrow, ...rest)
      },
    },
    MainThreadLocalizationShape: { $fetchBundleContents: reading },
    MainThreadSearch: {
      $registerFileSearchProvider: scheme,
      $registerTextSearchProvider: scheme,
      $registerAITextSearchProvider: scheme,
    },
    MainThreadNotebookDocumentsShape: { $tryOpenNotebook: reading, $trySaveNotebook: writing },
    MainThreadTerminalService: terminalRules(consent),
    MainThreadTerminalShellIntegration: {
      $executeCommand: async (args, next) => {
        const line = String(args[1])
        if (!(await consent.allows(runQuestion, line, 'Run'))) throw new Refused('running a command')
        return next(...args)
      },
    },
    MainThreadTask: {
      $registerSupportedExecutions: quiet,
      $registerTaskProvider: quiet,
      $unregisterTaskProvider: quiet,
      $fetchTasks: () => [],
      '*': refuse('running a task'),
    },
    MainThreadDebugService: {
      $startDebugging: refuse('starting a program to find its errors'),
      $customDebugAdapterRequest: refuse('starting a program to find its errors'),
      '*': quiet,
    },
    MainThreadClipboard: {
      $readText: (args, next) => {
        if (!ground.isInFront()) throw new Refused('reading the clipboard while Keel is in the background')
        return next(...args)
      },
    },
    MainThreadMessageService: {
      $showMessage: async ([severity, message, options, commands], next) => {
        if (messages >= mostMessages) return undefined
        messages++
        try {
          return await next(severity, shortMessage(message), said(options), commands)
        } finally {
          messages--
        }
      },
    },
    MainThreadStorage: { $registerExtensionStorageKeysToSync: quiet, '*': known },
    MainThreadSecretState: { '*': known },
    MainThreadAuthentication: {
      $registerAuthenticationProvider: provider,
      $unregisterAuthenticationProvider: provider,
      $sendDidChangeSessions: provider,
      $removeSession: provider,
      $registerDynamicAuthenticationProvider: refuse('signing in by itself'),
      $setSessionsForDynamicAuthProvider: refuse('signing in by itself'),
      $sendDidChangeDynamicProviderInfo: refuse('signing in by itself'),
    },
    MainThreadLogger: { '*': log },
    MainThreadOutputService: { $register: seldom(60, 'lists of output', log) },
    MainThreadTelemetry: { '*': quiet },
    // The host asks these by itself when it starts; nobody would hear a refusal.
    MainThreadChatSkills: { $getTools: () => [], '*': refuse('using tools of a chat') },
    MainThreadProfileContentHandlers: { '*': quiet },

    MainThreadComments: 'open',
    MainThreadConsole: 'open',
    MainThreadCustomEditors: 'open',
    MainThreadDecorations: 'open',
    MainThreadDiagnostics: 'open',
    MainThreadDiaglogs: 'open', // VS Code's own spelling
    MainThreadDocumentDiff: 'open',
    MainThreadEditorInsets: 'open',
    MainThreadEditorTabs: 'open',
    MainThreadErrors: 'open',
    MainThreadExtensionService: 'open',
    MainThreadMeteredConnection: 'open',
    MainThreadNotebook: 'open',
    MainThreadNotebookEditorsShape: 'open',
    MainThreadNotebookKernels: 'open',
    MainThreadNotebookRenderers: 'open',
    MainThreadPower: 'open',
    MainThreadProgress: { $startProgress: running.begin, $progressEnd: running.end },
    MainThreadQuickDiff: 'open',
    MainThreadQuickOpen: 'open',
    MainThreadSCM: 'open',
    MainThreadStatusBar: { $setEntry: lines.begin, $disposeEntry: lines.end },
    MainThreadTesting: 'open',
    MainThreadTheming: 'open',
    MainThreadTimeline: 'open',
    MainThreadTreeViews: 'open',
    MainThreadUriOpeners: 'closed', // addresses that a person opens are nobody's to catch
    MainThreadUrls: 'open',
    MainThreadWebviewPanels: { $createWebviewPanel: seldom(20, 'panels', pass) },
    MainThreadWebviewViews: 'open',
    MainThreadWebviews: 'open',
    MainThreadWindow: 'open', // what it opens outside goes through Keel's question
  }
}

const writeQuestion = 'An extension wants to change a file that other programs run or obey by themselves.'
const settingQuestion =
  'An extension wants to change this setting in the folder’s own settings, which others obey too.'
export const runQuestion = 'An extension wants to run this in a terminal.'

function shown(resource: unknown): string {
  if (!isUri(resource)) return 'this'
  return resource.scheme === 'file' ? (resource.path ?? '') : `${resource.scheme}:${resource.path ?? ''}`
}

/** What a call sends along with large buffers is in a box. */
function unwrapped(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'value' in value ? value.value : value
}

/** The resources that an edit of the workspace changes; something that is none where it does not say. */
function edited(edit: unknown): unknown[] {
  if (typeof edit !== 'object' || edit === null || !('edits' in edit) || !Array.isArray(edit.edits))
    return [edit]
  return edit.edits.flatMap((each: unknown) => {
    if (typeof each !== 'object' || each === null) return [each]
    const names = ['resource', 'oldResource', 'newResource'] as const
    const found = names.flatMap((name) => {
      const resource: unknown = Reflect.get(each, name)
      return resource === undefined || resource === null ? [] : [resource]
    })
    return found.length > 0 ? found : [each]
  })
}

/** A filter as VS Code's own half of the protocol writes it: to the other half an empty scheme is every scheme. */
function isFilter(value: unknown): value is { scheme?: string } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const scheme: unknown = Reflect.get(value, 'scheme')
  return scheme === undefined || (typeof scheme === 'string' && scheme !== '')
}

/** Commands of VS Code's API that ask providers, the workbench's own too, about a document. */
const asks = /^_?(vscode\.)?(execute|provide|prepare)/

/** A message may hold links to addresses; a link that runs a command says nothing of what it does. */
const shortMessage = (message: unknown): string => String(withoutCommandLinks(String(message))).slice(0, 2000)

/** A question in the middle of the window says which extension asks: it must not pass for Keel's. */
function said(options: unknown): unknown {
  if (typeof options !== 'object' || options === null || !('modal' in options) || !options.modal)
    return options
  const source: unknown = 'source' in options ? options.source : undefined
  const label: unknown =
    typeof source === 'object' && source !== null && 'label' in source ? source.label : ''
  const detail = 'detail' in options && typeof options.detail === 'string' ? options.detail : ''
  const who =
    typeof label === 'string' && label ? `The extension ${label} asks this.` : 'An extension asks this.'
  return { ...options, detail: detail ? `${who}\n\n${detail}` : who }
}
