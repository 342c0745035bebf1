import { getNLSLanguage, getNLSMessages } from '@codingame/monaco-vscode-api/vscode/vs/nls'
import workerAddress from '@codingame/monaco-vscode-api/workers/extensionHost.worker?worker&url'
import { answerFiles } from './files'
import { known } from './message'

/** HostFrame is the sandboxed document that extensions run in. */
export interface HostFrame {
  /** What VS Code's two halves speak over. */
  readonly port: MessagePort
  /** Lets the worker begin; once. */
  begin(): void
  /** Ends the worker, whatever it does at the time. */
  dispose(): void
}

/** Where extensions are served: those that are installed, and those that come with Keel. */
const extensionPlaces = (): string[] =>
  ['/keel/extension/', '/assets/'].map((path) => new URL(path, window.location.href).href)

/**
 * openFrame starts a worker in a document without an origin. The page fetches the
 * worker's script for it: that document may read nothing from here. Once it runs,
 * uncaught hears of errors that an extension has not caught; they end nothing.
 */
export async function openFrame(
  container: HTMLElement,
  uncaught: (message: string) => void,
): Promise<HostFrame> {
  const frame = document.createElement('iframe')
  frame.className = 'keel-extension-host'
  frame.sandbox.add('allow-scripts')
  frame.setAttribute('aria-hidden', 'true')
  frame.tabIndex = -1
  frame.style.display = 'none'
  frame.src = '/extensionHost.html'

  const files = new MessageChannel()
  const listening = new AbortController()
  const dispose = (): void => {
    listening.abort()
    files.port1.close()
    frame.remove()
  }
  const send = (message: unknown, ports: Transferable[] = []): void =>
    frame.contentWindow?.postMessage(message, '*', ports) // its origin has no name
  const script = read(workerAddress)
  let running = false
  const opened = new Promise<MessagePort>((resolve, reject) => {
    script.catch(reject) // also while the document is not there yet
    const hear = (event: MessageEvent<unknown>): void => {
      if (event.source !== frame.contentWindow) return
      const message = known(event.data)
      if (message?.type === 'extensionHost.ready') {
        script.then((text) => {
          const data = {
            script: text,
            places: extensionPlaces(),
            nls: getNLSMessages(),
            language: getNLSLanguage(),
          }
          send({ type: 'extensionHost.start', data }, [files.port2])
        }, reject)
      } else if (message?.type === 'extensionHost.port') {
        running = true
        resolve(message.port)
      } else if (message?.type === 'extensionHost.failed') {
        if (running) uncaught(message.message)
        else reject(new Error(message.message))
      }
    }
    window.addEventListener('message', hear, { signal: listening.signal })
  })
  answerFiles(files.port1, extensionPlaces())
  container.append(frame)
  try {
    const port = await opened
    return { port, begin: () => send({ type: 'extensionHost.begin' }), dispose }
  } catch (cause) {
    dispose()
    throw cause
  }
}

async function read(address: string): Promise<string> {
  const answer = await fetch(address)
  if (!answer.ok) throw new Error(`reading ${JSON.stringify(address)}: ${answer.status}`)
  return answer.text()
}
