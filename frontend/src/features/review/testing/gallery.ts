import '@vscode/codicons/dist/codicon.css'
import { mount } from 'svelte'
import { startReview, ReviewBar } from '..'
import { Failure, type ChangeSet } from '../../../bridge'
import { session, turn } from '../../../testing/sessions'
import { themeVariables, type themes } from '../../chat/testing/theme'
import { ChangeSummary } from '../../checkpoint'
import '../../../ui/theme.css'
import { fakeReview, file, set } from './fake'

// A page to look at without Go: ?state=some&theme=light. Development only.

const query = new URLSearchParams(location.search)
const theme = (query.get('theme') ?? 'dark') as keyof typeof themes
const name = query.get('state') ?? 'some'
const sheet = document.createElement('style')
sheet.textContent = `:root { ${themeVariables(theme)} --vscode-font-family: system-ui, sans-serif }`
document.head.append(sheet)
const classes = { dark: 'vs-dark', light: 'vs', 'hc-dark': 'hc-black', 'hc-light': 'hc-light' }
document.body.classList.add(classes[theme])

const some: ChangeSet[] = [
  set('t1', [
    file('calc.go', { status: 'accepted', pending: 0, added: 12, removed: 3 }),
    file('internal/parse/a_rather_long_file_name_of_a_parser.go', { status: 'rejected', pending: 0 }),
  ]),
  set(
    't2',
    [
      file('calc.go', { added: 4, removed: 2, status: 'mixed' }),
      file('calc_test.go', { kind: 'added', added: 31, removed: 0 }),
      file('scripts/run.sh', { by: 'command', oldMode: 0o644, newMode: 0o755, added: 0, removed: 0 }),
      file('docs/old.md', { kind: 'deleted', added: 0, removed: 120 }),
      file('docs/new.md', { kind: 'renamed', from: 'docs/draft.md', status: 'stale' }),
      file('assets/logo.png', { binary: true, by: 'background' }),
      file('notes.txt', { by: 'user', agent: false }),
      file('evil\u202etxt.go'),
    ],
    {
      title: 'Add a function Sum to calc.go with a test and run the tests',
      left: [{ path: 'internal/parse/parse.go', reason: 'You changed the same lines since.' }],
    },
  ),
]
const many = [
  set(
    't1',
    Array.from({ length: 5000 }, (_, i) => file(`src/part${i % 50}/file${i}.go`)),
  ),
]
const states: Record<string, ChangeSet[]> = { some, empty: [], many, failed: [] }

const fake = fakeReview(
  states[name] ?? some,
  name === 'failed'
    ? {
        'Review.State': () => {
          throw new Failure('internal', 'The changes could not be read.', 'Try again.')
        },
      }
    : {},
)
fake.state = { ...fake.state, undo: name === 'some' ? 'Rejected 2 changes in calc.go' : '' }
const review = startReview(fake.host)
review.follow(session({ turns: [turn({ id: 't2', changes: some[1]?.files ?? [] })] }))
const view = document.getElementById('view')
const bar = document.getElementById('bar')
const summary = document.getElementById('summary')
if (view) fake.host.views[0]?.render(view)
if (bar) mount(ReviewBar, { target: bar, props: { parts: review.parts, review: () => undefined } })
if (summary && name === 'some') {
  const props = { host: fake.host, sessionId: 's1', last: true, busy: false, keep: () => undefined }
  const shown = turn({ id: 't2', changes: some[1]?.files ?? [] })
  mount(ChangeSummary, { target: summary, props: { ...props, turn: shown, review: some[1] } })
}
Object.assign(window, { fake, review })
