import { Event } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import type { IProcessEnvironment } from '@codingame/monaco-vscode-api/vscode/vs/base/common/platform'
import type { PerformanceMark } from '@codingame/monaco-vscode-api/vscode/vs/base/common/performance'
import type {
  IPtyHostLatencyMeasurement,
  ITerminalChildProcess,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/terminal/common/terminal'
import type { IProcessDetails } from '@codingame/monaco-vscode-api/vscode/vs/platform/terminal/common/terminalProcess'

/**
 * LocalBackend answers what the workbench asks of a terminal backend for things
 * that Keel's does not have: a host process of its own, detaching, other systems.
 */
export abstract class LocalBackend {
  readonly remoteAuthority = undefined
  readonly isResponsive = true
  readonly onPtyHostUnresponsive = Event.None
  readonly onPtyHostResponsive = Event.None
  readonly onPtyHostRestart = Event.None
  readonly onDidRequestDetach = Event.None
  readonly whenReady: Promise<void>
  private readonly ready = Promise.withResolvers<void>()

  constructor() {
    this.whenReady = this.ready.promise
  }

  setReady(): void {
    this.ready.resolve()
  }

  getEnvironment(): Promise<IProcessEnvironment> {
    return Promise.resolve({})
  }

  getShellEnvironment(): Promise<IProcessEnvironment | undefined> {
    return Promise.resolve({})
  }

  getLatency(): Promise<IPtyHostLatencyMeasurement[]> {
    return Promise.resolve([])
  }

  getPerformanceMarks(): Promise<PerformanceMark[]> {
    return Promise.resolve([])
  }

  getWslPath(original: string): Promise<string> {
    return Promise.resolve(original)
  }

  listProcesses(): Promise<IProcessDetails[]> {
    return Promise.resolve([])
  }

  attachToRevivedProcess(): Promise<ITerminalChildProcess | undefined> {
    return Promise.resolve(undefined)
  }

  requestDetachInstance(): Promise<IProcessDetails | undefined> {
    return Promise.resolve(undefined)
  }

  acceptDetachInstanceReply(): Promise<void> {
    return Promise.resolve()
  }

  persistTerminalState(): Promise<void> {
    return Promise.resolve()
  }

  reduceConnectionGraceTime(): Promise<void> {
    return Promise.resolve()
  }

  updateTitle(): Promise<void> {
    return Promise.resolve()
  }

  updateIcon(): Promise<void> {
    return Promise.resolve()
  }

  setNextCommandId(): Promise<void> {
    return Promise.resolve()
  }

  installAutoReply(): Promise<void> {
    return Promise.resolve()
  }

  uninstallAllAutoReplies(): Promise<void> {
    return Promise.resolve()
  }

  restartPtyHost(): void {
    // The shells run in Keel itself; there is nothing between to restart.
  }
}
