// Runs in the worker for extensions: it has no Node, only what VS Code gives it.
const vscode = require('vscode')

exports.activate = async function activate(context) {
  const starts = context.globalState.get('starts', 0) + 1
  await context.globalState.update('starts', starts)
  const greeting = () => vscode.workspace.getConfiguration('harbour').get('greeting')
  context.subscriptions.push(
    vscode.commands.registerCommand('harbour.hello', () =>
      vscode.window.showInformationMessage(`${greeting()} from the harbour`),
    ),
    vscode.commands.registerCommand('harbour.count', () =>
      vscode.window.showInformationMessage(`Started ${starts} times`),
    ),
    vscode.languages.registerCompletionItemProvider([{ language: 'plaintext' }, { language: 'go' }], {
      provideCompletionItems() {
        const item = new vscode.CompletionItem('harbourmaster', vscode.CompletionItemKind.Text)
        item.detail = 'from Harbour Tools'
        return [item]
      },
    }),
    vscode.window.registerTreeDataProvider('harbour.boats', {
      getChildren: (boat) => (boat ? [] : ['Heron', 'Tern']),
      getTreeItem: (boat) => new vscode.TreeItem(boat),
    }),
  )
}
