import { Disposable, toDisposable } from '@codingame/monaco-vscode-api/vscode/vs/base/common/lifecycle'
import type { FromGuest, ToGuest } from './protocol'

/** What a frame may do, also said by its header: never allow-same-origin, nor windows, nor the top. */
const sandbox = ['allow-scripts', 'allow-forms', 'allow-pointer-lock']

/**
 * GuestFrame is the frame of one document of a webview. The way to its script is
 * taken once, from the first that hands it over from within that very frame:
 * ours, which runs before any other. Where the document leads itself elsewhere,
 * nobody is heard any more.
 */
export class GuestFrame extends Disposable {
  readonly element: HTMLIFrameElement
  private port: MessagePort | undefined

  constructor(
    private readonly view: Window,
    classes: string,
    title: string,
    hear: (message: FromGuest) => void,
  ) {
    super()
    const element = view.document.createElement('iframe')
    element.className = `webview ready ${classes}`
    element.title = title
    element.sandbox.add(...sandbox)
    element.allow = 'autoplay; clipboard-write'
    element.style.cssText =
      'position: absolute; inset: 0; width: 100%; height: 100%; border: none; visibility: hidden;' +
      // As a document has that says nothing: over another one its frame would be painted white.
      'color-scheme: light'
    this.element = element
    const take = (event: MessageEvent<unknown>): void => {
      const port = event.ports[0]
      if (this.port || !port || event.source !== element.contentWindow || event.data !== 'keel-webview-ready')
        return
      this.port = port
      port.onmessage = ({ data }: MessageEvent<FromGuest>) => hear(data)
    }
    view.addEventListener('message', take)
    this._register(
      toDisposable(() => {
        view.removeEventListener('message', take)
        this.port?.close()
        element.remove()
      }),
    )
  }

  load(address: string): void {
    this.element.src = address
  }

  /** Sends a message; one before the way is there is lost. */
  send(message: ToGuest, transfer: readonly Transferable[] = []): void {
    this.port?.postMessage(message, [...transfer])
  }

  get focused(): boolean {
    return this.view.document.activeElement === this.element
  }
}
