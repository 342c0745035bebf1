import { Event } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import {
  Storage,
  type IStorageDatabase,
  type IUpdateRequest,
} from '@codingame/monaco-vscode-api/vscode/vs/base/parts/storage/common/storage'
import {
  AbstractStorageService,
  IS_NEW_KEY,
  StorageScope,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/storage/common/storage'
import type { Bridge, StorageScope as GoScope } from '../bridge'
import type { Gate } from './folders'

/** How often the workbench's parts are asked for what they have not stored by themselves. */
const saveInterval = 2000

/**
 * BridgeStorage keeps one scope's values in Go. A prefix lets two scopes of the
 * workbench share one of Go's.
 */
export class BridgeStorage implements IStorageDatabase {
  readonly onDidChangeItemsExternal = Event.None

  constructor(
    private readonly bridge: Pick<Bridge, 'Storage'>,
    private readonly gate: Gate,
    private readonly scope: GoScope,
    private readonly prefix = '',
    private readonly others: readonly string[] = [],
  ) {}

  async getItems(): Promise<Map<string, string>> {
    const items = new Map<string, string>()
    for (const [key, value] of Object.entries(await this.load())) {
      if (!key.startsWith(this.prefix)) continue
      if (this.others.some((other) => key.startsWith(other))) continue
      items.set(key.slice(this.prefix.length), value)
    }
    return items
  }

  /** Without what was stored the window still opens, with its first layout. */
  private async load(): Promise<Record<string, string>> {
    try {
      return await this.bridge.Storage.Load(this.scope)
    } catch (cause) {
      console.error(`loading the stored ${this.scope} state`, cause)
      return {}
    }
  }

  async updateItems(request: IUpdateRequest): Promise<void> {
    if (this.gate.closed) return
    const set: Record<string, string> = {}
    for (const [key, value] of request.insert ?? []) set[this.prefix + key] = value
    const remove = [...(request.delete ?? [])].map((key) => this.prefix + key)
    if (Object.keys(set).length === 0 && remove.length === 0) return
    await this.bridge.Storage.Update({ scope: this.scope, set, delete: remove })
  }

  optimize(): Promise<void> {
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

const sharedPrefix = 'shared/'

/**
 * What a person would otherwise have to arrange by hand: room for the chat, and
 * without the parts of the workbench that Keel has no use for.
 */
const firstValues: Partial<Record<StorageScope, Record<string, string>>> = {
  // With a first value here the workbench also leaves the widths below alone.
  [StorageScope.WORKSPACE]: { 'workbench.auxiliaryBar.hidden': 'false' },
  [StorageScope.PROFILE]: {
    'workbench.sideBar.size': '250',
    'workbench.auxiliaryBar.size': '380',
    'workbench.statusbar.hidden': JSON.stringify(['status.host', 'status.workbench.keyboardLayout']),
  },
}

/**
 * WorkbenchStorage is the workbench's storage service over Go's, because what
 * the web engine stores is bound to the program's file name and may be dropped.
 */
export class WorkbenchStorage extends AbstractStorageService {
  private readonly storages: ReadonlyMap<StorageScope, Storage>

  /** gate is closed when Go may have opened another folder, whose values these are not. */
  constructor(bridge: Bridge, gate: Gate) {
    super({ flushInterval: saveInterval })
    const databases: [StorageScope, BridgeStorage][] = [
      [StorageScope.APPLICATION, new BridgeStorage(bridge, gate, 'application', '', [sharedPrefix])],
      [StorageScope.APPLICATION_SHARED, new BridgeStorage(bridge, gate, 'application', sharedPrefix)],
      [StorageScope.PROFILE, new BridgeStorage(bridge, gate, 'profile')],
      [StorageScope.WORKSPACE, new BridgeStorage(bridge, gate, 'workspace')],
    ]
    this.storages = new Map(databases.map(([scope, database]) => [scope, this.open(scope, database)]))
  }

  private open(scope: StorageScope, database: IStorageDatabase): Storage {
    const storage = this._register(new Storage(database))
    this._register(storage.onDidChangeStorage((event) => this.emitDidChangeValue(scope, event)))
    return storage
  }

  protected async doInitialize(): Promise<void> {
    await Promise.all(
      [...this.storages].map(async ([scope, storage]) => {
        await storage.init()
        // The workbench lays out a new window in another way than a known one.
        const known = storage.getBoolean(IS_NEW_KEY)
        if (known !== false) void storage.set(IS_NEW_KEY, known === undefined)
        if (known !== undefined) return
        for (const [key, value] of Object.entries(firstValues[scope] ?? {})) void storage.set(key, value)
      }),
    )
  }

  protected getStorage(scope: StorageScope): Storage | undefined {
    return this.storages.get(scope)
  }

  protected getLogDetails(): string | undefined {
    return undefined
  }

  /** A window keeps its profile and its folder; another folder loads the page again. */
  protected switchToProfile(): Promise<void> {
    return Promise.resolve()
  }

  protected switchToWorkspace(): Promise<void> {
    return Promise.resolve()
  }

  hasScope(): boolean {
    return true
  }
}
