// Runs in the document in which extensions run (app/assets.go). That has no origin: nothing
// in it reaches the window's page, its storage or what is bound to it. It starts
// the worker that the page hands over as text, and passes two ports between them.
;(() => {
  /**
   * What the worker runs before VS Code's own script. Files of extensions are
   * asked from the page: without an origin the worker may not fetch them itself.
   */
  function prepare(places) {
    const direct = self.fetch.bind(self)
    const waiting = new Map()
    let count = 0
    let files
    const given = new Promise((done) => {
      self.addEventListener('message', function take(event) {
        if (event.data?.type !== 'files') return
        self.removeEventListener('message', take)
        event.stopImmediatePropagation()
        files = event.data.port
        files.onmessage = ({ data }) => {
          const { resolve, reject } = waiting.get(data.id)
          waiting.delete(data.id)
          if (data.failure) reject(new TypeError(data.failure))
          else resolve(new Response(data.body, { status: data.status, headers: data.headers }))
        }
        done()
      })
    })
    self.fetch = async (input, init) => {
      const address = input instanceof Request ? input.url : String(input)
      if (!places.some((place) => address.startsWith(place))) return direct(input, init)
      await given
      const id = ++count
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        files.postMessage({ id, address })
      })
    }
  }

  function start({ script, places, nls, language }, files) {
    const source = [
      `globalThis._VSCODE_NLS_MESSAGES = ${JSON.stringify(nls)};`,
      `globalThis._VSCODE_NLS_LANGUAGE = ${JSON.stringify(language)};`,
      `(${prepare})(${JSON.stringify(places)});\n`,
      script,
    ]
    const address = URL.createObjectURL(new Blob(source, { type: 'text/javascript' }))
    // Without an origin Chromium starts no module from here.
    const worker = new Worker(address, { name: 'Extensions' })
    worker.postMessage({ type: 'files', port: files }, [files])
    worker.onmessage = ({ data }) => {
      if (!(data instanceof MessagePort)) return
      worker.onmessage = null // the one thing a worker says here
      parent.postMessage({ type: 'extensionHost.port', port: data }, '*', [data])
    }
    worker.onerror = ({ message }) => {
      parent.postMessage({ type: 'extensionHost.failed', message: String(message) }, '*')
    }
    return worker
  }

  let worker
  addEventListener('message', (event) => {
    if (event.source !== parent) return
    const { type, data } = event.data
    if (type === 'extensionHost.start' && !worker) worker = start(data, event.ports[0])
    else if (type === 'extensionHost.begin') worker?.postMessage({ type: 'vscode.init', data: new Map() })
  })
  parent.postMessage({ type: 'extensionHost.ready' }, '*')
})()
