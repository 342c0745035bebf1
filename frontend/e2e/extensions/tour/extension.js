// What the buttons of the walkthrough run, in the worker for extensions.
const vscode = require('vscode')

exports.activate = function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand('tour.greet', (who = 'nobody') =>
      vscode.window.showInformationMessage(`Ahoy, ${JSON.stringify(who)}`),
    ),
    vscode.commands.registerCommand('tour.sink', () => {
      throw new Error('the boat has sunk')
    }),
    vscode.commands.registerCommand('tour.ready', () =>
      vscode.commands.executeCommand('setContext', 'tour.ready', true),
    ),
    vscode.commands.registerCommand('tour.handbook', () =>
      vscode.commands.executeCommand('workbench.action.openWalkthrough', {
        category: 'harbour.tour#first',
        step: 'harbour.tour#first#docs',
      }),
    ),
  )
}
