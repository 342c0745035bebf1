// Opens a webview that answers what is sent to it.
const vscode = require('vscode')

exports.activate = function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand('harbourPages.open', () => {
      const panel = vscode.window.createWebviewPanel('harbourPages', 'Harbour Page', vscode.ViewColumn.One, {
        enableScripts: true,
        localResourceRoots: [context.extensionUri],
      })
      const script = panel.webview.asWebviewUri(vscode.Uri.joinPath(context.extensionUri, 'page.js'))
      panel.webview.onDidReceiveMessage((message) =>
        panel.webview.postMessage({ answer: `heard: ${message.said}` }),
      )
      panel.webview.html = `<!doctype html><html><body><h1>The harbour</h1><p id="answer">waiting</p><script src="${script}"></script></body></html>`
    }),
  )
}
