import '@vscode/codicons/dist/codicon.css'
import { startChat } from '../../chat'
import { fakeHost } from '../../chat/testing/host'
import { referenceStates } from '../../chat/testing/referenceStates'
import { practice } from '../../chat/testing/states'
import { themeVariables, type themes } from '../../chat/testing/theme'
import { look, many, matches } from './states'

// A page to look at without Go: ?state=references&theme=light. Development only.

const query = new URLSearchParams(location.search)
const theme = (query.get('theme') ?? 'dark') as keyof typeof themes
const name = (query.get('state') ?? 'references') as keyof typeof referenceStates
const sheet = document.createElement('style')
sheet.textContent = `:root { color-scheme: ${theme.includes('light') ? 'light' : 'dark'}; ${themeVariables(theme)} }`
document.head.append(sheet)
const classes = { dark: 'vs-dark', light: 'vs', 'hc-dark': 'hc-black', 'hc-light': 'hc-light' }
document.body.classList.add(classes[theme])

const host = fakeHost(referenceStates[name](), {
  methods: {
    'Agent.Providers': () => [
      { ...practice, models: practice.models.map((each) => ({ ...each, contextTokens: 200_000 })) },
    ],
    'Sessions.DraftParts': () => ({ references: many, images: [] }),
    'References.Look': look,
    'References.Find': () => ({ matches, limitHit: true, partial: false, problem: '' }),
    'Search.Files': () => ({ paths: ['assets/logo.png', 'docs/screen.webp'], limitHit: false }),
    'Search.ClearCache': () => undefined,
  },
})
// The dialog of the window, near enough.
host.openModal = (label, draw) =>
  new Promise((resolve) => {
    const dialog = document.createElement('dialog')
    dialog.className = 'keel-theme'
    dialog.setAttribute('aria-label', label)
    dialog.style.cssText =
      'display: flex; flex-direction: column; box-sizing: border-box; width: min(560px, 90vw); max-height: 80vh; padding: 0'
    document.body.append(dialog)
    dialog.showModal()
    const drawn = draw(dialog, (answer) => {
      drawn.dispose()
      dialog.remove()
      resolve(answer)
    })
  })
startChat(host)
const container = document.getElementById('chat')
if (container) host.views[0]?.render(container)
Object.assign(window, { host })
