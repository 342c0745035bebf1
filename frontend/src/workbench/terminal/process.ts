import { Emitter, Event } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import type {
  IProcessProperty,
  IProcessPropertyMap,
  IProcessReadyEvent,
  ITerminalChildProcess,
  ITerminalLaunchError,
  ProcessPropertyType,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/terminal/common/terminal'
import type { Bridge, Terminal, TerminalOutput } from '../../bridge'
import { Acknowledgements } from './acknowledgements'
import { TerminalStream } from './stream'

/** While old output is shown again, the terminal's answers to questions in it must not reach the shell. */
const quietAfterReplay = 150

/** What a terminal answers by itself: device attributes, cursor position, colours, focus. */
const report = /^\x1b(?:\[[?>]?[\d;]*[cRnIO]|\][\d;]*[^\x07\x1b]*(?:\x07|\x1b\\)|P.*\x1b\\)$/s

/** ShellProcess is a shell in Go as the workbench's terminal sees it. */
export class ShellProcess implements ITerminalChildProcess {
  shouldPersist = true
  readonly onDidChangeProperty = Event.None as Event<IProcessProperty>

  private readonly data = new Emitter<string>()
  readonly onProcessData = this.data.event
  private readonly ready = new Emitter<IProcessReadyEvent>()
  readonly onProcessReady = this.ready.event
  private readonly exited = new Emitter<number | undefined>()
  readonly onProcessExit = this.exited.event
  private readonly replayed = new Emitter<void>()
  readonly onProcessReplayComplete = this.replayed.event

  private readonly stream: TerminalStream
  private readonly drawn = new Acknowledgements()
  private typed = 0
  private replayTimer: ReturnType<typeof setTimeout> | undefined

  constructor(
    readonly id: number,
    readonly terminal: Terminal,
    private readonly bridge: Bridge,
    /** whether it ran before this page did */
    private readonly known: boolean,
    /** false while the page goes away and its shells stay */
    private readonly mayKill: () => boolean,
  ) {
    this.stream = new TerminalStream(bridge, terminal.id, {
      output: (text, bytes) => {
        this.drawn.delivered(text.length, bytes)
        if (this.replayTimer !== undefined) this.endReplayLater()
        this.data.fire(text)
      },
      exit: (code) => this.exited.fire(code),
      restarted: () => this.drawn.reset(),
    })
  }

  async start(): Promise<ITerminalLaunchError | undefined> {
    if (this.known) this.endReplayLater()
    try {
      await this.stream.attach()
    } catch (cause) {
      return { message: cause instanceof Error ? cause.message : String(cause) }
    }
    this.ready.fire({ pid: this.terminal.process, cwd: this.terminal.folder, windowsPty: undefined })
    return undefined
  }

  receive(output: TerminalOutput): void {
    this.stream.receive(output)
  }

  input(data: string): void {
    if (this.replayTimer !== undefined && report.test(data)) return
    this.send(this.bridge.Terminals.Write(this.terminal.id, ++this.typed, data))
  }

  resize(columns: number, rows: number): void {
    if (columns > 0 && rows > 0) this.send(this.bridge.Terminals.Resize(this.terminal.id, columns, rows))
  }

  acknowledgeDataEvent(characters: number): void {
    const bytes = this.drawn.drew(characters)
    if (bytes > 0) this.send(this.bridge.Terminals.Acknowledge(this.terminal.id, bytes))
  }

  shutdown(): void {
    this.stream.dispose()
    if (!this.mayKill()) return
    this.send(this.bridge.Terminals.Kill(this.terminal.id))
    this.exited.fire(undefined)
  }

  detach(): Promise<void> {
    this.stream.dispose()
    return Promise.resolve()
  }

  getInitialCwd(): Promise<string> {
    return Promise.resolve(this.terminal.folder)
  }

  getCwd(): Promise<string> {
    return Promise.resolve(this.terminal.folder)
  }

  /** Go keeps the output it has not sent; there is nothing to clear here. */
  clearBuffer(): void {
    this.drawn.reset()
  }

  sendSignal(): void {
    this.input('\x03')
  }

  processBinary(data: string): Promise<void> {
    this.input(data)
    return Promise.resolve()
  }

  setUnicodeVersion(): Promise<void> {
    return Promise.resolve()
  }

  /** Go knows a shell's first folder only, not where it went. */
  refreshProperty<T extends ProcessPropertyType>(property: T): Promise<IProcessPropertyMap[T]> {
    const folder = property === 'cwd' || property === 'initialCwd' ? this.terminal.folder : undefined
    return Promise.resolve(folder as IProcessPropertyMap[T])
  }

  updateProperty(): Promise<void> {
    return Promise.resolve()
  }

  private endReplayLater(): void {
    clearTimeout(this.replayTimer)
    this.replayTimer = setTimeout(() => {
      this.replayTimer = undefined
      this.replayed.fire()
    }, quietAfterReplay)
  }

  /** A shell that has just ended cannot be written to; its exit tells what a person needs to know. */
  private send(call: Promise<void>): void {
    call.catch((cause: unknown) => console.debug(`terminal ${this.terminal.id}`, cause))
  }
}
