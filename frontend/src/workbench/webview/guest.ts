import type { FromGuest, GuestInit, Key, Theme, ToGuest } from './protocol'

/**
 * guest runs in the frame of a webview, before any script of the extension. It is
 * passed there as text: it uses nothing from outside of itself.
 *
 * It is not what guards the window; the frame's origin and policy are. It keeps the
 * way to the page for itself, though, so that a script of the extension cannot
 * press keys or follow links in the user's name: it takes what it needs before
 * such a script could replace it, and asks events themselves whether a person
 * has made them (isTrusted cannot be replaced).
 */
export function guest(init: GuestInit): void {
  const { apply } = Reflect
  const host = window.parent
  const postToHost = host.postMessage.bind(host)
  const postToSelf = window.postMessage.bind(window)
  const later = window.setTimeout.bind(window)
  // There is nothing else yet that copies and pastes for a document.
  const editing = document as unknown as { execCommand(name: string): boolean }
  const command = editing.execCommand.bind(document)
  const { port1, port2 } = new MessageChannel()
  const send = port1.postMessage.bind(port1)

  function tell(message: FromGuest, transfer: Transferable[] = []): void {
    send(message, transfer)
  }

  /** The real value of an event, whatever a script has made of its class since. */
  function reader<T extends object, N extends keyof T>(prototype: T, name: N): (event: T) => T[N] {
    const get = Object.getOwnPropertyDescriptor(prototype, name)?.get
    return (event) => (get ? (apply(get, event, []) as T[N]) : event[name])
  }

  const dataOf = reader(MessageEvent.prototype as MessageEvent<unknown>, 'data')
  port1.addEventListener('message', (event: MessageEvent<unknown>) => hear(dataOf(event) as ToGuest))
  port1.start()

  /** Another webview is not heard: what it sends would be taken for the extension's. */
  window.addEventListener(
    'message',
    (event: MessageEvent<unknown>) => {
      if (!event.isTrusted || event.source === window) return
      let from = event.source as Window | null
      for (let up = 0; from && from !== window && up < 8; up++) from = from.parent
      if (from !== window) event.stopImmediatePropagation()
    },
    true,
  )

  function hear(message: ToGuest): void {
    switch (message.type) {
      case 'message':
        // As VS Code sends it: from this window, so that event.origin is window.origin.
        postToSelf(message.message, '*', [...(message.transfer ?? [])])
        break
      case 'theme':
        dress(message.theme)
        break
      case 'focus':
        if (!document.hasFocus()) window.focus()
        break
      case 'command':
        command(message.command)
        break
      case 'menu':
        document.body.classList.toggle('vscode-context-menu-visible', message.visible)
        break
      case 'find':
        find(message.value, message.previous)
        break
      case 'stopFind':
        sought = ''
        if (!message.keep) window.getSelection()?.removeAllRanges()
        break
    }
  }

  if (init.scripts) {
    let acquired = false
    let state: unknown = init.state === undefined ? undefined : JSON.parse(init.state)
    const api = Object.freeze({
      postMessage(message: unknown, transfer?: readonly ArrayBuffer[]) {
        tell({ type: 'message', message, transfer }, [...(transfer ?? [])])
      },
      setState(value: unknown) {
        state = value
        tell({ type: 'state', state: JSON.stringify(value) })
        return value
      },
      getState: () => state,
    })
    Object.assign(globalThis, {
      acquireVsCodeApi() {
        if (acquired && !init.multiple)
          throw new Error('An instance of the VS Code API has already been acquired')
        acquired = true
        return api
      },
    })
    // Extensions ask whether they are in a frame; to them this is the whole window.
    Object.assign(window, { parent: window })
  }

  function dress(theme: Theme): void {
    const style = document.documentElement.style
    for (const name of Array.from(style)) if (name.startsWith('--vscode-')) style.removeProperty(name)
    for (const [name, value] of Object.entries(theme.styles)) style.setProperty(`--${name}`, String(value))
    const body = document.body
    for (const name of Array.from(body.classList)) {
      if (
        /^vscode-(light|dark|high-contrast|high-contrast-light|reduce-motion|using-screen-reader)$/.test(name)
      )
        body.classList.remove(name)
    }
    body.classList.add(theme.kind)
    if (theme.kind === 'vscode-high-contrast-light') body.classList.add('vscode-high-contrast')
    body.classList.toggle('vscode-reduce-motion', theme.reducedMotion)
    body.classList.toggle('vscode-using-screen-reader', theme.screenReader)
    body.dataset['vscodeThemeKind'] = theme.kind
    body.dataset['vscodeThemeName'] = theme.label
    body.dataset['vscodeThemeId'] = theme.id
  }

  let sought = ''
  function find(value: string, previous: boolean): void {
    const selection = window.getSelection()
    if (!previous && sought !== value && selection) selection.collapse(selection.anchorNode)
    sought = value
    const seeker = window as unknown as {
      find(text: string, matchCase: boolean, backwards: boolean, wrap: boolean): boolean
    }
    tell({ type: 'found', found: seeker.find(value, false, previous, true) })
  }

  const keyboard = KeyboardEvent.prototype
  const key = reader(keyboard, 'key')
  const keyCode = reader(keyboard, 'keyCode')
  const code = reader(keyboard, 'code')
  const shiftKey = reader(keyboard, 'shiftKey')
  const altKey = reader(keyboard, 'altKey')
  const ctrlKey = reader(keyboard, 'ctrlKey')
  const metaKey = reader(keyboard, 'metaKey')
  const repeat = reader(keyboard, 'repeat')

  function pressed(type: 'keydown' | 'keyup', event: KeyboardEvent): void {
    if (!event.isTrusted) return
    const made: Key = {
      key: key(event),
      keyCode: keyCode(event),
      code: code(event),
      shiftKey: shiftKey(event),
      altKey: altKey(event),
      ctrlKey: ctrlKey(event),
      metaKey: metaKey(event),
      repeat: repeat(event),
    }
    if (type === 'keydown') {
      const chord = made.ctrlKey || made.metaKey
      const copies =
        (chord && 'CVX'.includes(String.fromCharCode(made.keyCode))) || (made.shiftKey && made.keyCode === 45)
      if (copies) return // the browser's own
      const browsers = chord && 'ZYPFSWN'.includes(String.fromCharCode(made.keyCode))
      if (browsers || made.keyCode === 112 || made.keyCode === 116) event.preventDefault()
    }
    tell({ type: 'key', event: type, key: made })
  }
  window.addEventListener('keydown', (event) => pressed('keydown', event))
  window.addEventListener('keyup', (event) => pressed('keyup', event))

  function clicked(event: MouseEvent): void {
    if (!event.isTrusted) return
    for (const node of event.composedPath()) {
      if (!(node instanceof HTMLAnchorElement || node instanceof SVGAElement)) continue
      const href = node.getAttribute('href') ?? node.getAttribute('xlink:href')
      if (!href) continue
      if (event.type === 'click') follow(node, href)
      event.preventDefault()
      return
    }
  }
  function follow(node: HTMLAnchorElement | SVGAElement, href: string): void {
    if (!href.startsWith('#')) {
      const address = node instanceof HTMLAnchorElement ? node.href : node.href.baseVal
      tell({ type: 'link', address })
      return
    }
    const name = href.slice(1)
    const target = document.getElementById(name) ?? document.getElementById(decodeURIComponent(name))
    if (target) target.scrollIntoView()
    else if (name === '' || name.toLowerCase() === 'top') window.scrollTo(0, 0)
  }
  window.addEventListener('click', clicked)
  window.addEventListener('auxclick', clicked)

  window.addEventListener('focus', () => tell({ type: 'focus', focused: true }))
  window.addEventListener('blur', () => {
    later(() => {
      if (!document.hasFocus()) tell({ type: 'focus', focused: false })
    }, 0)
  })

  window.addEventListener('contextmenu', (event) => {
    if (event.defaultPrevented || !event.isTrusted) return
    event.preventDefault()
    let context: Record<string, unknown> = {}
    let element =
      event.target instanceof Element ? event.target.closest<HTMLElement>('[data-vscode-context]') : null
    while (element) {
      try {
        context = { ...(JSON.parse(element.dataset['vscodeContext'] ?? '{}') as object), ...context }
      } catch {
        // What is no JSON says nothing.
      }
      element = element.parentElement?.closest<HTMLElement>('[data-vscode-context]') ?? null
    }
    tell({ type: 'menu', x: event.clientX, y: event.clientY, context })
  })

  const carriesFiles = (event: DragEvent): boolean => {
    const items = event.dataTransfer?.items
    return !!items?.length && Array.from(items).every(({ kind }) => kind === 'file')
  }
  window.addEventListener('dragenter', (event) => {
    if (!event.defaultPrevented && !event.shiftKey && carriesFiles(event))
      tell({ type: 'drag', event: 'start', shiftKey: false })
  })
  window.addEventListener('dragover', (event) => {
    event.preventDefault()
    if (carriesFiles(event)) tell({ type: 'drag', event: 'drag', shiftKey: event.shiftKey })
  })
  window.addEventListener('drop', (event) => event.preventDefault())

  let scrolling = false
  window.addEventListener('scroll', () => {
    if (scrolling) return
    scrolling = true
    requestAnimationFrame(() => {
      scrolling = false
      const progress = window.scrollY / document.body.clientHeight
      if (Number.isFinite(progress)) tell({ type: 'scroll', progress, scrollY: window.scrollY })
    })
  })
  window.addEventListener(
    'wheel',
    ({ deltaMode, deltaX, deltaY, deltaZ, detail, type }) => {
      if (!scrolling) tell({ type: 'wheel', wheel: { deltaMode, deltaX, deltaY, deltaZ, detail, type } })
    },
    { passive: true },
  )

  let loaded = false
  function ready(): void {
    if (loaded) return
    loaded = true
    if (window.scrollY === 0) {
      const height = document.body.clientHeight
      const top = init.progress === undefined ? init.scrollY : height * init.progress
      if (top > 0) window.scrollTo(0, top)
    }
    const measure = (): void => {
      const { offsetWidth: width, offsetHeight: height } = document.documentElement
      tell({ type: 'size', width, height })
    }
    new ResizeObserver(measure).observe(document.documentElement)
    tell({ type: 'loaded' })
    if (document.hasFocus()) tell({ type: 'focus', focused: true })
  }
  window.addEventListener('load', ready)
  // A document that waits for a picture is shown without it.
  document.addEventListener('DOMContentLoaded', () => later(ready, 500))

  postToHost('keel-webview-ready', '*', [port2])
}
