import type { Disposable, SessionProposedHunk, ReviewStatus } from '../../bridge'
import type { CheckpointHost } from '../checkpoint'

/**
 * ReviewHost is what looking at changes needs of the window it stands in. Paths
 * are workspace-relative with forward slashes; lines are 1-based.
 */
export interface ReviewHost extends CheckpointHost {
  readonly hunks: HunkEditors
  readonly proposals: ProposalEditors
}

/** HunkEditors draws what the agent changed into the editors of the folder's files. */
export interface HunkEditors {
  /** The file and line that have the keyboard, or had it last; undefined when no file is in front. */
  active(): { path: string; line: number } | undefined
  /** The files that are open in an editor, or on a diff's right side. */
  open(): readonly string[]
  /** Tells that a file was opened, closed, or that its text has changed. */
  onDidChange(listener: (path: string) => void): Disposable
  /**
   * Draws hunks in all editors of a file, also those opened later, in the place of
   * those drawn before; none takes them away. They move with what is typed.
   */
  draw(path: string, hunks: readonly DrawnHunk[], acts: HunkActs): void
  /** Shows a line of a file and gives it the keyboard. */
  reveal(path: string, line: number): Promise<void>
}

/** DrawnHunk is lines that the agent changed, as an editor shows them. */
export interface DrawnHunk {
  /** of all hunks of the file */
  key: string
  status: ReviewStatus
  /** 1-based; without lines, the line before, 0 at the top */
  start: number
  lines: number
  /** what stood there; may be empty */
  old: string
  /** read out: "Keel changed lines 4 to 6" */
  label: string
}

/** HunkActs is what the buttons at a hunk do. */
export interface HunkActs {
  accept(key: string): void
  reject(key: string): void
}

/** ProposalEditors shows changes that wait for an approval, the file on the left, what is proposed on the right. */
export interface ProposalEditors {
  /**
   * Opens a proposal, or brings an open one up to date. The right side can be edited where `editable`; what is
   * typed there reaches Go when it is saved, and before any of the acts is called.
   */
  show(proposal: Proposal, acts: ProposalActs, options: { focus: boolean }): Promise<void>
  /** Closes the editor of a proposal that no longer waits. */
  close(approvalId: string): Promise<void>
  /** The proposal whose editor is in front; undefined when that shows something else. */
  active(): ActiveProposal | undefined
}

/** ActiveProposal is a proposal in front. Its acts are those of its buttons. */
export interface ActiveProposal {
  readonly approvalId: string
  /** the cursor is at one of its hunks, which accept and reject are about */
  readonly atHunk: boolean
  accept(): void
  reject(): void
  acceptAll(): void
  rejectAll(): void
}

export interface Proposal {
  sessionId: string
  approvalId: string
  hash: string
  path: string
  title: string
  hunks: readonly SessionProposedHunk[]
  editable: boolean
}

/** ProposalActs is what the buttons of a proposal's editor do. hash is of what the editor shows: nothing else is agreed to. */
export interface ProposalActs {
  accept(hash: string, hunks: readonly string[]): void
  reject(hash: string, hunks: readonly string[]): void
  acceptAll(hash: string): void
  rejectAll(hash: string): void
}
