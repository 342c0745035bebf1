package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/session"
)

var (
	// ErrTooLarge is returned for a text that is more than a proposal may hold.
	ErrTooLarge = errors.New("the text is too large for a proposal")
	// ErrNotText is returned for bytes in the place of a proposal's text.
	ErrNotText = errors.New("the proposal would not be text")
)

// LargestProposal is how many bytes a person may put in a proposal's place.
const LargestProposal = 10 << 20

// What a question says when its file has changed.
const (
	rebasedByUser  = "You changed this file meanwhile: this is the change on top of your text. "
	rebasedByOther = "This file was changed meanwhile: this is the change on top of its new text. "
)

// ReadProposal returns both sides of a change that waits, and its hash. Before is
// nil where there is no file. It is [approval.ErrGone] once it does not wait.
func (a *Agent) ReadProposal(sessionID, approvalID string) (proposal Proposal, hash string, err error) {
	p, err := a.proposed(sessionID, approvalID)
	if err != nil {
		return Proposal{}, "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.waits() {
		return Proposal{}, "", fmt.Errorf("reading the proposal of question %q: %w", approvalID, approval.ErrGone)
	}
	return p.now, p.call.item.Tool.Approval.Hash, nil
}

// EditProposal puts a person's own text in the place of what is proposed, and
// returns the new hash. All is undecided again. It is [approval.ErrGone],
// [approval.ErrChanged], [ErrTooLarge] or [ErrNotText]; then the proposal is as it
// was.
func (a *Agent) EditProposal(ctx context.Context, sessionID, approvalID, hash string, after []byte) (newHash string, err error) {
	p, err := a.proposed(sessionID, approvalID)
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.edit(ctx, hash, after); err != nil {
		return "", fmt.Errorf("changing the proposal of question %q: %w", approvalID, err)
	}
	return p.call.item.Tool.Approval.Hash, nil
}

func (p *proposal) edit(ctx context.Context, hash string, after []byte) error {
	if err := p.open(hash); err != nil {
		return err
	}
	if len(after) > LargestProposal {
		return ErrTooLarge
	}
	if bytes.Equal(after, p.now.After) {
		return nil
	}
	proposer, ok := p.call.prepared.(Proposer)
	if !ok {
		return ErrNotText
	}
	revised, err := proposer.Revise(ctx, Revision{After: bytes.Clone(after)})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("%w: %w", ErrNotText, err)
	}
	return p.show(ctx, revised, func(asked *session.Approval) {
		asked.Hunks = hunksOf(p.now)
		asked.Edited = p.model == nil || !bytes.Equal(p.model, p.now.After)
	})
}

// show puts another proposal in the question's place; mu is held.
func (p *proposal) show(ctx context.Context, revised Proposer, change func(*session.Approval)) error {
	c, asked := p.call, p.call.item.Tool.Approval
	plan := revised.Plan()
	err := p.waitingFor(ctx, func() error { return c.turn.agent.o.Approvals.Change(asked.ID, asked.Hash, plan.Hash) })
	if err != nil {
		return err
	}
	c.prepared, c.plan = revised, plan
	p.now, _ = revised.Proposal()
	c.item.Tool.Diff, asked.Hash = plan.Diff, plan.Hash
	change(asked)
	asked.Reason = p.rebase + p.reason
	c.show()
	return nil
}

// withdrawal is the end of a question whose change can no longer be made.
type withdrawal struct{ refusal }

func (w *withdrawal) Error() string { return w.result }

// notice tells the user.
func (w *withdrawal) notice(name string) string {
	if w.status == session.CallCompleted {
		return fmt.Sprintf("The change of %s no longer waits for you: the file holds it already.", name)
	}
	return fmt.Sprintf("The change of %s no longer waits for you: the file is no longer what it was, and the change does not fit it any more. Nothing was changed, and the agent was told to look again.", name)
}

// refresh puts the proposal on top of the file as it is now, or ends the question
// where that cannot be; mu is held.
func (p *proposal) refresh(ctx context.Context) {
	if !p.waits() {
		return
	}
	proposer, ok := p.call.prepared.(Proposer)
	if !ok {
		return
	}
	byUser := p.user.Swap(false)
	rebased, err := proposer.Rebase(ctx)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		p.stop(&withdrawal{refusal{session.CallFailed, err.Error()}})
		return
	}
	next, _ := rebased.Proposal()
	same := (next.Before == nil) == (p.now.Before == nil) && bytes.Equal(next.Before, p.now.Before)
	switch {
	case same && (!byUser || p.rebase != rebasedByOther):
		return
	case same: // the watcher was faster than the word of who it was
		p.rebase = rebasedByUser
		p.call.item.Tool.Approval.Reason = p.rebase + p.reason
		p.call.show()
		return
	case bytes.Equal(next.Before, next.After) && next.Before != nil && !bytes.Equal(p.now.Before, p.now.After):
		p.stop(&withdrawal{refusal{session.CallCompleted, fmt.Sprintf(
			"Nothing was written: %s was changed while this waited for the user, and holds what you proposed already. Read it again before you change it.", next.Path)}})
		return
	}
	p.rebase = rebasedByOther
	if byUser {
		p.rebase = rebasedByUser
	}
	was, asked := p.now, p.call.item.Tool.Approval
	if asked.Edited {
		p.model = nil
	} else {
		p.model = next.After
	}
	err = p.show(ctx, rebased, func(asked *session.Approval) {
		asked.Hunks = carried(hunksOf(p.now), p.now, asked.Hunks, was)
	})
	if err != nil && ctx.Err() == nil {
		p.call.turn.agent.o.Log.Error("a proposal could not be shown anew", "question", asked.ID, "error", err)
		p.stop(&withdrawal{refusal{session.CallFailed, "Nothing was changed: the file changed while this waited for the user. Read it again and repeat the call."}})
	}
}

// carried gives hunks the decisions about the same lines before. Where the same
// change stands in several places, and not in as many as before, which is which
// cannot be told, and they are undecided.
func carried(hunks []session.ProposedHunk, now Proposal, before []session.ProposedHunk, was Proposal) []session.ProposedHunk {
	known := map[string][]session.ProposedHunk{}
	for i, each := range contents(was, before) {
		known[each] = append(known[each], before[i])
	}
	places := contents(now, hunks)
	found := map[string]int{}
	for _, each := range places {
		found[each]++
	}
	for i, each := range places {
		if same := known[each]; len(same) > 0 && len(same) == found[each] {
			hunks[i].Decision, hunks[i].Reason = same[0].Decision, same[0].Reason
			known[each], found[each] = same[1:], found[each]-1
		}
	}
	return hunks
}

// contents are the lines of hunks, old and new.
func contents(proposed Proposal, hunks []session.ProposedHunk) []string {
	before, after := linesOf(proposed.Before), linesOf(proposed.After)
	out := make([]string, len(hunks))
	for i, h := range hunks {
		out[i] = fmt.Sprintf("%q %q", cut(before, h.OldStart, h.OldLines), cut(after, h.NewStart, h.NewLines))
	}
	return out
}

// linesOf cuts a text behind each newline, which in UTF-16 is two bytes.
func linesOf(text []byte) [][]byte {
	unit := 1
	if bytes.HasPrefix(text, []byte{0xFF, 0xFE}) || bytes.HasPrefix(text, []byte{0xFE, 0xFF}) {
		unit = 2
	}
	var lines [][]byte
	from := 0
	for i := 0; i+unit <= len(text); i += unit {
		if text[i] == '\n' && unit == 1 || unit == 2 && text[i]+text[i+1] == '\n' && text[i]*text[i+1] == 0 {
			lines, from = append(lines, text[from:i+unit]), i+unit
		}
	}
	return append(lines, text[from:])
}

func cut(lines [][]byte, start, count int) []byte {
	if count == 0 {
		return nil
	}
	return bytes.Join(lines[max(start-1, 0):min(start-1+count, len(lines))], nil)
}

// NoteFilesChanged says that files of the workspace have changed, by whomever. A
// change that waits for a person is put on top of what its file is now. It may be
// called at any time.
func (a *Agent) NoteFilesChanged() { a.look("") }

// look has the proposals looked at that wait: all, because a path may be another
// name of their file, and there are few. byUser is what the user has changed by
// way of Keel; empty for nothing.
func (a *Agent) look(byUser string) {
	a.mu.Lock()
	lives := make([]*live, 0, len(a.lives))
	for _, l := range a.lives {
		lives = append(lives, l)
	}
	a.mu.Unlock()
	for _, l := range lives {
		l.mu.Lock()
		for _, p := range l.proposals {
			if byUser != "" && p.isIn(path.Clean(byUser)) {
				p.user.Store(true)
			}
			p.wake()
		}
		l.mu.Unlock()
	}
}

// isIn reports whether the proposal's file is at a path, or in a folder there.
func (p *proposal) isIn(name string) bool {
	return name == p.first.Path || strings.HasPrefix(p.first.Path, name+"/")
}

// wake has the proposal's file looked at soon; the mutex of its session is held,
// so that the question, and with it the agent's work, goes on.
func (p *proposal) wake() {
	if !p.waking.CompareAndSwap(false, true) {
		return
	}
	p.call.turn.agent.work.Go(func() {
		p.waking.Store(false)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.refresh(p.asking)
	})
}
