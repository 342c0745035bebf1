const vscode = require('vscode')
exports.activate = (context) => {
  context.subscriptions.push(
    vscode.commands.registerCommand('good.run', async () => {
      vscode.window.showInformationMessage('Good is here')
      const folder = vscode.workspace.workspaceFolders[0].uri
      await vscode.workspace.fs.writeFile(
        vscode.Uri.joinPath(folder, 'good.txt'),
        new TextEncoder().encode('good'),
      )
    }),
  )
}
