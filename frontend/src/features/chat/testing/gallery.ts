import '@vscode/codicons/dist/codicon.css'
import { Failure, type SessionSummary } from '../../../bridge'
import { startChat } from '..'
import { fakeHost, trusting } from './host'
import { event } from '../../../testing/sessions'
import { states as accountStates } from '../../account/testing/states'
import { fakeAccounts } from '../../account/testing/fake'
import { acts } from './acts'
import { picture, providers } from './agentStates'
import { bedrock, examples, markdown, practice, states } from './states'
import { themeVariables, type themes } from './theme'

// A page to look at the chat without Go: ?state=done&theme=light, &act=edit for what is done in it, &account=code for signing in. Development only.

const query = new URLSearchParams(location.search)
const theme = (query.get('theme') ?? 'dark') as keyof typeof themes
const name = query.get('state') ?? 'done'
const sheet = document.createElement('style')
sheet.textContent = `:root { color-scheme: ${theme.includes('light') ? 'light' : 'dark'}; ${themeVariables(theme)} }`
document.head.append(sheet)

const shown = (states[name] ?? states['empty'])?.()
const container = document.getElementById('chat')
if (!shown || !container) throw new Error('There is nothing to show.')

function listed(state: string): SessionSummary[] {
  const titles =
    state === 'crowded'
      ? Array.from({ length: 5000 }, (_, i) => `Session number ${i}`)
      : ['Add a function Sum', 'Rename the package', 'Why does the build fail on Windows?']
  return titles.map((title, i) => ({
    id: i === 0 ? 's1' : `other${i}`,
    title,
    createdAt: Date.now(),
    updatedAt: Date.now() - i * 5_000_000,
    running: i === 1,
    waiting: i === 2,
    ...(i === 1 ? { copyOf: 's1', title: 'Before going back: Add a function Sum' } : {}),
  }))
}

const { state: accounts } = fakeAccounts(accountStates[query.get('account') ?? 'out']?.())
const host = fakeHost(shown, {
  methods: {
    'Accounts.State': () => accounts,
    'Trust.State': () => trusting(name !== 'untrusted'),
    'Agent.Examples': () => examples,
    'Agent.Providers': () =>
      name === 'found'
        ? [practice, bedrock, ...providers]
        : name === 'connect'
          ? [practice, bedrock, ...providers.filter((each) => !each.ready)]
          : [practice, bedrock],
    'Sessions.Search': (text: string) => [
      {
        ...listed(name)[1],
        id: 'old',
        title: 'Rounding in reports',
        turnId: 't4',
        excerpt: `…so that ${text} is rounded half to even, as the invoice does…`,
      },
    ],
    'Checkpoints.Preview': () => ({
      write: ['calc.go', 'calc_test.go'],
      delete: ['internal/report/generated.txt'],
      merge: [],
      conflicts: [],
      unknown: ['node_modules'],
      unsaved: [],
      large: false,
      turns: 2,
      commands: name === 'tools' ? [] : ['npm run dev -- --port 5173'],
    }),
    'Sessions.Open': (id: string) => ({ ...shown, id }),
    'Sessions.List': () => {
      if (name === 'blocked') throw new Failure('no_workspace', 'No folder is open.', '')
      return listed(name)
    },
  },
})
startChat(host)
host.views[0]?.render(container)
void acts[query.get('act') ?? '']?.(container)

if (name === 'pictures') {
  const paste = new DataTransfer()
  const bytes = Uint8Array.from(atob(picture.data), (each) => each.charCodeAt(0))
  for (let i = 0; i < 3; i++) paste.items.add(new File([bytes], picture.name, { type: picture.mediaType }))
  setTimeout(() =>
    container
      .querySelector('textarea')
      ?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: paste, bubbles: true, cancelable: true })),
  )
}

interface GalleryWindow {
  host: typeof host
  /** Streams a text at so many tokens a second and resolves with the frames' lengths in milliseconds. */
  stream(tokensPerSecond: number, seconds: number): Promise<number[]>
}

Object.assign(window, {
  host,
  async stream(tokensPerSecond, seconds) {
    const frames: number[] = []
    const piece = markdown + '\n\n'
    const perFrame = (tokensPerSecond * 4) / 60 // about four characters a token
    let at = 0
    let last = performance.now()
    const end = last + seconds * 1000
    for (let seq = 2; last < end; seq++) {
      let append = ''
      while (append.length < perFrame) append += piece.charAt(at++ % piece.length)
      host.bridge.emit('session', event(seq, { kind: 'text', turnId: 't1', itemId: 'm1', append }))
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve))
      frames.push(now - last)
      last = now
    }
    return frames
  },
} satisfies GalleryWindow)
