import '@vscode/codicons/dist/codicon.css'
import { startTrust } from '..'
import { Failure, type TrustImport, type TrustState } from '../../../bridge'
import { themeVariables, type themes } from '../../chat/testing/theme'
import '../../../ui/theme.css'
import { command, fakeTrust, session } from './fake'

// A page to look at without Go: ?state=some&theme=light. Development only.

const query = new URLSearchParams(location.search)
const theme = (query.get('theme') ?? 'dark') as keyof typeof themes
const name = query.get('state') ?? 'some'
const sheet = document.createElement('style')
const light = theme.includes('light')
sheet.textContent = `:root { ${themeVariables(theme)} }`
document.head.append(sheet)
document.body.classList.add(light ? 'vs' : 'vs-dark')

const now = Date.now()
const minute = 60_000
const some: Partial<TrustState> = {
  commands: [
    command('go test ./...', { uses: 214, lastUsed: now - 4 * minute }),
    command('git log *', { uses: 31, lastUsed: now - 300 * minute }),
    command('npm run lint', { uses: 1, lastUsed: now - 5000 * minute }),
    command('docker *', { note: 'docker runs other programs: this trusts all of them.' }),
    command('git push --force', { counts: false, note: 'It never counts: “git push” is on the deny list.' }),
    command('task check', { scope: 'workspace', uses: 12, lastUsed: now - 1500 * minute }),
    command('ls \u202e txt', {
      scope: 'session',
      sessionId: session.id,
      sessionTitle: session.title,
      uses: 2,
      lastUsed: now,
    }),
  ],
  denied: [
    { text: 'git push', folder: false },
    { text: 'rm -rf', folder: false },
    { text: 'make deploy', folder: true },
  ],
}
const many = Array.from({ length: 500 }, (_, i) => command(`make target-${i} *`, { uses: i }))
const states: Record<string, Partial<TrustState>> = {
  some,
  empty: {},
  many: { commands: many },
  off: {
    ...some,
    guard: false,
    commands: [command('*', { note: 'Every command runs unasked.' }), ...(some.commands ?? [])],
  },
  untrusted: {
    ...some,
    guardBy: 'workspace',
    folder: { trusted: false, path: '/home/user/calc', parent: '', effects: ['Tasks do not run.'] },
    commands: (some.commands ?? []).map((each) => ({
      ...each,
      counts: false,
      note: 'You have not trusted this folder.',
    })),
  },
  broken: { ...some, broken: 'settings.json: line 4, column 1 has a comma too many.' },
}
const imports: TrustImport[] = [
  {
    editor: 'Kiro',
    file: '/home/user/.config/Kiro/User/settings.json',
    problem: '',
    patterns: [
      {
        pattern: 'npm test',
        original: 'npm test',
        note: '',
        known: false,
        usable: true,
        wide: false,
      },
      {
        pattern: 'git log *',
        original: 'git log *',
        note: '',
        known: true,
        usable: true,
        wide: false,
      },
      { pattern: '*', original: '*', note: '', known: false, usable: true, wide: true },
    ],
    denied: ['sudo'],
  },
  {
    editor: 'VS Code',
    file: '/home/user/.config/Code/User/settings.json',
    problem: '',
    patterns: [
      {
        pattern: 'cargo build *',
        original: 'cargo build',
        note: 'VS Code compares the beginning.',
        known: false,
        usable: true,
        wide: false,
      },
      {
        pattern: '',
        original: '/^make (test|lint)$/',
        note: 'Keel has no regular expressions.',
        known: false,
        usable: false,
        wide: false,
      },
    ],
    denied: [],
  },
  {
    editor: 'Cursor',
    file: '/home/user/.config/Cursor/User/settings.json',
    problem: 'It is not JSON: line 3, column 7.',
    patterns: [],
    denied: [],
  },
]

const fake = fakeTrust(states[name] ?? some)
fake.imports = imports
const { host } = fake
if (name === 'failed') {
  const failure = new Failure('internal', 'The settings could not be read.', 'Is the disk full?')
  host.bridge.Trust.State = () => Promise.reject(failure)
}
// The dialog of the window, near enough.
host.openModal = (label, draw) =>
  new Promise((resolve) => {
    const dialog = document.createElement('dialog')
    dialog.className = 'keel-modal keel-theme'
    dialog.setAttribute('aria-label', label)
    document.body.append(dialog)
    dialog.showModal()
    const drawn = draw(dialog, (answer) => {
      drawn.dispose()
      dialog.remove()
      resolve(answer)
    })
  })
startTrust(host)
const container = document.getElementById('page')
if (container) host.pages.get('keel.trustedCommands')?.render(container)
Object.assign(window, { fake })
