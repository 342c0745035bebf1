import type { Session, SessionApproval, SessionApprovalStep } from '../../../bridge'
import { approval, command, session, text, turn } from '../../../testing/sessions'

// Commands that wait for an answer, and what became of some; for the gallery and tests.

const steps: SessionApprovalStep[] = [
  { tier: 'built in', rule: 'protected', text: 'It writes no file that is protected.', effect: '' },
  {
    tier: 'user',
    rule: 'trusted',
    text: 'The trusted command “npm *” matches it.',
    effect: 'allow',
  },
  {
    tier: 'built in',
    rule: 'guard',
    text: 'It holds a second command after “&&”, “curl …”, that no trusted command matches by itself.',
    effect: 'ask',
  },
  { tier: 'workspace', rule: 'denied', text: 'The folder’s settings ask for nothing here.', effect: '' },
]

function waiting(line: string, fields: Partial<SessionApproval> = {}, folder = '.'): Session {
  const item = command('x1', line, { status: 'waiting', folder, approval: approval(fields) })
  return session({ turns: [turn({ status: 'waiting', items: [text('m1', 'I will run this now.'), item] })] })
}

const long = `find . -type f -name '*.go' -not -path './vendor/*' -exec grep -l 'TODO' {} + | xargs -n 20 sed -i ${Array.from(
  { length: 12 },
  (_, i) => `-e 's/TODO(${i})/FIXME(someone-with-a-long-name-${i})/g'`,
).join(' ')}`

const script = `set -eu
for folder in api web worker; do
\tnpm --prefix "$folder" ci
\tnpm --prefix "$folder" test -- --coverage
done
printf '%s\\n' done`

const build = ['npm test -- --run', 'npm test *', 'npm *']

export const askedStates: Readonly<Record<string, () => Session>> = {
  longCommand: () =>
    waiting(long, {
      reason: 'It runs other programs: find -exec, xargs.',
      patterns: [long],
      steps,
    }),
  script: () => waiting(script, { reason: 'No trusted command matches it.', steps }, 'services'),
  trust: () =>
    waiting('npm test -- --run', { reason: 'No trusted command matches it.', patterns: build, steps }),
  untrusted: () =>
    waiting('npm test -- --run', {
      reason: 'This folder is not trusted, so trusted commands do not count here.',
      patterns: build,
      steps,
    }),
  queue: () =>
    session({
      turns: [
        turn({
          status: 'waiting',
          items: ['go test ./...', 'npm run lint -- --fix', 'git commit -am "wip"'].map((line, i) =>
            command(`x${i}`, line, {
              status: 'waiting',
              approval: approval({
                id: `a${i}`,
                hash: `h${i}`,
                reason: 'No trusted command matches it.',
                patterns: [line],
              }),
            }),
          ),
        }),
      ],
    }),
  edited: () =>
    session({
      turns: [
        turn({
          items: [
            command('x1', 'npm test -- --run calc', {
              status: 'completed',
              hasExit: true,
              durationMs: 4200,
              output: '12 passed\n',
              approval: approval({ answer: 'approved', original: 'npm test -- --run && npm publish' }),
            }),
          ],
        }),
      ],
    }),
  rejected: () =>
    session({
      turns: [
        turn({
          items: [
            command('x1', 'npm publish --access public', {
              status: 'rejected',
              approval: approval({
                answer: 'rejected',
                feedback: 'Never publish from here; the pipeline does that.',
              }),
            }),
          ],
        }),
      ],
    }),
}
