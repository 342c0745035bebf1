import { VSBuffer } from '@codingame/monaco-vscode-api/vscode/vs/base/common/buffer'
import { Emitter } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import { toDisposable, type IDisposable } from '@codingame/monaco-vscode-api/vscode/vs/base/common/lifecycle'
import type { IMessagePassingProtocol } from '@codingame/monaco-vscode-api/vscode/vs/base/parts/ipc/common/ipc'
import type { ILogService } from '@codingame/monaco-vscode-api/vscode/vs/platform/log/common/log.service'
import type { ILayoutService } from '@codingame/monaco-vscode-api/vscode/vs/platform/layout/browser/layoutService.service'
import { WebWorkerExtensionHost } from '@codingame/monaco-vscode-extensions-service-override/vscode/vs/workbench/services/extensions/browser/webWorkerExtensionHost'
import { openFrame } from './frame'

/** What the stock host keeps to itself and the way to start it needs. */
interface Insides {
  readonly _layoutService: ILayoutService
  readonly _logService: Pick<ILogService, 'error'>
  readonly _isTerminating: boolean
  readonly _onDidExit: Emitter<[number, string | null]>
  _register<T extends IDisposable>(part: T): T
  _performHandshake(protocol: IMessagePassingProtocol): Promise<IMessagePassingProtocol>
}

const broken = 77 // VS Code's own number for a host that says what nobody understands

/**
 * IsolatedExtensionHost is VS Code's web worker extension host in a document
 * without an origin; the stock one gives extensions everything the page has.
 */
export class IsolatedExtensionHost extends WebWorkerExtensionHost {}

Object.defineProperty(IsolatedExtensionHost.prototype, '_startInsideIframe', {
  async value(this: Insides): Promise<IMessagePassingProtocol> {
    const frame = await openFrame(this._layoutService.mainContainer, (message) =>
      this._logService.error(`an extension has not caught an error: ${message}`),
    ).catch((cause: unknown) => {
      this._onDidExit.fire([broken, String(cause)]) // nobody else would say that they do not start
      throw cause
    })
    if (this._isTerminating) {
      frame.dispose()
      throw new Error('The extensions were stopped while they started.')
    }
    this._register(toDisposable(() => frame.dispose()))
    const messages = this._register(new Emitter<VSBuffer>())
    frame.port.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data instanceof ArrayBuffer) messages.fire(VSBuffer.wrap(new Uint8Array(data)))
      else this._onDidExit.fire([broken, 'it sent something that is not a message'])
    }
    const protocol = {
      onMessage: messages.event,
      send: ({ buffer }: VSBuffer) => {
        const data = buffer.slice().buffer
        frame.port.postMessage(data, [data])
      },
    }
    frame.begin()
    return this._performHandshake(protocol)
  },
})
