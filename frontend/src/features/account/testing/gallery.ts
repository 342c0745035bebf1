import '@vscode/codicons/dist/codicon.css'
import { accountsPage, startAccounts } from '..'
import { themeVariables, type themes } from '../../chat/testing/theme'
import '../../../ui/theme.css'
import { fakeAccounts } from './fake'
import { states } from './states'

// A page to look at without Go: ?state=code&theme=light. Development only.

const query = new URLSearchParams(location.search)
const theme = (query.get('theme') ?? 'dark') as keyof typeof themes
const sheet = document.createElement('style')
sheet.textContent = `:root { ${themeVariables(theme)} }`
document.head.append(sheet)
document.body.classList.add(theme.includes('light') ? 'vs' : 'vs-dark')

const fake = fakeAccounts(states[query.get('state') ?? 'in']?.())
const { host } = fake
host.registerCommand({ id: 'keel.showSecrets', title: 'Keel: Show Secrets', run: () => undefined })
startAccounts(host, 'keel.chat')
const container = document.getElementById('page')
if (container) host.pages.get(accountsPage)?.render(container)
Object.assign(window, { fake })
