// Uses what a web extension may use, and leaves what came of it in guest.json.
const vscode = require('vscode')

const text = (bytes) => new TextDecoder().decode(bytes)
const bytes = (string) => new TextEncoder().encode(string)
const random = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), String).join('-')

exports.activate = (context) => {
  const folder = vscode.workspace.workspaceFolders[0].uri
  const at = (name) => vscode.Uri.joinPath(folder, name)
  const rooms = {
    getTreeItem: (room) => new vscode.TreeItem(room),
    getChildren: (room) => (room ? [] : ['Kitchen', 'Hall']),
  }
  const completions = { provideCompletionItems: () => [new vscode.CompletionItem('guestWord')] }

  const tries = {
    async files() {
      await vscode.workspace.fs.writeFile(at('guest.txt'), bytes('hello'))
      await vscode.workspace.fs.rename(at('guest.txt'), at('guest-2.txt'), { overwrite: true })
      const found = await vscode.workspace.findFiles('guest-*.txt')
      return `${text(await vscode.workspace.fs.readFile(at('guest-2.txt')))} ${found.length}`
    },
    async storage() {
      const count = context.globalState.get('count', 0) + 1
      await context.globalState.update('count', count)
      await context.workspaceState.update('here', count)
      await vscode.workspace.fs.createDirectory(context.globalStorageUri)
      const file = vscode.Uri.joinPath(context.globalStorageUri, 'kept.txt')
      await vscode.workspace.fs.writeFile(file, bytes(String(count)))
      return `${count} ${context.workspaceState.get('here')} ${text(await vscode.workspace.fs.readFile(file))}`
    },
    // The word itself stands nowhere: it is made here, and told the wrong way round.
    async secrets() {
      const told = (word) => (word === undefined ? 'none' : [...word].reverse().join(''))
      const before = await context.secrets.get('word')
      if (before === undefined) await context.secrets.store('word', `sesame-${random()}`)
      await context.secrets.store('passing', 'x')
      await context.secrets.delete('passing')
      const now = await context.secrets.get('word')
      return `${told(before)}, then ${told(now)} as ${(await context.secrets.keys()).join()}`
    },
    async languages() {
      const items = await vscode.commands.executeCommand(
        'vscode.executeCompletionItemProvider',
        at('calc.go'),
        new vscode.Position(0, 0),
      )
      return items.items.some(({ label }) => label === 'guestWord') ? 'offered' : 'missing'
    },
    async edit() {
      const document = await vscode.workspace.openTextDocument(at('calc.go'))
      const edit = new vscode.WorkspaceEdit()
      edit.insert(document.uri, new vscode.Position(0, 0), '// by a guest\n')
      const done = await vscode.workspace.applyEdit(edit)
      return `${done} ${await document.save()}`
    },
    async account() {
      const session = await vscode.authentication.getSession('github', ['repo'], { silent: true })
      return session ? 'somebody' : 'nobody'
    },
    async setting() {
      await vscode.workspace
        .getConfiguration('editor')
        .update('tabSize', 7, vscode.ConfigurationTarget.Global)
      return String(vscode.workspace.getConfiguration('editor').get('tabSize'))
    },
    async ownFile() {
      const answer = await fetch(vscode.Uri.joinPath(context.extensionUri, 'word.txt').toString(true))
      return (await answer.text()).trim()
    },
    async worker() {
      const worker = new Worker(vscode.Uri.joinPath(context.extensionUri, 'worker.js').toString(true))
      return new Promise((done) => {
        worker.onmessage = ({ data }) => done(data)
        worker.onerror = (event) => done(`error ${event.message}`)
        worker.postMessage('nested')
      })
    },
  }

  const run = async () => {
    const results = {}
    for (const [name, attempt] of Object.entries(tries)) {
      try {
        results[name] = await attempt()
      } catch (cause) {
        results[name] = `threw ${cause.message}`
      }
    }
    await vscode.workspace.fs.writeFile(at('guest.json'), bytes(JSON.stringify(results)))
  }
  // Who is slow to be seen is called twice: one visit at a time.
  let visit

  context.subscriptions.push(
    vscode.window.registerTreeDataProvider('guest.rooms', rooms),
    vscode.languages.registerCompletionItemProvider('go', completions),
    vscode.commands.registerCommand('guest.run', () => (visit ??= run().finally(() => (visit = undefined)))),
    // Nobody waits for what it does, and nobody catches what it throws; then it goes on.
    vscode.commands.registerCommand('guest.stumble', () => {
      setTimeout(() => {
        setTimeout(() => vscode.workspace.fs.writeFile(at('stumbled.txt'), bytes('and went on')))
        throw new Error('stumbled')
      })
    }),
  )
}
