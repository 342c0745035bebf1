package agent

import (
	"context"
	"fmt"
	"slices"

	"github.com/keel-ide/keel/backend/session"
)

// bracket is a call that may have changed files, between its two checkpoints.
type bracket struct {
	item          session.Item
	paths         []string // what an edit is about; a command is about everything
	command       bool
	before, after string
}

// before takes the checkpoint before a call, which is the turn's own when the
// call is its first. Without it the call must not run.
func (t *turn) before(ctx context.Context, c *call) (*bracket, error) {
	reason := ReasonPreTool
	if t.head.Before == "" {
		reason = ReasonTurnStart
	}
	around := &bracket{item: *c.item, paths: c.plan.Paths, command: c.plan.Kind == session.KindExecute}
	began := t.agent.touches.begin(t)
	var taken Checkpoint
	var err error
	ended, panicked := t.await(ctx, func() {
		t.agent.touches.look()
		taken, err = t.checkpoint(ctx, reason, around)
	})
	switch {
	case !ended:
		return nil, ctx.Err()
	case panicked != nil:
		err = panicked
	}
	if err != nil {
		return nil, fmt.Errorf("the checkpoint before it could not be taken (%w)", err)
	}
	if !around.command {
		for _, path := range c.plan.Paths {
			if why, uncovered := taken.Uncovered[path]; uncovered {
				return nil, fmt.Errorf("the checkpoint before it does not hold %q (%s)", path, why)
			}
		}
	}
	c.item.Tool.Before = taken.ID
	if t.head.Before == "" {
		t.change(func(head *session.Turn) { head.Before = taken.ID })
	}
	around.item, around.before = *c.item, taken.ID
	t.brackets = append(t.brackets, around)
	t.agent.touches.opened(t, around, began)
	return around, nil
}

// unbracket forgets a call that did nothing after all.
func (t *turn) unbracket(around *bracket) {
	if around == nil {
		return // of a call that only looks, beside others
	}
	t.brackets = slices.DeleteFunc(t.brackets, func(b *bracket) bool { return b == around })
	t.agent.touches.dropped(around)
}

// after takes the checkpoint after a call. A failure is told to the user; the
// turn's own last checkpoint then stands for it.
func (t *turn) after(ctx context.Context, around *bracket) {
	var taken Checkpoint
	var err error
	ended, panicked := t.await(ctx, func() {
		t.agent.touches.closing(around)
		taken, err = t.checkpoint(ctx, ReasonPostTool, around)
	})
	if panicked != nil {
		err = panicked
	}
	switch {
	case !ended || ctx.Err() != nil:
	case err != nil:
		t.notice(fmt.Sprintf("The checkpoint after %q could not be taken: %v. What you change now may count as the agent's.", around.item.Tool.Title, err))
	default:
		around.after = taken.ID
		around.item.Tool.After = taken.ID
		t.agent.touches.closed(around, taken.ID)
	}
}

// checkpoint takes one for a call, or for the whole turn when around is nil.
func (t *turn) checkpoint(ctx context.Context, reason string, around *bracket) (Checkpoint, error) {
	request := CheckpointRequest{Reason: reason, SessionID: t.live.id, TurnID: t.head.ID, Label: t.label}
	if around != nil {
		request.ToolCallID, request.Label = around.item.Tool.ID, around.item.Tool.Title
		if !around.command {
			request.Targets = around.paths
		}
	}
	request.Label = t.agent.o.Redact(request.Label)
	return t.agent.o.Checkpoints.Create(ctx, request)
}

// settling is the work after a turn's last step: its last checkpoint and the
// list of its changes.
type settling struct {
	done    chan struct{} // closed when the rest is set
	after   string
	changes []session.FileChange
	// commanded are the paths that commands of the turn changed.
	commanded map[string]bool
	drift     []session.FileChange
	notices   []string
	late      []*bracket // got their checkpoint only now
}

// settleLater starts the settling. It is not cancelled with ctx: what a
// stopped turn changed must be known all the same.
func (t *turn) settleLater(ctx context.Context) *settling {
	s := &settling{done: make(chan struct{})}
	brackets := slices.Clone(t.brackets)
	t.agent.work.Go(func() {
		defer close(s.done)
		t.settle(context.WithoutCancel(ctx), s, brackets)
	})
	return s
}

func (t *turn) settle(ctx context.Context, s *settling, brackets []*bracket) {
	if !t.left.wait() {
		s.notices = append(s.notices, "Something that this turn started has still not ended. What it changes from now on is not part of the turn.")
	}
	if len(brackets) == 0 {
		return
	}
	t.agent.touches.look()
	last, err := t.checkpoint(ctx, ReasonTurnEnd, nil)
	if err != nil {
		s.notices = append(s.notices, fmt.Sprintf("The checkpoint at the end of the turn could not be taken: %v.", err))
		for _, b := range brackets {
			if b.after != "" {
				last.ID = b.after
			}
		}
	}
	s.end(ctx, t, last.ID, brackets)
}

// end makes after the end of the turn, and of its calls that have none.
func (s *settling) end(ctx context.Context, t *turn, after string, brackets []*bracket) {
	s.after = after
	if after == "" {
		return
	}
	for _, b := range brackets {
		if b.after == "" {
			b.after = after
			s.late = append(s.late, b)
			t.agent.touches.closed(b, after)
		}
	}
	var err error
	if s.changes, s.commanded, err = t.changes(ctx, t.head.Before, after, brackets); err != nil {
		s.notices = append(s.notices, fmt.Sprintf("The list of this turn's changes could not be made: %v.", err))
	}
	if s.drift, err = t.drift(ctx, brackets[0]); err != nil {
		s.notices = append(s.notices, fmt.Sprintf("What changed before this turn could not be found out: %v.", err))
	}
}

// record takes the settling's outcome into the turn.
func (t *turn) record(s *settling) {
	for _, b := range s.late {
		t.live.recordAfter(t.head.ID, b)
	}
	for _, text := range s.notices {
		t.notice(text)
	}
	t.live.approve(t.head.ID, s.changes, s.commanded)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.head.After, t.head.Changes, t.head.Drift = s.after, s.changes, s.drift
}

func (l *live) recordAfter(turnID string, b *bracket) {
	l.changeItem(turnID, b.item.ID, func(item *session.Item) { item.Tool.After = b.after })
}

// changeItem changes the item of a call, if it is still there.
func (l *live) changeItem(turnID, itemID string, change func(*session.Item)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.apply.apply(&l.state)
	if item := l.state.Item(turnID, itemID); item != nil && item.Tool != nil {
		copied := item.Clone()
		change(&copied)
		l.emitLocked(session.Change{Kind: session.ChangeItem, TurnID: turnID, Item: &copied})
	}
}
