import { Emitter } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import { Disposable, DisposableStore } from '@codingame/monaco-vscode-api/vscode/vs/base/common/lifecycle'
import { IInstantiationService } from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/instantiation'
import type {
  IOverlayWebview,
  IWebview,
  IWebviewElement,
  WebviewInitInfo,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/webview/browser/webview'
import type { IWebviewService } from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/webview/browser/webview.service'
import { OverlayWebview } from '@codingame/monaco-vscode-view-common-service-override/vscode/vs/workbench/contrib/webview/browser/overlayWebview'
import type { Bridge } from '../../bridge'
import { WebviewElement } from './element'
import { answerResources } from './resources'
import { webviewWorld, type WebviewWorld } from './world'

/** Webviews makes the webviews of extensions; the workbench's own need a service worker. */
export class Webviews extends Disposable implements IWebviewService {
  declare readonly _serviceBrand: undefined
  private readonly all = new Set<IWebview>()
  private readonly elements = new Map<string, WebviewElement>()
  private active: IWebview | undefined
  private readonly changed = this._register(new Emitter<IWebview | undefined>())
  readonly onDidChangeActiveWebview = this.changed.event
  private world: WebviewWorld | undefined

  constructor(
    private readonly bridge: Pick<Bridge, 'webviews' | 'on'>,
    private readonly instantiation: IInstantiationService,
  ) {
    super()
    this._register(answerResources(bridge, instantiation, (name) => this.elements.get(name)))
  }

  get activeWebview(): IWebview | undefined {
    return this.active
  }

  get webviews(): Iterable<IWebview> {
    return this.all.values()
  }

  createWebviewElement(init: WebviewInitInfo): IWebviewElement {
    this.world ??= webviewWorld(this.instantiation)
    const element = new WebviewElement(init, this.world, this.bridge.webviews)
    this.elements.set(element.name, element)
    element.onDidDispose(() => this.elements.delete(element.name))
    this.follow(element)
    return element
  }

  createWebviewOverlay(init: WebviewInitInfo): IOverlayWebview {
    const overlay = this.instantiation.createInstance(OverlayWebview, init)
    this.follow(overlay)
    return overlay
  }

  private follow(webview: IWebview): void {
    this.all.add(webview)
    const listeners = new DisposableStore()
    const left = (): void => {
      if (this.active === webview) this.activate(undefined)
    }
    listeners.add(webview.onDidFocus(() => this.activate(webview)))
    listeners.add(webview.onDidBlur(left))
    listeners.add(
      webview.onDidDispose(() => {
        left()
        listeners.dispose()
        this.all.delete(webview)
      }),
    )
  }

  private activate(webview: IWebview | undefined): void {
    if (this.active === webview) return
    this.active = webview
    this.changed.fire(webview)
  }
}

// What a decorator would do: the workbench passes it as the second argument.
IInstantiationService(Webviews, undefined, 1)
