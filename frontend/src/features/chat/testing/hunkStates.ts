import type { DiffFile, Session, SessionApproval, SessionProposedHunk } from '../../../bridge'
import { approval, call, session, text, turn } from '../../../testing/sessions'

// A change that waits and is decided on in parts, and what became of it; for the gallery and tests.

const wide =
  '\treturn sort.SliceIsSorted(invoices, func(i, j int) bool { return invoices[i].Due.Before(invoices[j].Due) })'

/** The change of three places in one file. */
export const threeHunks: DiffFile = {
  path: 'internal/invoice/invoice.go',
  kind: 'modified',
  added: 5,
  removed: 3,
  hunks: [
    {
      oldStart: 10,
      oldLines: 6,
      newStart: 10,
      newLines: 8,
      lines: [
        { op: 'equal', text: '// Total is what is owed, in cents.\n' },
        { op: 'equal', text: 'func Total(lines []Line) int64 {\n' },
        { op: 'delete', text: '\tvar total int\n' },
        { op: 'insert', text: '\tvar total int64\n' },
        { op: 'equal', text: '\tfor _, line := range lines {\n' },
        { op: 'insert', text: '\t\t// A line without a price is a remark.\n' },
        { op: 'insert', text: '\t\tif line.Cents == 0 { continue }\n' },
        { op: 'equal', text: '\t\ttotal += line.Cents\n' },
        { op: 'equal', text: '\t}\n' },
      ],
    },
    {
      oldStart: 40,
      oldLines: 4,
      newStart: 42,
      newLines: 4,
      lines: [
        { op: 'equal', text: 'func Sorted(invoices []Invoice) bool {\n' },
        { op: 'delete', text: '\tlast := time.Time{}\n' },
        {
          op: 'delete',
          text: '\tfor _, invoice := range invoices { if invoice.Due.Before(last) { return false } }\n',
        },
        { op: 'insert', text: `${wide}\n` },
        { op: 'insert', text: '\t// Due dates are compared in UTC.\n' },
        { op: 'equal', text: '}\n' },
      ],
    },
  ],
}

const place = (
  id: string,
  oldStart: number,
  oldLines: number,
  newStart: number,
  newLines: number,
): SessionProposedHunk => ({
  id,
  oldStart,
  oldLines,
  newStart,
  newLines,
  decision: '',
})

export const hunks: readonly SessionProposedHunk[] = [
  place('h1', 12, 1, 12, 1),
  place('h2', 13, 0, 14, 2),
  place('h3', 41, 2, 43, 2),
]

/** The hunks with some decided, in their order. */
export function decided(...decisions: Partial<SessionProposedHunk>[]): SessionProposedHunk[] {
  return hunks.map((hunk, index) => ({ ...hunk, ...decisions[index] }))
}

/** A session with a change that waits, or that was answered. */
export function proposed(fields: Partial<SessionApproval> = {}): Session {
  const open = (fields.answer ?? '') === ''
  const item = call('e1', {
    name: 'edit_file',
    kind: 'edit',
    title: 'Edit internal/invoice/invoice.go',
    status: open ? 'waiting' : 'completed',
    paths: ['internal/invoice/invoice.go'],
    diff: threeHunks,
    approval: approval({
      reason: 'Supervised: each file change is asked.',
      hunks: decided(),
      ...fields,
    }),
  })
  const items = [text('m1', 'Totals overflow on 32-bit machines. I will change that.'), item]
  return session({ mode: 'supervised', turns: [turn({ status: open ? 'waiting' : 'done', items })] })
}

export const hunkStates: Readonly<Record<string, () => Session>> = {
  hunks: () => proposed(),
  hunksDecided: () =>
    proposed({
      hunks: decided(
        { decision: 'accepted' },
        { decision: 'rejected', reason: 'Remarks are counted elsewhere.' },
      ),
    }),
  hunksEdited: () => proposed({ edited: true }),
  hunksDone: () =>
    proposed({
      answer: 'approved',
      edited: true,
      hunks: decided(
        { decision: 'accepted' },
        { decision: 'rejected', reason: 'Remarks are counted elsewhere.' },
        { decision: 'accepted' },
      ),
    }),
}
