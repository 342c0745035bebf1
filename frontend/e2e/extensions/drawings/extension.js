// Draws in panels, views and editors, and writes down what its pages say.
const vscode = require('vscode')

exports.activate = function activate(context) {
  const own = (name) => vscode.Uri.joinPath(context.extensionUri, 'media', name)
  const folder = () => vscode.workspace.workspaceFolders?.[0]?.uri
  const inFolder = (name) => vscode.Uri.joinPath(folder(), name)
  const read = async (uri) => new TextDecoder().decode(await vscode.workspace.fs.readFile(uri))

  function page(webview, body, script = '') {
    const address = (uri) => webview.asWebviewUri(uri)
    return `<!doctype html><html><head>
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src ${webview.cspSource};
        style-src ${webview.cspSource}; script-src ${webview.cspSource} 'unsafe-inline'; connect-src ${webview.cspSource};
        font-src ${webview.cspSource}">
      <link rel="stylesheet" href="${address(own('page.css'))}">
      <script type="module" src="${address(own('module.js'))}"></script>
      </head><body>${body}<script src="${address(own('page.js'))}"></script><script>${script}</script></body></html>`
  }

  function fill(panel, title) {
    const { webview } = panel
    const picture = (uri) => `<img src="${webview.asWebviewUri(uri)}">`
    webview.onDidReceiveMessage((message) => {
      if (message.said)
        webview.postMessage({
          answer: `heard ${message.said}`,
          at: webview.asWebviewUri(own('dot.svg')).toString(),
        })
      if (message.address)
        webview.postMessage({ same: message.address === webview.asWebviewUri(own('dot.svg')).toString() })
    })
    webview.html = page(
      webview,
      `<h1>${title}</h1><p id="answer">waiting</p><p id="same"></p><p id="module"></p><p id="fetched"></p>
       <button id="count">0</button> <input id="text" aria-label="Words"> <a href="https://example.com/harbour?a=b(c)">A link</a>
       <p id="pictures">${picture(own('dot.svg'))}${folder() ? picture(inFolder('pictures/dot.svg')) + picture(inFolder('dot.svg')) : ''}</p>
       <div style="height: 3000px"></div><p>The end</p>`,
    )
  }
  const options = () => ({
    enableScripts: true,
    localResourceRoots: [context.extensionUri, ...(folder() ? [inFolder('pictures')] : [])],
  })
  const open = (title, more = {}) => {
    const panel = vscode.window.createWebviewPanel('harbour.panel', title, vscode.ViewColumn.One, {
      ...options(),
      ...more,
    })
    fill(panel, title)
    return panel
  }

  async function hostile() {
    const panel = vscode.window.createWebviewPanel(
      'harbour.hostile',
      'Hostile',
      vscode.ViewColumn.One,
      options(),
    )
    const heard = []
    let writing = Promise.resolve()
    panel.webview.onDidReceiveMessage((message) => {
      heard.push(message)
      const text = new TextEncoder().encode(JSON.stringify(heard, null, 1))
      writing = writing.then(() => vscode.workspace.fs.writeFile(inFolder('heard.json'), text))
    })
    panel.webview.html = await read(inFolder('hostile.html'))
  }

  context.subscriptions.push(
    vscode.commands.registerCommand('drawings.panel', () => open('Panel')),
    vscode.commands.registerCommand('drawings.kept', () => open('Kept', { retainContextWhenHidden: true })),
    vscode.commands.registerCommand('drawings.hostile', hostile),
    vscode.window.registerWebviewPanelSerializer('harbour.panel', {
      async deserializeWebviewPanel(panel) {
        panel.webview.options = options()
        fill(panel, panel.title)
      },
    }),
    vscode.window.registerWebviewViewProvider('drawings.side', {
      resolveWebviewView(view) {
        view.webview.options = options()
        view.webview.html = page(view.webview, '<h1>Beside</h1>')
      },
    }),
    vscode.window.registerCustomEditorProvider('drawings.deck', {
      resolveCustomTextEditor(document, panel) {
        panel.webview.options = options()
        panel.webview.html = page(
          panel.webview,
          '<h1>Deck</h1><pre id="cards"></pre><button id="add">Add</button>',
          `window.addEventListener('message', ({ data }) => { if (data.cards !== undefined) document.querySelector('#cards').textContent = data.cards })
           document.querySelector('#add').addEventListener('click', () => api.postMessage({ add: true }))
           api.postMessage({ ready: true })`,
        )
        const show = () => panel.webview.postMessage({ cards: document.getText() })
        panel.webview.onDidReceiveMessage(async (message) => {
          if (message.ready) show()
          if (!message.add) return
          const edit = new vscode.WorkspaceEdit()
          edit.insert(document.uri, new vscode.Position(0, 0), 'card\n')
          await vscode.workspace.applyEdit(edit)
        })
        const watch = vscode.workspace.onDidChangeTextDocument((event) => {
          if (event.document.uri.toString() === document.uri.toString()) show()
        })
        panel.onDidDispose(() => watch.dispose())
      },
    }),
  )
  if (folder()) {
    // In the product there is nobody who could run a command by its name.
    vscode.workspace.fs.stat(inFolder('hostile-at-once')).then(hostile, () => undefined)
  }
}
