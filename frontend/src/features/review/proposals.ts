import { toFailure, type Disposable, type Session, type SessionToolCall } from '../../bridge'
import type { CheckpointHost } from '../checkpoint'
import type { ActiveProposal, Proposal, ProposalActs, ProposalEditors } from './host'
import { following } from './following.svelte'
import type { ReviewStore } from './store.svelte'

/**
 * Proposals shows file changes that wait for an approval in editors: the first of
 * them by itself, without taking the keyboard, one at a time.
 */
export class Proposals implements Disposable {
  /** what each open editor was last shown, to leave it alone while nothing is new */
  private readonly shown = new Map<string, string>()
  /** those that must not come up by themselves: they were there while somebody typed in an editor */
  private readonly passed = new Set<string>()
  private working = false
  /** the person answers in the editors: the next one comes up there, with the keyboard */
  private answering = false
  private readonly stop: () => void

  constructor(
    private readonly host: CheckpointHost,
    private readonly editors: ProposalEditors,
    private readonly store: ReviewStore,
  ) {
    this.stop = following(
      () => waitingOf(store.session),
      (waiting) => this.follow(waiting),
    )
  }

  /** Shows one that waits, with the keyboard: the one that is named, else the first. */
  async open(id?: string): Promise<void> {
    const wanted = this.find(id)
    if (wanted) await this.show(wanted, true)
    else this.host.notify.info('No change waits for your approval.')
  }

  /** One that waits: the one that is named, else the first. */
  find(id?: string): Proposal | undefined {
    const waiting = waitingOf(this.store.session)
    return id === undefined ? waiting[0] : waiting.find((each) => each.approvalId === id)
  }

  /** The one whose editor is in front. */
  active(): ActiveProposal | undefined {
    return this.editors.active()
  }

  /**
   * Decides about parts of a proposal, or all that is left of it, as it was seen:
   * its hash goes with the answer.
   */
  async decide(
    proposal: Proposal,
    decision: 'accepted' | 'rejected',
    hunks: readonly string[] | 'all',
  ): Promise<void> {
    if (this.working) return
    this.working = true
    const { sessionId, approvalId, hash } = proposal
    const { Agent, Review } = this.host.bridge
    try {
      const approved = decision === 'accepted'
      const left = proposal.hunks.filter((hunk) => hunk.decision === '').map(({ id }) => id)
      const rest = left.length < proposal.hunks.length
      // Refusing the whole would refuse what was accepted before, too.
      const parts = hunks === 'all' && rest && !approved ? left : hunks
      if (parts === 'all') {
        const none = { feedback: '', trust: '', scope: 'session' as const, command: '' }
        await Agent.Answer({ sessionId, approvalId, hash, approved, ...none })
      } else {
        const part = { hunks: [...parts], decision, reason: '' }
        await Review.DecideProposal({ sessionId, approvalId, hash, ...part })
      }
    } catch (cause) {
      this.fail(cause)
    } finally {
      this.working = false
    }
  }

  dispose(): void {
    this.stop()
    for (const id of this.shown.keys()) void this.editors.close(id)
  }

  private follow(waiting: readonly Proposal[]): void {
    const ids = new Set(waiting.map((each) => each.approvalId))
    for (const id of this.shown.keys()) if (!ids.has(id)) this.close(id)
    for (const each of waiting) {
      const known = this.shown.get(each.approvalId)
      if (known !== undefined && known !== signature(each)) void this.show(each, false)
    }
    const [first] = waiting
    if (!first || this.shown.size > 0 || this.passed.has(first.approvalId)) return
    const next = this.answering
    this.answering = false
    if (!next && typing()) for (const id of ids) this.passed.add(id)
    else void this.show(first, next)
  }

  private async show(proposal: Proposal, focus: boolean): Promise<void> {
    this.shown.set(proposal.approvalId, signature(proposal))
    try {
      await this.editors.show(proposal, this.actsFor(proposal), { focus })
    } catch (cause) {
      this.shown.delete(proposal.approvalId)
      this.passed.add(proposal.approvalId)
      this.fail(cause)
    }
  }

  private close(id: string): void {
    this.shown.delete(id)
    this.editors.close(id).catch((cause: unknown) => this.fail(cause))
  }

  private actsFor(proposal: Proposal): ProposalActs {
    const at = (hash: string): Proposal => {
      this.answering = true
      const over = (): void => void (this.answering = false)
      window.addEventListener('keydown', over, { capture: true, once: true })
      window.addEventListener('mousedown', over, { capture: true, once: true })
      return { ...proposal, hash }
    }
    return {
      accept: (hash, hunks) => void this.decide(at(hash), 'accepted', hunks),
      reject: (hash, hunks) => void this.decide(at(hash), 'rejected', hunks),
      acceptAll: (hash) => void this.decide(at(hash), 'accepted', 'all'),
      rejectAll: (hash) => void this.decide(at(hash), 'rejected', 'all'),
    }
  }

  private fail(cause: unknown): void {
    const { code, message, hint } = toFailure(cause)
    if (code === 'cancelled') return
    this.host.notify.error(
      code === 'changed'
        ? 'The proposal has changed since you saw it. Nothing was decided: look at it again.'
        : [message, hint].filter(Boolean).join(' '),
    )
  }
}

/** The changes of files that wait for an approval, in the order in which they were asked about. */
export function waitingOf(session: Session | undefined): Proposal[] {
  const turn = session?.turns.at(-1)
  if (!session || !turn || turn.status === 'done') return []
  return turn.items.flatMap(({ tool }) => proposalOf(session.id, tool) ?? [])
}

function proposalOf(sessionId: string, tool: SessionToolCall | undefined): Proposal | undefined {
  const approval = tool?.approval
  if (tool?.status !== 'waiting' || tool.kind !== 'edit' || !tool.diff || approval?.answer !== '')
    return undefined
  const { id, hash, hunks = [] } = approval
  return {
    sessionId,
    approvalId: id,
    hash,
    path: tool.diff.path,
    title: tool.title,
    hunks,
    editable: !tool.diff.binary,
  }
}

function signature({ hash, hunks }: Proposal): string {
  return JSON.stringify([hash, hunks])
}

/** Reports whether somebody types into an editor: another must not come up in front of it. */
function typing(): boolean {
  const { activeElement } = document
  return activeElement !== null && activeElement.closest('.monaco-editor') !== null
}
