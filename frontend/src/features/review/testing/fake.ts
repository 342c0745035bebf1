import type {
  ChangeSet,
  FileReview,
  ReviewDecision,
  ReviewFile,
  ReviewHunk,
  ReviewResult,
  ReviewState,
} from '../../../bridge'
import type { FakeOptions } from '../../../bridge/fake'
import { change, start } from '../../../testing/sessions'
import { fakeWindow, type FakeWindow } from '../../../testing/window'
import { done } from '../../checkpoint/testing'
import type { ActiveProposal, DrawnHunk, HunkActs, Proposal, ProposalActs, ReviewHost } from '../host'

/** FakeReview is a window with editors, over a Go that keeps one session's changes in memory. */
export interface FakeReview {
  readonly host: FakeWindow & ReviewHost
  state: ReviewState
  files: Record<string, FileReview>
  /** what the next acts come to; else they succeed */
  results: (Partial<ReviewResult> | Error)[]
  /** what the editors hold */
  openFiles: string[]
  active: { path: string; line: number } | undefined
  readonly drawn: Map<string, { hunks: readonly DrawnHunk[]; acts: HunkActs }>
  readonly proposals: Map<string, { proposal: Proposal; acts: ProposalActs; focus: boolean }>
  /** the proposal in front */
  front: ActiveProposal | undefined
  /** Tells that an editor's text has changed. */
  type(path: string): void
}

/** A file of a change set, as Go sends it. */
export function file(path: string, part: Partial<ReviewFile> = {}): ReviewFile {
  const plain = { status: 'pending', agent: true, hunks: 1, oldSize: 10, newSize: 20 } as const
  const whole = { ...change(path, { added: 3, removed: 1 }), ...plain, pending: 1, ...part }
  return whole.agent ? whole : { ...whole, pending: 0 }
}

/** A turn's change set; its sums follow from its files. */
export function set(turnId: string, files: ReviewFile[], part: Partial<ChangeSet> = {}): ChangeSet {
  const pending = files.filter((each) => each.pending > 0)
  const all = (of: 'added' | 'removed'): number => files.reduce((sum, each) => sum + each[of], 0)
  return {
    turnId,
    title: `Turn ${turnId}`,
    at: start,
    before: `${turnId}-before`,
    after: `${turnId}-after`,
    reverted: '',
    status: pending.length > 0 ? 'pending' : 'accepted',
    files,
    left: [],
    added: all('added'),
    removed: all('removed'),
    pending: pending.length,
    ...part,
  }
}

/** The state of a session with these sets. */
export function stateOf(sets: ChangeSet[], part: Partial<ReviewState> = {}): ReviewState {
  const files = sets.flatMap((each) => each.files).filter((each) => each.pending > 0)
  return {
    sessionId: 's1',
    sets,
    files: new Set(files.map((each) => each.path)).size,
    added: files.reduce((sum, each) => sum + each.added, 0),
    removed: files.reduce((sum, each) => sum + each.removed, 0),
    undo: '',
    redo: '',
    ...part,
  }
}

/** A change of lines, to review. */
export function hunk(id: string, start: number, lines: number, part: Partial<ReviewHunk> = {}): ReviewHunk {
  const places = { oldStart: start, oldLines: 1, newStart: start, newLines: lines }
  return { turnId: 't1', id, status: 'pending', start, lines, old: 'old\n', ...places, why: '', ...part }
}

/** fakeReview shows these change sets. */
export function fakeReview(sets: ChangeSet[] = [], methods: FakeOptions['methods'] = {}): FakeReview {
  const listeners = new Set<(path: string) => void>()
  const act = (title: string): ReviewResult => {
    const next = fake.results.shift()
    if (next instanceof Error) throw next
    const files = { ...done, undo: '' }
    return { accepted: 0, rejected: 0, title, files, ...next }
  }
  const window = fakeWindow({
    methods: {
      'Review.State': () => fake.state,
      'Review.File': ({ path }: { path: string }) => fake.files[path] ?? { path, hunks: [], whole: [] },
      'Review.Decide': ({ decision, path }: ReviewDecision) =>
        act(`${decision === 'accepted' ? 'Kept' : 'Reverted'} ${path || 'all changes'}`),
      'Review.Resolve': ({ path }: { path: string }) => act(`Decided about ${path}`),
      'Review.Undo': () => act('Undone'),
      'Review.Redo': () => act('Done again'),
      'Review.DecideProposal': () => act(''),
      'Agent.Answer': () => undefined,
      ...methods,
    },
  })
  const fake: FakeReview = {
    host: Object.assign(window, {
      hunks: {
        active: () => fake.active,
        open: () => fake.openFiles,
        onDidChange: (listener: (path: string) => void) => {
          listeners.add(listener)
          return { dispose: () => void listeners.delete(listener) }
        },
        draw: (path: string, hunks: readonly DrawnHunk[], acts: HunkActs) =>
          void fake.drawn.set(path, { hunks, acts }),
        reveal: async (path: string, line: number) => {
          fake.active = { path, line }
        },
      },
      proposals: {
        show: async (proposal: Proposal, acts: ProposalActs, { focus }: { focus: boolean }) =>
          void fake.proposals.set(proposal.approvalId, { proposal, acts, focus }),
        close: async (id: string) => void fake.proposals.delete(id),
        active: () => fake.front,
      },
    }),
    state: stateOf(sets),
    files: {},
    results: [],
    openFiles: [],
    active: undefined,
    drawn: new Map(),
    proposals: new Map(),
    front: undefined,
    type: (path) => listeners.forEach((listener) => listener(path)),
  }
  return fake
}

/** Lets promises and drawing happen. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 5; round++) await new Promise((resolve) => setTimeout(resolve, 0))
}
