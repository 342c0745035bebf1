package agent

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

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
	began := t.agent.touches.begin(t)
	var taken Checkpoint
	var err error
	ended, panicked := t.await(ctx, func() { taken, err = t.checkpoint(ctx, reason, c.item.Tool) })
	switch {
	case !ended:
		return nil, ctx.Err()
	case panicked != nil:
		err = panicked
	}
	if err != nil {
		return nil, fmt.Errorf("the checkpoint before it could not be taken (%w)", err)
	}
	if c.plan.Kind != session.KindExecute {
		for _, path := range c.plan.Paths {
			if why, uncovered := taken.Uncovered[path]; uncovered {
				return nil, fmt.Errorf("the checkpoint before it does not hold %q (%s)", path, why)
			}
		}
	}
	c.item.Tool.Before = taken.ID
	if t.head.Before == "" {
		t.head.Before = taken.ID
		t.live.emit(turnChange(t.head))
	}
	around := &bracket{item: *c.item, paths: c.plan.Paths, command: c.plan.Kind == session.KindExecute, before: taken.ID}
	t.brackets = append(t.brackets, around)
	t.agent.touches.opened(t, around, began)
	return around, nil
}

// unbracket forgets a call that did nothing after all.
func (t *turn) unbracket(around *bracket) {
	t.brackets = slices.DeleteFunc(t.brackets, func(b *bracket) bool { return b == around })
	t.agent.touches.dropped(around)
}

// after takes the checkpoint after a call. A failure is told to the user; the
// turn's own last checkpoint then stands for it.
func (t *turn) after(ctx context.Context, around *bracket) {
	var taken Checkpoint
	var err error
	ended, panicked := t.await(ctx, func() { taken, err = t.checkpoint(ctx, ReasonPostTool, around.item.Tool) })
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

func (t *turn) checkpoint(ctx context.Context, reason string, tool *session.ToolCall) (Checkpoint, error) {
	request := CheckpointRequest{Reason: reason, SessionID: t.live.id, TurnID: t.head.ID, Label: title(t.head.Prompt)}
	if tool != nil {
		request.ToolCallID, request.Label = tool.ID, tool.Title
	}
	return t.agent.o.Checkpoints.Create(ctx, request)
}

// settling is the work after a turn's last step: its last checkpoint and the
// list of its changes.
type settling struct {
	done    chan struct{} // closed when the rest is set
	after   string
	changes []session.FileChange
	notices []string
	late    []*bracket // got their checkpoint only now
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
	if s.changes, err = t.changes(ctx, t.head.Before, after, brackets); err != nil {
		s.notices = append(s.notices, fmt.Sprintf("The list of this turn's changes could not be made: %v.", err))
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
	t.head.After, t.head.Changes = s.after, s.changes
}

func (l *live) recordAfter(turnID string, b *bracket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.apply.apply(&l.state)
	if item := l.state.Item(turnID, b.item.ID); item != nil && item.Tool != nil {
		copied := item.Clone()
		copied.Tool.After = b.after
		l.emitLocked(session.Change{Kind: session.ChangeItem, TurnID: turnID, Item: &copied})
	}
}

// authorship is who changed which paths in a turn; both may have the same one.
type authorship struct {
	agent map[string]session.Author
	users map[string]bool // the user, another program, another session
}

// changes lists what differs between a turn's two checkpoints, and who did it:
// what changed inside a command's checkpoints is the command's, inside an
// edit's the edit's own paths are the tool's, and everything else the user's.
// What the user or another session's calls are known to have changed meanwhile
// is theirs as well.
func (t *turn) changes(ctx context.Context, before, after string, brackets []*bracket) ([]session.FileChange, error) {
	changes, err := t.agent.o.Checkpoints.Changes(ctx, before, after)
	if err != nil {
		return nil, err
	}
	who := authorship{agent: map[string]session.Author{}, users: map[string]bool{}}
	touched := t.agent.touches.byUser(t)
	previous := before
	for _, b := range append(slices.Clone(brackets), &bracket{before: after, after: after}) {
		if err := t.attribute(ctx, previous, b, who, touched); err != nil {
			return nil, err
		}
		previous = b.after
	}
	for i := range changes {
		c := &changes[i]
		c.By = session.ByUser
		author, ok := who.agent[c.Path]
		if !ok && c.From != "" {
			author, ok = who.agent[c.From]
		}
		if ok {
			c.By, c.AlsoUser = author, who.users[c.Path] || who.users[c.From]
		}
	}
	return changes, nil
}

func (t *turn) attribute(ctx context.Context, previous string, b *bracket, who authorship, touched []string) error {
	between, err := t.agent.paths(ctx, previous, b.before)
	if err != nil {
		return err
	}
	for _, path := range between {
		who.users[path] = true
	}
	during, err := t.agent.paths(ctx, b.before, b.after)
	if err != nil {
		return err
	}
	others, err := t.others(ctx, b)
	if err != nil {
		return err
	}
	for _, path := range during {
		own := slices.ContainsFunc(b.paths, func(own string) bool { return within(path, own) })
		switch {
		case b.command:
			who.agent[path] = session.ByCommand
		case own:
			who.agent[path] = session.ByTool
		}
		if !b.command && !own || others[path] || slices.ContainsFunc(touched, func(one string) bool { return one == "." || within(path, one) }) {
			who.users[path] = true
		}
	}
	return nil
}

// others returns the paths that calls of other sessions changed while a command
// ran. A tool's own paths need no such care: it leaves a file alone that is not
// as it was shown, and what is changed after it shows in the checkpoints.
func (t *turn) others(ctx context.Context, b *bracket) (map[string]bool, error) {
	changed := map[string]bool{}
	if !b.command {
		return changed, nil
	}
	for _, other := range t.agent.touches.beside(t, b) {
		paths, err := t.agent.paths(ctx, other.bracket.before, cmp.Or(other.after, b.after))
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			if other.bracket.command || slices.ContainsFunc(other.bracket.paths, func(own string) bool { return within(path, own) }) {
				changed[path] = true
			}
		}
	}
	return changed, nil
}

func (a *Agent) paths(ctx context.Context, from, to string) ([]string, error) {
	if from == to || from == "" || to == "" {
		return nil, nil
	}
	return a.o.Checkpoints.Paths(ctx, from, to)
}

// within reports whether path is own, below it, or a folder on the way to it,
// which a tool makes where it is missing.
func within(path, own string) bool {
	return path == own || strings.HasPrefix(path, own+"/") || strings.HasPrefix(own, path+"/")
}
