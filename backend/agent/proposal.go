package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/review"
	"github.com/keel-ide/keel/backend/session"
)

// proposal is a file's change that waits for a person: they decide about its
// hunks, or change it, and the file itself may change meanwhile.
type proposal struct {
	id     string // of the approval
	call   *call
	made   Proposer        // as the model made it
	first  Proposal        // what it proposed
	asking context.Context //nolint:containedctx // the question's own life, for those who look at the file meanwhile
	stop   context.CancelCauseFunc
	user   atomic.Bool // the user has changed the file by way of Keel
	waking atomic.Bool // a look at the file is due

	// mu guards what follows and, while the question waits, the call.
	mu     sync.Mutex
	now    Proposal // what is shown
	model  []byte   // what the model's own part makes of the present file; nil when that is not known
	rebase string   // what the question says about a change of the file; empty for none
	reason string   // what it says else
	closed bool     // answered, or ended
}

// propose shows the question that the call is about to ask, and lets it be decided
// about by hunks. The context ends with the question; proposal is nil for a call
// that writes no text file.
func (c *call) propose(ctx context.Context) (context.Context, *proposal) {
	proposer, ok := c.prepared.(Proposer)
	if !ok {
		c.show()
		return ctx, nil
	}
	first, ok := proposer.Proposal()
	if !ok {
		c.show()
		return ctx, nil
	}
	asked := c.item.Tool.Approval
	asked.Hunks = hunksOf(first)
	p := &proposal{id: asked.ID, call: c, made: proposer, first: first, now: first, model: first.After, reason: asked.Reason}
	p.asking, p.stop = context.WithCancelCause(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	c.turn.live.register(p)
	c.show()
	return p.asking, p
}

func (l *live) register(p *proposal) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.proposals[p.id] = p
}

// close ends what can be decided. What was decided is in the call's item then,
// with what an answer to the whole says about the rest.
func (p *proposal) close(answer approval.Answer, err error) {
	p.stop(nil) // first: who waits for the queue holds mu
	l, asked := p.call.turn.live, p.call.item.Tool.Approval
	l.mu.Lock()
	delete(l.proposals, p.id)
	l.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if err != nil {
		return
	}
	for i := range asked.Hunks {
		switch hunk := &asked.Hunks[i]; {
		case !answer.Approved:
			hunk.Decision = session.Rejected
		case hunk.Decision == session.Undecided:
			hunk.Decision = session.Accepted
		}
	}
}

func hunksOf(proposed Proposal) []session.ProposedHunk {
	if proposed.Before == nil {
		return nil
	}
	found, err := review.Hunks(proposed.Before, proposed.After)
	if err != nil {
		return nil // it is all or nothing
	}
	hunks := make([]session.ProposedHunk, len(found))
	for i, h := range found {
		hunks[i] = session.ProposedHunk{
			ID: h.ID, OldStart: h.OldStart, OldLines: h.OldLines, NewStart: h.NewStart, NewLines: h.NewLines,
		}
	}
	return hunks
}

// proposal returns what waits under an approval; nil for nothing.
func (l *live) proposal(approvalID string) *proposal {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.proposals[approvalID]
}

// proposed returns what waits under an approval of a session.
func (a *Agent) proposed(sessionID, approvalID string) (*proposal, error) {
	l := a.opened(sessionID)
	if l == nil {
		return nil, fmt.Errorf("finding question %q: %w", approvalID, approval.ErrGone)
	}
	if p := l.proposal(approvalID); p != nil {
		return p, nil
	}
	// One with hunks that waits no more is being answered at this moment.
	if call, waits := l.asked(approvalID); waits && len(call.Approval.Hunks) == 0 {
		return nil, fmt.Errorf("looking for a file's change in question %q: %w", approvalID, ErrAnswer)
	}
	return nil, fmt.Errorf("finding question %q: %w", approvalID, approval.ErrGone)
}

// Decision is what a person says to hunks of a change that waits.
type Decision struct {
	SessionID  string
	ApprovalID string
	Hash       string // of what was shown
	Hunks      []string
	Decision   session.Decision // [session.Undecided] takes one back
	Reason     string           // of a rejection, for the model
}

// DecideProposal decides about hunks of a change that waits. When none is left
// undecided, that answers the question. It is [approval.ErrGone],
// [approval.ErrChanged], or [ErrAnswer] for hunks that are not there; then nothing
// was decided.
func (a *Agent) DecideProposal(ctx context.Context, d Decision) error {
	p, err := a.proposed(d.SessionID, d.ApprovalID)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.decide(ctx, d); err != nil {
		return fmt.Errorf("deciding about hunks of question %q: %w", d.ApprovalID, err)
	}
	return nil
}

func (p *proposal) decide(ctx context.Context, d Decision) error {
	if err := p.open(d.Hash); err != nil {
		return err
	}
	asked := p.call.item.Tool.Approval
	hunks, err := decided(asked.Hunks, d)
	if err != nil {
		return err
	}
	said := approval.Answer{}
	undecided := false
	for _, hunk := range hunks {
		undecided = undecided || hunk.Decision == session.Undecided
		said.Approved = said.Approved || hunk.Decision == session.Accepted
	}
	if undecided {
		asked.Hunks = hunks
		p.call.show()
		return nil
	}
	if err := p.finish(ctx, said); err != nil {
		return err
	}
	asked.Hunks = hunks
	return nil
}

// decided returns hunks as a decision leaves them.
func decided(hunks []session.ProposedHunk, d Decision) ([]session.ProposedHunk, error) {
	switch d.Decision {
	case session.Undecided, session.Accepted, session.Rejected:
	default:
		return nil, fmt.Errorf("deciding %q: %w", d.Decision, ErrAnswer)
	}
	if len(d.Hunks) == 0 {
		return nil, fmt.Errorf("deciding about no hunk: %w", ErrAnswer)
	}
	hunks = slices.Clone(hunks)
	at := make(map[string]int, len(hunks))
	for i, hunk := range hunks {
		at[hunk.ID] = i
	}
	for _, id := range d.Hunks {
		i, known := at[id]
		if !known {
			return nil, fmt.Errorf("finding hunk %q: %w", id, ErrAnswer)
		}
		hunks[i].Decision, hunks[i].Reason = d.Decision, ""
		if d.Decision == session.Rejected {
			hunks[i].Reason = d.Reason
		}
	}
	return hunks, nil
}

// answer answers the whole question.
func (p *proposal) answer(ctx context.Context, hash string, said approval.Answer) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.open(hash); err != nil {
		return fmt.Errorf("answering question %q: %w", p.id, err)
	}
	return p.finish(ctx, said)
}

// open returns why nothing can be decided about what has this hash; mu is held.
func (p *proposal) open(hash string) error {
	switch {
	case !p.waits():
		return approval.ErrGone
	case hash != p.call.item.Tool.Approval.Hash:
		return approval.ErrChanged
	}
	return nil
}

// waits reports whether the question has no answer yet: until then the call is the
// proposal's. mu is held.
func (p *proposal) waits() bool { return !p.closed && p.asking.Err() == nil }

// finish gives the answer to the question, unless the file is no longer the one
// that was shown; mu is held.
func (p *proposal) finish(ctx context.Context, said approval.Answer) error {
	asked := p.call.item.Tool.Approval
	hash := asked.Hash
	if said.Approved {
		p.refresh(p.asking)
		if asked.Hash != hash || p.asking.Err() != nil {
			return fmt.Errorf("answering question %q: %w", asked.ID, approval.ErrChanged)
		}
	}
	err := p.waitingFor(ctx, func() error {
		return p.call.turn.agent.o.Approvals.Answer(ctx, asked.ID, hash, said)
	})
	if err != nil {
		return err
	}
	p.closed = true
	return nil
}

// waitingFor does something with the open question: it is on the page an instant
// before the queue has it.
func (p *proposal) waitingFor(ctx context.Context, act func() error) error {
	for {
		err := act()
		if !errors.Is(err, approval.ErrGone) {
			return err
		}
		select {
		case <-time.After(time.Millisecond):
		case <-p.asking.Done():
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// take makes the call what was accepted of it. It returns false when that is
// nothing: then the call has ended.
func (p *proposal) take(ctx context.Context) bool {
	c := p.call
	proposer, ok := c.prepared.(Proposer)
	if !ok {
		return true
	}
	hunks := c.item.Tool.Approval.Hunks
	final, err := kept(p.now, hunks)
	if err != nil {
		return c.fail(fmt.Sprintf("Nothing was done: what the user accepted could not be made out: %v.", err))
	}
	whole := bytes.Equal(final, p.now.After)
	if whole && p.untouched() && !p.unchanging(final) {
		c.prepared, c.plan = p.made, p.made.Plan()
		return true
	}
	told := p.tell(proposer, final)
	if p.unchanging(final) {
		return c.end(session.CallCompleted, "Nothing was changed. "+told.text)
	}
	revised, err := proposer.Revise(ctx, Revision{After: final, Told: told.exact})
	if err != nil {
		return c.fail(err.Error())
	}
	c.prepared, c.plan, c.explained = revised, revised.Plan(), told.text
	return true
}

// kept is what the file is with what was accepted.
func kept(proposed Proposal, hunks []session.ProposedHunk) ([]byte, error) {
	accepted := make(map[string]bool, len(hunks))
	all := true
	for _, hunk := range hunks {
		accepted[hunk.ID] = hunk.Decision == session.Accepted
		all = all && hunk.Decision != session.Rejected
	}
	if all {
		return proposed.After, nil
	}
	return review.Keep(proposed.Before, proposed.After, func(id string) bool { return accepted[id] })
}

// untouched reports whether what is shown is what the model proposed.
func (p *proposal) untouched() bool {
	return (p.first.Before == nil) == (p.now.Before == nil) &&
		bytes.Equal(p.first.Before, p.now.Before) && bytes.Equal(p.first.After, p.now.After)
}

// unchanging reports whether the file holds just these bytes.
func (p *proposal) unchanging(after []byte) bool {
	return p.now.Before != nil && bytes.Equal(p.now.Before, after)
}
