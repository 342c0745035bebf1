import type { ProviderState, Session, SessionImage, SessionQuestion } from '../../../bridge'
import { call, command, session, text, turn } from '../../../testing/sessions'

// What the agent can ask, plan, queue and run beside; for the gallery and tests.

/** A red dot. */
export const picture: SessionImage = {
  name: 'dot.png',
  mediaType: 'image/png',
  data: 'iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==',
}

const sonnet = 'eu.anthropic.claude-sonnet-4-20250514-v1:0'

function real(id: string, fields: Parameters<typeof turn>[0] = {}): ReturnType<typeof turn> {
  return turn({
    id,
    practice: false,
    provider: 'bedrock',
    model: sonnet,
    usage: { inputTokens: 12_400, outputTokens: 820, cacheReadTokens: 9000, cacheWriteTokens: 400 },
    cost: { micros: 56_700, partial: false },
    context: { tokens: 148_000, limit: 200_000, estimated: false },
    ...fields,
  })
}

const spent: Partial<Session> = {
  provider: 'bedrock',
  model: sonnet,
  usage: { inputTokens: 410_000, outputTokens: 9200, cacheReadTokens: 388_000, cacheWriteTokens: 12_000 },
  cost: { micros: 1_240_000, partial: true },
}

export function question(fields: Partial<SessionQuestion> = {}): SessionQuestion {
  return {
    id: 'k1',
    kind: 'model',
    text: 'Should Sum panic when the total overflows, or wrap around as Go does?',
    hint: '',
    choices: ['Wrap around', 'Panic', 'Return an error as a second result, so that callers can decide'],
    free: true,
    answer: '',
    open: true,
    ...fields,
  }
}

/** A session that waits for an answer. */
export function asking(fields: Partial<SessionQuestion> = {}): Session {
  const asked = question(fields)
  return session({
    turns: [
      turn({
        status: asked.open ? 'waiting' : 'running',
        items: [
          text('m1', 'Before I write it:'),
          { id: 'i1', step: 1, kind: 'question', text: '', streaming: false, question: asked },
        ],
      }),
    ],
  })
}

const plan = [
  { text: 'Look at how the tests are written', status: 'done' as const },
  { text: 'Add Sum to calc.go', status: 'done' as const },
  {
    text: 'Write a table test, with no arguments and with one that overflows',
    status: 'in_progress' as const,
  },
  { text: 'Run the tests', status: 'pending' as const },
]

const server = command('b1', 'npm run dev -- --host 127.0.0.1 --port 5173', {
  commandId: 'c1',
  running: true,
  status: 'completed',
  output: 'VITE ready in 412 ms\n  Local: http://127.0.0.1:5173/\n',
})

export const agentStates: Readonly<Record<string, () => Session>> = {
  question: () => asking(),
  signIn: () =>
    asking({
      kind: 'sign_in',
      text: 'The sign-in to AWS has expired.',
      hint: 'Run “aws sso login --profile work” in a terminal, then go on. Nothing of this turn is lost.',
      choices: ['Try again', 'Stop here'],
      free: false,
    }),
  steps: () =>
    asking({
      kind: 'steps',
      text: 'Keel has taken 50 steps. Go on?',
      choices: ['Go on', 'Stop here'],
      free: false,
    }),
  answered: () =>
    session({
      turns: [
        turn({
          items: ['Wrap around', ''].map((answer, i) => ({
            id: `i${i}`,
            step: 1,
            kind: 'question' as const,
            text: '',
            streaming: false,
            question: question({ id: `k${i}`, answer, open: false }),
          })),
        }),
      ],
    }),
  plan: () =>
    session({
      ...spent,
      turns: [
        real('t1', {
          status: 'running',
          todo: plan,
          items: [
            { id: 'th', step: 1, kind: 'reasoning', text: 'The user wants a sum.', streaming: false },
            text('m1', 'I have a plan.'),
            call('s1', {
              name: 'sub_agent',
              kind: 'other',
              title: 'Sub agent: find every caller of Add',
              status: 'in_progress',
              calls: [
                { title: 'Search “Add(” in *.go', status: 'completed' },
                { title: 'Read internal/report/report.go', status: 'failed' },
                { title: 'Read cmd/calc/main.go', status: 'in_progress' },
              ],
            }),
          ],
        }),
      ],
      queue: [
        { id: 'q1', text: 'and update the README too', queuedAt: 0 },
        { id: 'q2', text: 'look at this', images: [picture], queuedAt: 0, held: true },
      ],
    }),
  background: () =>
    session({
      ...spent,
      turns: [
        real('t1', { items: [server, text('m1', 'The server runs; the page is at port 5173.')] }),
        real('t2', {
          prompt: 'and the tests',
          items: [
            command('b2', 'go test ./... -run TestSum -count=100', {
              commandId: 'c2',
              running: true,
              status: 'completed',
            }),
          ],
        }),
      ],
    }),
  summary: () =>
    session({
      ...spent,
      turns: [
        real('t1', {
          todo: plan.map((step) => ({ ...step, status: 'done' as const })),
          items: [text('m1', 'Done.')],
        }),
        real('t2', {
          prompt: 'go on with the rest',
          items: [
            {
              id: 's1',
              step: 1,
              kind: 'summary',
              text: 'The user wants **Sum** in `calc.go`; it is written and tested.',
              streaming: false,
            },
            text('m2', 'I went on.'),
          ],
        }),
        turn({
          id: 't3',
          prompt: 'with the other model now',
          model: 'qwen3-coder:30b',
          provider: 'ollama',
          practice: false,
          status: 'running',
          usage: { inputTokens: 9000, outputTokens: 100, cacheReadTokens: 0, cacheWriteTokens: 0 },
          context: { tokens: 31_000, limit: 32_768, estimated: true },
          items: [
            { id: 's2', step: 1, kind: 'summary', text: '', streaming: true },
            {
              id: 'n1',
              step: 1,
              kind: 'notice',
              text: 'Ollama is loading the model.',
              streaming: false,
              until: Date.now() + 20_000,
            },
          ],
        }),
      ],
    }),
  pictures: () =>
    session({
      turns: [
        turn({
          prompt: 'What is wrong in this picture?',
          images: [picture, picture],
          items: [text('m', 'A dot.')],
        }),
      ],
    }),
}

const none: ProviderState = {
  id: '',
  name: '',
  practice: false,
  ready: false,
  hint: '',
  needsKey: false,
  hasKey: false,
  local: false,
  models: [],
  problem: '',
  problemHint: '',
  listed: false,
}

const model = (id: string, contextTokens: number): ProviderState['models'][number] => ({
  id,
  name: '',
  contextTokens,
  images: false,
  noImages: false,
  noTools: false,
})

/** As many services as there can be: one was found on this machine. */
export const providers: ProviderState[] = [
  {
    ...none,
    id: 'ollama',
    name: 'Ollama',
    ready: true,
    local: true,
    listed: true,
    models: [model('qwen3-coder:30b', 262_144), model('llama3.2:3b', 131_072)],
  },
  {
    ...none,
    id: 'lmstudio',
    name: 'LM Studio',
    local: true,
    hint: 'Start LM Studio and its server; it is found at once.',
  },
  {
    ...none,
    id: 'llamacpp',
    name: 'llama.cpp',
    local: true,
    hint: 'Start llama-server; it is found at once.',
  },
  { ...none, id: 'vllm', name: 'vLLM', local: true, hint: 'Start vLLM on port 8000; it is found at once.' },
  { ...none, id: 'openai', name: 'OpenAI', needsKey: true, hint: 'Enter a key of your account.' },
  {
    ...none,
    id: 'github',
    name: 'GitHub Models',
    needsKey: true,
    hint: 'Sign in with GitHub, or enter a token.',
  },
]
