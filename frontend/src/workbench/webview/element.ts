import {
  addDisposableListener,
  EventType,
  getWindow,
} from '@codingame/monaco-vscode-api/vscode/vs/base/browser/dom'
import type { IMouseWheelEvent } from '@codingame/monaco-vscode-api/vscode/vs/base/browser/mouseEvent'
import type { CodeWindow } from '@codingame/monaco-vscode-api/vscode/vs/base/browser/window'
import { Emitter } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import { Disposable, MutableDisposable } from '@codingame/monaco-vscode-api/vscode/vs/base/common/lifecycle'
import { observableValue } from '@codingame/monaco-vscode-api/vscode/vs/base/common/observableInternal/observables/observableValue'
import type { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { MenuId } from '@codingame/monaco-vscode-api/vscode/vs/platform/actions/common/actions'
import type { IContextKeyService } from '@codingame/monaco-vscode-api/vscode/vs/platform/contextkey/common/contextkey.service'
import {
  areWebviewContentOptionsEqual,
  type IWebviewElement,
  type WebviewContentOptions,
  type WebviewExtensionDescription,
  type WebviewInitInfo,
  type WebviewMessageReceivedEvent,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/webview/browser/webview'
import { WebviewFindWidget } from '@codingame/monaco-vscode-view-common-service-override/vscode/vs/workbench/contrib/webview/browser/webviewFindWidget'
import { toFailure, type WebviewBytes } from '../../bridge'
import { clickRefusalHere, refusedLink } from '../extension/guard'
import { addressesOf, mapStrings, type Addresses } from './addresses'
import { documentOf } from './document'
import { GuestFrame } from './frame'
import type { FromGuest, Key, Theme, ToGuest } from './protocol'
import type { WebviewWorld } from './world'

/**
 * WebviewElement is one webview: a frame, and another one behind it while a new
 * document is loading. Whatever comes out of it was made by a stranger.
 */
export class WebviewElement extends Disposable implements IWebviewElement {
  /** Random, and known to nobody but the page, Go and the frame itself. */
  readonly name = crypto.randomUUID()
  readonly origin: string
  readonly providedViewType?: string
  readonly extension: WebviewExtensionDescription | undefined
  readonly checkImeCompletionState = true
  readonly intrinsicContentSize = observableValue<
    { readonly width: number; readonly height: number } | undefined
  >('webviewSize', undefined)

  private readonly didFocus = this._register(new Emitter<void>())
  readonly onDidFocus = this.didFocus.event
  private readonly didBlur = this._register(new Emitter<void>())
  readonly onDidBlur = this.didBlur.event
  private readonly didDispose = this._register(new Emitter<void>())
  readonly onDidDispose = this.didDispose.event
  private readonly didClickLink = this._register(new Emitter<string>())
  readonly onDidClickLink = this.didClickLink.event
  private readonly didScroll = this._register(new Emitter<{ readonly scrollYPercentage: number }>())
  readonly onDidScroll = this.didScroll.event
  private readonly didWheel = this._register(new Emitter<IMouseWheelEvent>())
  readonly onDidWheel = this.didWheel.event
  private readonly didUpdateState = this._register(new Emitter<string | undefined>())
  readonly onDidUpdateState = this.didUpdateState.event
  private readonly fatalError = this._register(new Emitter<{ readonly message: string }>())
  readonly onFatalError = this.fatalError.event
  private readonly missingCsp = this._register(new Emitter<WebviewExtensionDescription['id']>())
  readonly onMissingCsp = this.missingCsp.event
  private readonly message = this._register(new Emitter<WebviewMessageReceivedEvent>())
  readonly onMessage = this.message.event
  private readonly foundResult = this._register(new Emitter<boolean>())
  readonly hasFindResult = this.foundResult.event
  private readonly stoppedFind = this._register(new Emitter<void>())
  readonly onDidStopFind = this.stoppedFind.event

  initialScrollProgress = NaN
  state: string | undefined
  private options: WebviewContentOptions
  private html: string | undefined
  private title: string
  private version = 0
  private scrollY = 0
  private parent: HTMLElement | undefined
  private readonly shown = this._register(new MutableDisposable<GuestFrame>())
  private readonly coming = this._register(new MutableDisposable<GuestFrame>())
  private waiting: { message: ToGuest; transfer: readonly Transferable[] }[] = []
  private focused = false
  private disposed = false
  private contextKeys: IContextKeyService | undefined
  private readonly addresses: Addresses
  private readonly finder: WebviewFindWidget | undefined

  constructor(
    private readonly init: WebviewInitInfo,
    private readonly world: WebviewWorld,
    private readonly bytes: WebviewBytes,
  ) {
    super()
    this.origin = init.origin ?? this.name
    if (init.providedViewType !== undefined) this.providedViewType = init.providedViewType
    this.extension = init.extension
    this.options = init.contentOptions
    this.title = init.title ?? ''
    this.addresses = addressesOf(this.name, location.origin)
    this._register(world.onDidChangeTheme(() => this.tellShown({ type: 'theme', theme: this.theme() })))
    this._register(world.menus.onDidHideContextMenu(() => this.tellShown({ type: 'menu', visible: false })))
    if (init.options.enableFindWidget) {
      this.finder = this._register(world.instantiation.createInstance(WebviewFindWidget, this))
    }
  }

  override dispose(): void {
    if (this.disposed) return
    this.disposed = true
    void this.bytes.drop(this.name).catch(() => undefined) // Go forgets it with the page at the latest
    this.didDispose.fire()
    super.dispose()
  }

  mountTo(parent: HTMLElement, view: CodeWindow): void {
    this.parent = parent
    parent.id = this.name
    if (this.finder) parent.append(this.finder.getDomNode())
    for (const name of [EventType.MOUSE_DOWN, EventType.MOUSE_MOVE, EventType.DROP]) {
      this._register(addDisposableListener(parent, name, () => this.windowDidDragEnd()))
    }
    for (const node of [parent, view]) {
      this._register(addDisposableListener(node, EventType.DRAG_END, () => this.windowDidDragEnd()))
    }
    this.show()
  }

  reinitializeAfterDismount(): void {
    this.show()
  }

  setHtml(html: string): void {
    this.html = html
    this.show()
  }

  reload(): void {
    this.show()
  }

  setTitle(title: string): void {
    this.title = title
    for (const frame of [this.shown.value, this.coming.value]) if (frame) frame.element.title = title
  }

  get contentOptions(): WebviewContentOptions {
    return this.options
  }

  set contentOptions(options: WebviewContentOptions) {
    if (areWebviewContentOptionsEqual(options, this.options)) return
    this.options = options
    this.show()
  }

  get localResourcesRoot(): readonly URI[] {
    return this.options.localResourceRoots ?? []
  }

  set localResourcesRoot(roots: readonly URI[]) {
    this.contentOptions = { ...this.options, localResourceRoots: roots }
  }

  /** show loads the document anew, behind the one that is shown. */
  private show(): void {
    const { parent } = this
    if (this.html === undefined || !parent || this.disposed) return
    const version = ++this.version
    if (this.coming.value) this.waiting = []
    this.coming.clear()
    const frame = new GuestFrame(
      getWindow(parent),
      this.init.options.customClasses ?? '',
      this.title,
      (message) => this.hear(frame, message),
    )
    this.coming.value = frame
    parent.append(frame.element)
    const nonce = crypto.randomUUID()
    const scripts = this.options.allowScripts ?? false
    const init = {
      scripts,
      multiple: this.options.allowMultipleAPIAcquire ?? false,
      state: this.state === undefined ? undefined : this.addresses.inward(this.state),
      theme: this.theme(),
      scrollY: this.scrollY,
      progress:
        this.shown.value || Number.isNaN(this.initialScrollProgress) ? undefined : this.initialScrollProgress,
    }
    const document = {
      origin: location.origin,
      version,
      html: documentOf(this.addresses.inward(this.html), init, nonce),
      roots: this.localResourcesRoot.filter(isFile).map(({ path }) => path),
      scripts,
      forms: this.options.allowForms ?? scripts,
      // What comes with Keel draws what lies in a folder: that must not tell anyone that it was looked at.
      network: this.extension !== undefined && this.extension.location?.scheme !== 'extension-file',
      nonce,
    }
    this.bytes.show(this.name, document).then(
      () => {
        if (version === this.version && !this.disposed)
          frame.load(`/keel/webview/${this.name}/page/${version}`)
      },
      (cause: unknown) => this.fail(frame, cause),
    )
  }

  private fail(frame: GuestFrame, cause: unknown): void {
    if (this.coming.value !== frame) return
    this.coming.clear()
    const { message, hint } = toFailure(cause)
    const text = [message, hint].filter(Boolean).join(' ')
    this.world.say(text)
    this.fatalError.fire({ message: text })
  }

  private theme(): Theme {
    const theme = this.world.theme()
    return { ...theme, styles: this.init.options.transformCssVariables?.(theme.styles) ?? theme.styles }
  }

  private hear(frame: GuestFrame, message: FromGuest): void {
    if (message.type === 'loaded') this.loaded(frame)
    else if (message.type === 'message') this.receive(message)
    else if (message.type === 'state') this.keep(message.state)
    else if (frame === this.shown.value) this.act(frame, message)
  }

  private receive(message: Extract<FromGuest, { type: 'message' }>): void {
    const { transfer } = message
    const outward = mapStrings(message.message, (text) => this.addresses.outward(text))
    this.message.fire({ message: outward, ...(transfer && { transfer }) })
  }

  private keep(state: string): void {
    this.state = this.addresses.outward(state)
    this.didUpdateState.fire(this.state)
  }

  private loaded(frame: GuestFrame): void {
    if (this.coming.value !== frame) return
    const hadFocus = this.isFocused
    this.coming.clearAndLeak()
    this.shown.value = frame
    frame.element.style.visibility = ''
    if (hadFocus) this.focus()
    for (const { message, transfer } of this.waiting.splice(0)) frame.send(message, transfer)
  }

  /** What only the document in front may do. */
  private act(frame: GuestFrame, message: FromGuest): void {
    switch (message.type) {
      case 'link':
        if (frame.focused) this.follow(this.addresses.outward(message.address))
        break
      case 'key':
        if (frame.focused) this.press(frame, message.event, message.key)
        break
      case 'focus':
        this.setFocused(message.focused)
        break
      case 'scroll':
        this.scrollY = message.scrollY
        this.didScroll.fire({ scrollYPercentage: message.progress })
        break
      case 'wheel':
        this.didWheel.fire(new WheelEvent('wheel', message.wheel) as unknown as IMouseWheelEvent)
        break
      case 'menu':
        this.menu(frame, message)
        break
      case 'size':
        this.intrinsicContentSize.set({ width: message.width, height: message.height }, undefined, undefined)
        break
      case 'drag':
        if (message.event === 'start') this.windowDidDragStart()
        else redispatch(frame, new DragEvent('drag', { shiftKey: message.shiftKey }))
        break
      case 'found':
        this.foundResult.fire(message.found)
        break
    }
  }

  /** What a link runs has been written by the page, which also says that it was clicked. */
  private follow(address: string): void {
    if (refusedLink(address, clickRefusalHere))
      this.world.say('Keel does not let a link in what an extension shows do this. Nothing was done.')
    else this.didClickLink.fire(address)
  }

  private press(frame: GuestFrame, type: 'keydown' | 'keyup', key: Key): void {
    redispatch(frame, new KeyboardEvent(type, { ...key }))
  }

  private menu(frame: GuestFrame, { x, y, context }: Extract<FromGuest, { type: 'menu' }>): void {
    if (!this.contextKeys) return
    const box = frame.element.getBoundingClientRect()
    const contextKeyService = this.contextKeys.createOverlay([
      ...Object.entries(context),
      ['webviewId', this.providedViewType],
    ])
    this.world.menus.showContextMenu({
      menuId: MenuId.WebviewContext,
      menuActionOptions: { shouldForwardArgs: true },
      contextKeyService,
      getActionsContext: () => ({ ...context, webview: this.providedViewType }),
      getAnchor: () => ({ x: box.x + x, y: box.y + y }),
    })
    frame.send({ type: 'menu', visible: true })
  }

  async postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): Promise<boolean> {
    if (this.disposed) return false
    const inward = mapStrings(message, (text) => this.addresses.inward(text))
    const made = {
      message: { type: 'message', message: inward, transfer } satisfies ToGuest,
      transfer: transfer ?? [],
    }
    if (this.shown.value && !this.coming.value) this.shown.value.send(made.message, made.transfer)
    else this.waiting.push(made)
    return true
  }

  private tellShown(message: ToGuest): void {
    this.shown.value?.send(message)
  }

  get isFocused(): boolean {
    return this.focused && (this.shown.value?.focused ?? false)
  }

  focus(): void {
    const frame = this.shown.value
    if (!frame) return
    frame.element.focus()
    frame.element.contentWindow?.focus()
    frame.send({ type: 'focus' })
    this.setFocused(true)
  }

  private setFocused(focused: boolean): void {
    this.focused = focused
    if (focused) this.didFocus.fire()
    else this.didBlur.fire()
  }

  setContextKeyService(service: IContextKeyService): void {
    this.contextKeys = service
  }

  selectAll(): void {
    this.command('selectAll')
  }
  copy(): void {
    this.command('copy')
  }
  paste(): void {
    this.command('paste')
  }
  cut(): void {
    this.command('cut')
  }
  undo(): void {
    this.command('undo')
  }
  redo(): void {
    this.command('redo')
  }
  private command(command: string): void {
    this.tellShown({ type: 'command', command })
  }

  find(value: string, previous: boolean): void {
    this.tellShown({ type: 'find', value, previous })
  }
  updateFind(value: string): void {
    if (value) this.find(value, false)
  }
  stopFind(keep = false): void {
    this.tellShown({ type: 'stopFind', keep })
    this.stoppedFind.fire()
  }
  showFind(animated = true): void {
    this.finder?.reveal(undefined, animated)
  }
  hideFind(animated = true): void {
    this.finder?.hide(animated)
  }
  runFindAction(previous: boolean): void {
    this.finder?.find(previous)
  }

  /** A frame would swallow what is dragged over it. */
  windowDidDragStart(): void {
    this.pointers('none')
  }
  windowDidDragEnd(): void {
    this.pointers('')
  }
  private pointers(value: string): void {
    if (this.shown.value) this.shown.value.element.style.pointerEvents = value
  }
}

const isFile = (uri: URI): boolean => uri.scheme === 'file' && uri.authority === ''

/** The workbench looks for keys on its own window, and at what they were pressed in. */
function redispatch({ element }: GuestFrame, event: Event): void {
  Object.defineProperty(event, 'target', { get: () => element })
  element.ownerDocument.defaultView?.dispatchEvent(event)
}
