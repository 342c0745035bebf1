import type { Session, SessionItem } from '../../../bridge'
import { call, command, session, text, turn } from '../../../testing/sessions'

/** What a reply is made of, over and over. */
const reply = `Here is what I found in step %.

- The **sum** is computed in \`calc.go\`.
- Its test is in [calc_test.go](calc_test.go).

\`\`\`go
func Sum(values []int) int {
	total := 0
	for _, value := range values {
		total += value
	}
	return total
}
\`\`\`
`

function item(id: string, i: number): SessionItem {
  if (i % 5 === 0) return text(id, reply.replace('%', String(i)))
  if (i % 5 === 3)
    return command(id, `go test ./package${i}`, {
      hasExit: true,
      output: Array.from({ length: 12 }, (_, line) => `ok  \texample.com/calc/package${i}/part${line}`).join(
        '\n',
      ),
    })
  return call(id, { name: 'read_file', title: `Read package${i}/file.go` })
}

/** A session of so many turns with so many items each. */
function long(turns: number, items: number): Session {
  return session({
    title: 'A very long conversation',
    turns: Array.from({ length: turns }, (_, t) =>
      turn({
        id: `t${t}`,
        prompt: `Message number ${t}: what does the package do, and is it tested?`,
        items: Array.from({ length: items }, (_, i) => item(`t${t}-m${i}`, t * items + i)),
      }),
    ),
  })
}

/** Conversations that nobody reads to the end, but which must open and scroll all the same. */
export const longStates: Readonly<Record<string, () => Session>> = {
  turns1000: () => long(1000, 10),
  items10000: () => long(1, 10_000),
  turns10000: () => long(10_000, 1),
}
