import { Event } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import type {
  IProcessPropertyMap,
  ITerminalChildProcess,
  ITerminalLaunchError,
  ProcessPropertyType,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/terminal/common/terminal'
import type { Failure } from '../../bridge'

/** FailedProcess is a shell that could not be started; the terminal shows why. */
export class FailedProcess implements ITerminalChildProcess {
  readonly id = 0
  shouldPersist = false
  readonly onProcessData = Event.None
  readonly onProcessReady = Event.None
  readonly onProcessExit = Event.None
  readonly onDidChangeProperty = Event.None

  constructor(private readonly failure: Failure) {}

  start(): Promise<ITerminalLaunchError> {
    const { message, hint } = this.failure
    const sentence = hint ? `${message} ${hint}` : message
    return Promise.resolve({ message: sentence.replace(/\.$/, '') }) // the workbench adds its own full stop
  }

  shutdown(): void {}
  input(): void {}
  sendSignal(): void {}
  resize(): void {}
  clearBuffer(): void {}
  acknowledgeDataEvent(): void {}

  processBinary(): Promise<void> {
    return Promise.resolve()
  }

  setUnicodeVersion(): Promise<void> {
    return Promise.resolve()
  }

  getInitialCwd(): Promise<string> {
    return Promise.resolve('')
  }

  getCwd(): Promise<string> {
    return Promise.resolve('')
  }

  refreshProperty<T extends ProcessPropertyType>(): Promise<IProcessPropertyMap[T]> {
    return Promise.resolve(undefined as IProcessPropertyMap[T])
  }

  updateProperty(): Promise<void> {
    return Promise.resolve()
  }
}
