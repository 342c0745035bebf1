package agent

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/session"
)

// attribution finds out who changed what. A path can be the agent's and
// somebody else's as well.
type attribution struct {
	turn   *turn
	seen   evidence
	since  int64 // touches count from here on
	agent  map[string]session.Author
	others map[string]session.Author

	commanded map[string]bool // paths that commands of the turn changed
}

func (t *turn) attribution() *attribution {
	seen := t.agent.touches.evidence(t)
	return &attribution{
		turn: t, seen: seen, since: seen.since,
		agent: map[string]session.Author{}, others: map[string]session.Author{}, commanded: map[string]bool{},
	}
}

// changes lists what differs between a turn's two checkpoints, and who did it;
// commanded are the paths that commands changed, whoever else did.
// What changed inside a command's checkpoints is the command's, inside an
// edit's the edit's own paths are the tool's. What the user, a restore or
// another session is known to have changed meanwhile is theirs as well. All
// else is theirs alone, or that of what the agent left running in the
// background; where there is nothing of the kind nobody knows.
//
// What another session left in the background is not held against a command:
// nothing says that it changed any file, and a server that runs for hours would
// make all turns of all sessions doubtful.
func (t *turn) changes(ctx context.Context, before, after string, brackets []*bracket) ([]session.FileChange, map[string]bool, error) {
	changes, err := t.agent.o.Checkpoints.Changes(ctx, before, after)
	if err != nil {
		return nil, nil, err
	}
	a := t.attribution()
	previous, closing := before, a.seen.since
	for _, b := range brackets {
		own := a.seen.own[b]
		if err := a.between(ctx, previous, b.before, span{closing, own.opened}); err != nil {
			return nil, nil, err
		}
		if err := a.during(ctx, b, own.span); err != nil {
			return nil, nil, err
		}
		previous, closing = b.after, own.closing
	}
	if err := a.between(ctx, previous, after, span{from: closing}); err != nil {
		return nil, nil, err
	}
	a.sign(changes)
	return changes, a.commanded, nil
}

// drift lists what changed between the session's turn before and this one
// while something that the agent had left running still ran.
func (t *turn) drift(ctx context.Context, opened *bracket) ([]session.FileChange, error) {
	a := t.attribution()
	rested, living := a.seen.rested()
	previous := t.live.afterBefore(t.head.ID)
	if !living || previous == "" || previous == t.head.Before {
		return nil, nil
	}
	changes, err := t.agent.o.Checkpoints.Changes(ctx, previous, t.head.Before)
	if err != nil || len(changes) == 0 {
		return nil, err
	}
	a.since = rested
	if err := a.between(ctx, previous, t.head.Before, span{rested, a.seen.own[opened].opened}); err != nil {
		return nil, err
	}
	a.sign(changes)
	return changes, nil
}

// afterBefore returns the last checkpoint of the last turn before another one
// that has one.
func (l *live) afterBefore(turnID string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	after := ""
	for _, turn := range l.state.Turns {
		if turn.ID == turnID {
			break
		}
		after = cmp.Or(turn.After, after)
	}
	return after
}

// sign enters who made the changes.
func (a *attribution) sign(changes []session.FileChange) {
	for i := range changes {
		c := &changes[i]
		other := first(a.others[c.Path], a.others[c.From])
		c.By = cmp.Or(a.agent[c.Path], a.agent[c.From])
		if c.By == "" {
			c.By = cmp.Or(other, session.ByUnknown)
			continue
		}
		c.Also, c.AlsoUser = other, other != ""
	}
}

// between attributes what changed between the calls of a turn.
func (a *attribution) between(ctx context.Context, from, to string, when span) error {
	paths, err := a.turn.agent.paths(ctx, from, to)
	if err != nil || len(paths) == 0 {
		return err
	}
	others, err := a.sessions(ctx, to, when)
	if err != nil {
		return err
	}
	for _, path := range paths {
		a.stray(path, others[path], when)
	}
	return nil
}

// during attributes what changed between the two checkpoints of a call.
func (a *attribution) during(ctx context.Context, b *bracket, when span) error {
	paths, err := a.turn.agent.paths(ctx, b.before, b.after)
	if err != nil || len(paths) == 0 {
		return err
	}
	others, err := a.sessions(ctx, b.after, when)
	if err != nil {
		return err
	}
	for _, path := range paths {
		switch {
		case b.command:
			a.agent[path] = session.ByCommand
			a.commanded[path] = true
			if others[path] {
				a.also(path, session.BySession)
			}
		case slices.ContainsFunc(b.paths, func(own string) bool { return within(path, own) }):
			// Another session's calls are no matter here: a tool leaves a file alone
			// that is not as it was shown, and what is changed after it shows in the
			// checkpoints.
			a.agent[path] = session.ByTool
		default:
			a.stray(path, others[path], when)
			continue
		}
		a.also(path, a.seen.toucher(path, a.since))
	}
	return nil
}

// stray attributes a change that no call of the turn made; other says that a
// call of another session changed the path.
func (a *attribution) stray(path string, other bool, when span) {
	by := a.seen.toucher(path, a.since)
	if other {
		by = first(by, session.BySession)
	}
	if by != "" {
		a.also(path, by)
		return
	}
	own, others := a.seen.living(when)
	if own {
		a.agent[path] = cmp.Or(a.agent[path], session.ByBackground)
	}
	switch {
	case others:
		a.also(path, session.BySession)
	case !own:
		a.also(path, session.ByUnknown)
	}
}

func (a *attribution) also(path string, by session.Author) {
	if by = first(a.others[path], by); by != "" {
		a.others[path] = by
	}
}

// sessions returns the paths that calls of other sessions changed during a
// span that ended with a checkpoint.
func (a *attribution) sessions(ctx context.Context, end string, when span) (map[string]bool, error) {
	changed := map[string]bool{}
	for _, other := range a.seen.acts(when) {
		paths, err := a.turn.agent.paths(ctx, other.bracket.before, cmp.Or(other.after, end))
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
