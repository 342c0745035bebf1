// Tries what a web extension must not do, and leaves in burglar.json what it
// believes came of it. What really came of it the test looks up elsewhere.
const vscode = require('vscode')

const bytes = (string) => new TextEncoder().encode(string)
const text = (data) => new TextDecoder().decode(data)

exports.activate = async (context) => {
  const folder = vscode.workspace.workspaceFolders[0].uri
  const at = (name) => vscode.Uri.joinPath(folder, name)
  const userData = (path) => vscode.Uri.from({ scheme: 'vscode-userdata', path })
  const origin = context.extensionUri.toString(true).split('/keel/')[0]
  const write = (uri) => vscode.workspace.fs.writeFile(uri, bytes('burgled'))
  const read = async (uri) => text(await vscode.workspace.fs.readFile(uri)).slice(0, 40)
  const get = async (address, options) => `status ${(await fetch(address, options)).status}`
  const set = (name) =>
    vscode.workspace.getConfiguration().update(name, 'burgled', vscode.ConfigurationTarget.Global)
  const run = async (id, ...args) => {
    await vscode.commands.executeCommand(id, ...args)
    return 'ran'
  }
  const edit = async (uri) => {
    const change = new vscode.WorkspaceEdit()
    change.insert(uri, new vscode.Position(0, 0), 'burgled')
    return `applied ${await vscode.workspace.applyEdit(change)}`
  }
  const socket = (address) =>
    new Promise((done) => {
      const opened = new WebSocket(address)
      opened.onopen = () => done('open')
      opened.onerror = () => done('error')
    })

  const tries = {
    startedAlone: () => write(at('started-alone.txt')),
    // The page's own addresses.
    fetchFile: () => get(`${origin}/keel/file/workspace?path=calc.go`),
    fetchWrite: () =>
      get(`${origin}/keel/file/workspace?path=fetched.txt&create=1`, { method: 'PUT', body: 'burgled' }),
    fetchNoCors: () =>
      get(`${origin}/keel/file/workspace?path=fetched.txt&create=1`, {
        method: 'POST',
        mode: 'no-cors',
        body: 'x',
      }),
    fetchGallery: () => get(`${origin}/keel/gallery/extensionquery`, { method: 'POST', body: '{}' }),
    fetchUp: () => get(`${origin}/keel/extension/../file/workspace?path=calc.go`),
    fetchEncoded: () => get(`${origin}/keel/extension/%2e%2e/file/workspace?path=calc.go`),
    fetchRequest: () => get(new Request(`${origin}/keel/file/workspace?path=calc.go`)),
    xhr: () =>
      new Promise((done) => {
        const request = new XMLHttpRequest()
        request.onload = () => done(`loaded ${request.responseText.slice(0, 20)}`)
        request.onerror = () => done('error')
        request.open('GET', `${origin}/keel/file/workspace?path=calc.go`)
        setTimeout(() => request.send(), 100)
      }),
    plainHttp: () => get('http://127.0.0.1:9/'),
    ipc: () => socket(`${origin.replace(/^http/, 'ws')}/wails/ipc`),
    importScripts: () => importScripts(`${origin}/wails/ipc.js`),
    importModule: () => import(`${origin}/wails/runtime.js`).then(() => 'imported'),
    nested: () =>
      new Promise((done) => {
        const worker = new Worker(vscode.Uri.joinPath(context.extensionUri, 'picklock.js').toString(true))
        worker.onmessage = ({ data }) => done(JSON.stringify(data))
        worker.postMessage([`${origin}/keel/file/workspace?path=calc.go`, 'http://127.0.0.1:9/'])
      }),
    // The page itself.
    window: () => `${typeof self.window} ${typeof self.webkit} ${typeof self.document} ${typeof self.parent}`,
    origin: () => String(self.origin),
    storage: () =>
      new Promise((done) => {
        const request = indexedDB.open('keel')
        request.onsuccess = () => done('opened')
        request.onerror = () => done('error')
      }),
    post: () => String(self.postMessage({ type: 'extensionHost.ready' }, '*')),
    // Files.
    readOutside: () => read(vscode.Uri.joinPath(folder, '..', 'outside.txt')),
    writeOutside: () => write(vscode.Uri.joinPath(folder, '..', 'outside.txt')),
    readSettings: () => read(userData('/User/settings.json')),
    writeSettings: () => write(userData('/User/settings.json')),
    writeKeys: () => write(userData('/User/keybindings.json')),
    writeTasks: () => write(userData('/User/tasks.json')),
    writeUp: () => write(userData('/User/globalStorage/x/../../settings.json')),
    listData: async () => JSON.stringify(await vscode.workspace.fs.readDirectory(userData('/'))),
    editSettings: () => edit(userData('/User/settings.json')),
    openSettings: async () =>
      (await vscode.workspace.openTextDocument(userData('/User/settings.json'))).getText(),
    checkpoint: () => read(vscode.Uri.from({ scheme: 'keel-checkpoint', path: '/1/calc.go' })),
    pageScheme: () => read(vscode.Uri.parse(`${origin}/keel/file/workspace?path=calc.go`)),
    takeScheme: () => {
      const nothing = () => ({ dispose() {} })
      const provider = {
        onDidChangeFile: nothing,
        watch: nothing,
        stat() {},
        readFile() {},
        readDirectory() {},
      }
      return String(vscode.workspace.registerFileSystemProvider('file', provider).dispose)
    },
    // Settings and commands.
    setTrusted: () => set('keelAgent.trustedCommands'),
    setWhole: () => set('keelAgent'),
    setProfile: () => set('terminal.integrated.profiles.linux'),
    approve: () => run('keel.acceptProposal'),
    trust: () => run('keel.editTrustedCommands'),
    restore: () => run('keel.undoLastRestore'),
    sequence: () => run('workbench.action.terminal.sendSequence', { text: 'touch sequence.txt\n' }),
    several: () =>
      run('runCommands', {
        commands: [
          { command: 'workbench.action.terminal.sendSequence', args: { text: 'touch several.txt\n' } },
        ],
      }),
    openFolder: () => run('vscode.openFolder', vscode.Uri.joinPath(folder, '..')),
    accept: () => run('workbench.action.acceptSelectedQuickOpenItem'),
    // What the workbench's parts say to one another, in the page's own name.
    pageFetch: async () =>
      `reached ${JSON.stringify(await vscode.commands.executeCommand('_workbench.fetchJSON', `${origin}/keel/file/config?path=settings.json`, 'GET'))}`,
    pageWrite: () =>
      run('_workbench.fetchJSON', `${origin}/keel/file/config?path=keybindings.json&create=1`, 'PUT'),
    savedSettings: async () => {
      const scheme = 'conflictResolution'
      const provider = { provideTextDocumentContent: () => undefined }
      vscode.workspace.registerTextDocumentContentProvider(scheme, provider)
      const query = JSON.stringify({ scheme: 'vscode-userdata', query: '' })
      const uri = vscode.Uri.from({ scheme, path: '/User/settings.json', query })
      return (await vscode.workspace.openTextDocument(uri)).getText()
    },
    recent: () => run('_workbench.getRecentlyOpened'),
    revertAll: () => run('_workbench.revertAllDirty'),
    uninstall: () => run('_remoteCLI.manageExtensions', { uninstall: ['keel-tests.burglar'] }),
    reload: () => run('workbench.action.reloadWindow'),
    words: async () => {
      const { items } = await vscode.commands.executeCommand(
        'vscode.executeCompletionItemProvider',
        userData('/User/settings.json'),
        new vscode.Position(1, 3),
      )
      return `reached ${JSON.stringify(items.map(({ label }) => label))}`
    },
    typeInSettings: () => run('type', { text: 'burgled' }),
    snippetInSettings: () => run('insertSnippet', { snippet: 'burgled' }),
    register: () => String(vscode.commands.registerCommand('keel.toggleMode', () => {}).dispose),
    task: () =>
      vscode.tasks.executeTask(
        new vscode.Task(
          { type: 'shell' },
          vscode.TaskScope.Workspace,
          'x',
          'x',
          new vscode.ShellExecution('touch task.txt'),
        ),
      ),
    debug: async () =>
      `started ${await vscode.debug.startDebugging(undefined, { type: 'node', name: 'x', request: 'launch' })}`,
    clipboard: () => vscode.env.clipboard.writeText('burgled').then(() => 'written'),
    variables: () => String(context.environmentVariableCollection?.replace('BASH_ENV', '/tmp/x')),
    folders: () => String(vscode.workspace.updateWorkspaceFolders(1, 0, { uri: vscode.Uri.file('/') })),
  }

  /** These ask the person first, and wait for the answer. */
  const asks = {
    terminal: () => {
      vscode.window.terminals[0].sendText('touch typed.txt')
      return 'sent'
    },
    shell: async () => {
      vscode.window.createTerminal({
        name: 'x',
        shellPath: '/bin/bash',
        shellArgs: ['-c', 'touch shell.txt'],
      })
      return 'made'
    },
    hook: () => write(at('.git/hooks/pre-commit')),
    envrc: () => edit(at('.envrc')),
  }

  const attempt = async (what) => {
    const results = {}
    for (const [name, attempt] of Object.entries(what)) {
      try {
        const limit = new Promise((done) => setTimeout(() => done('no answer'), 5000))
        results[name] = String(await Promise.race([attempt(), limit]))
      } catch (cause) {
        results[name] = `threw ${cause.message}`
      }
    }
    return results
  }

  const ready = vscode.window.createStatusBarItem('burglar.ready', vscode.StatusBarAlignment.Left, 1e6)
  ready.text = 'Burglar Ready'
  ready.command = 'workbench.action.terminal.runSelectedText'
  ready.show()

  context.subscriptions.push(
    ready,
    vscode.commands.registerCommand('burglar.run', async () => {
      const results = { ...(await attempt(tries)), ...(await attempt(asks)) }
      await vscode.workspace.fs.writeFile(at('burglar.json'), bytes(JSON.stringify(results, null, 2)))
    }),
    vscode.commands.registerCommand('burglar.flood', async () => {
      for (let i = 0; i < 5000; i++) vscode.window.showInformationMessage(`Look ${i}`)
      await vscode.workspace.fs.writeFile(at('flooded.txt'), bytes('done'))
    }),
    vscode.commands.registerCommand('burglar.loop', () => {
      for (;;);
    }),
  )
  await write(at('activated.txt'))
}
