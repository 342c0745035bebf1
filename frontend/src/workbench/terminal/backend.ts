import type { IProcessEnvironment } from '@codingame/monaco-vscode-api/vscode/vs/base/common/platform'
import type {
  IShellLaunchConfig,
  ITerminalBackend,
  ITerminalChildProcess,
  ITerminalProfile,
  ITerminalsLayoutInfo,
  ITerminalsLayoutInfoById,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/terminal/common/terminal'
import { toFailure, type Bridge, type Shell, type Terminal, type Workspace } from '../../bridge'
import type { Gate } from '../folders'
import { FailedProcess } from './failedProcess'
import { parseSaved, toRestored, toSaved } from './layout'
import { LocalBackend } from './localBackend'
import { ShellProcess } from './process'

const layoutKey = 'keel.terminals'

/** TerminalBackend starts the workbench's terminals in Go, and finds them again after the page was loaded anew. */
export class TerminalBackend extends LocalBackend implements ITerminalBackend {
  private readonly processes = new Map<number, ShellProcess>()
  private readonly numbers = new Map<string, number>()
  private readonly known = new Map<string, Terminal>()
  private shells: Promise<Shell[]> | undefined
  private leaving = false

  constructor(
    private readonly bridge: Bridge,
    private readonly workspace: Workspace,
    private readonly gate: Gate,
  ) {
    super()
    bridge.on('terminal', (output) => {
      const number = this.numbers.get(output.id)
      if (number !== undefined) this.processes.get(number)?.receive(output)
    })
    this.watchLeaving()
  }

  async getDefaultSystemShell(): Promise<string> {
    const shells = await this.listShells()
    return (shells.find((shell) => shell.default) ?? shells[0])?.path ?? 'sh'
  }

  async getProfiles(): Promise<ITerminalProfile[]> {
    const shells = await this.listShells()
    return shells.map((shell) => ({
      profileName: shell.name,
      path: shell.path,
      args: shell.args,
      isDefault: shell.default,
      isAutoDetected: true,
      isFromPath: true,
    }))
  }

  async createProcess(
    launch: IShellLaunchConfig,
    folder: string,
    columns: number,
    rows: number,
    _unicode: string,
    environment: IProcessEnvironment,
  ): Promise<ITerminalChildProcess> {
    const request = {
      shell: launch.executable ?? '',
      args: typeof launch.args === 'string' ? [launch.args] : (launch.args ?? []),
      folder: this.workspace.path ? folder : '',
      env: definedOnly(environment),
      columns: columns || 80,
      rows: rows || 24,
    }
    try {
      return this.processFor(await this.bridge.Terminals.Open(request), false)
    } catch (cause) {
      return new FailedProcess(toFailure(cause))
    }
  }

  attachToProcess(number: number): Promise<ITerminalChildProcess | undefined> {
    const terminal = [...this.known.values()].find(({ id }) => this.numbers.get(id) === number)
    return Promise.resolve(terminal && this.processFor(terminal, true))
  }

  async setTerminalLayoutInfo(layout?: ITerminalsLayoutInfoById): Promise<void> {
    if (this.leaving || this.gate.closed) return
    const saved = toSaved(layout ?? { tabs: [], background: null }, (n) => this.processes.get(n)?.terminal.id)
    await this.bridge.Storage.Update({
      scope: 'workspace',
      set: { [layoutKey]: JSON.stringify(saved) },
      delete: [],
    })
  }

  async getTerminalLayoutInfo(): Promise<ITerminalsLayoutInfo | undefined> {
    if (!this.workspace.path) return undefined
    const running = await this.bridge.Terminals.List()
    if (running.length === 0) return undefined
    for (const terminal of running) this.known.set(terminal.id, terminal)
    const stored = (await this.bridge.Storage.Load('workspace'))[layoutKey]
    return toRestored(parseSaved(stored), running, (id) => this.numberOf(id), this.workspace)
  }

  private processFor(terminal: Terminal, known: boolean): ShellProcess {
    const number = this.numberOf(terminal.id)
    const process = new ShellProcess(number, terminal, this.bridge, known, () => !this.leaving)
    this.processes.set(number, process)
    return process
  }

  private numberOf(id: string): number {
    const known = this.numbers.get(id)
    if (known !== undefined) return known
    const number = this.numbers.size + 1
    this.numbers.set(id, number)
    return number
  }

  private listShells(): Promise<Shell[]> {
    // Without a folder there is no terminal; opening one says so.
    if (!this.workspace.path) return Promise.resolve([])
    this.shells ??= this.bridge.Terminals.Shells().catch((cause: unknown) => {
      this.shells = undefined
      throw cause
    })
    return this.shells
  }

  /**
   * The workbench ends its terminals when the page goes; Go keeps them for the
   * next page, or ends them with the window.
   */
  private watchLeaving(): void {
    const leave = () => {
      this.leaving = true
      // A page that is still here after a second did not go.
      setTimeout(() => (this.leaving = false), 1000)
    }
    window.addEventListener('beforeunload', leave, { capture: true })
    window.addEventListener('pagehide', leave, { capture: true })
  }
}

function definedOnly(environment: IProcessEnvironment): Record<string, string> {
  const defined: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined) defined[name] = value
  }
  return defined
}
