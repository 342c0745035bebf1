package agent

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/session"
)

// reasonAlso is why a path stays that the agent and somebody else changed.
func reasonAlso(by session.Author) string {
	who := "something else changed it during the turn too"
	switch by {
	case session.ByUser:
		who = "you changed it during the turn too"
	case session.ByRestore:
		who = "a restore changed it during the turn too"
	case session.BySession:
		who = "another session changed it during the turn too"
	case session.ByTool, session.ByCommand, session.ByBackground, session.ByUnknown:
	}
	return who + "; revert it by itself to take back everything"
}

// RevertTurn takes back what the agent changed in a turn and marks the turn;
// with paths only those, and the turn is not marked. What changed since is
// left alone and listed as a conflict, and so is, unless it is named, what
// somebody else changed during the turn too; without paths it also waits in the
// turn's Left. It is an act, see [Agent.Review].
//
// While a turn of this session runs it is [ErrRunning]: stopping is the user's
// decision. It waits for what a stopped turn left behind.
func (a *Agent) RevertTurn(ctx context.Context, id, turnID string, paths []string) (Restored, error) {
	var restored Restored
	err := a.Review(ctx, id, true, func(s session.Session) (done Reviewed, err error) {
		turn := s.Turn(turnID)
		if turn == nil {
			return done, fmt.Errorf("turn %q: %w", turnID, ErrNotFound)
		}
		done.Title = fmt.Sprintf("Reverted all changes of “%s”", promptOfTurn(*turn).title())
		if len(paths) > 0 {
			done.Title = fmt.Sprintf("Reverted %s", files(paths))
		}
		restored, err = a.revert(ctx, *turn, paths, &done)
		return done, err
	})
	return restored, err
}

// files names one path, or counts them.
func files(paths []string) string {
	if len(paths) == 1 {
		return path.Base(paths[0])
	}
	return fmt.Sprintf("%d files", len(paths))
}

// RevertSession takes back what the agent changed in all turns, the last one
// first, as one act. The results come in that order; undoing all of them means
// giving their Undo ids to [Agent.UndoRevert].
func (a *Agent) RevertSession(ctx context.Context, id string) ([]Restored, error) {
	results := []Restored{}
	err := a.Review(ctx, id, true, func(s session.Session) (Reviewed, error) {
		done := Reviewed{Title: "Reverted all changes of the session"}
		for _, turn := range slices.Backward(s.Turns) {
			if turn.Reverted != "" {
				continue
			}
			restored, err := a.revert(ctx, turn, nil, &done)
			if errors.Is(err, ErrNothing) {
				continue
			}
			if err != nil {
				return done, err
			}
			results = append(results, restored)
		}
		if len(results) == 0 {
			return done, fmt.Errorf("reverting session %q: %w", id, ErrNothing)
		}
		return done, nil
	})
	return results, err
}

// UndoRevert takes reverts back, or does again what was taken back, the last of
// ids first; their turns are no longer marked, or are again.
func (a *Agent) UndoRevert(ctx context.Context, id string, ids ...string) ([]Restored, error) {
	results := []Restored{}
	err := a.idle(ctx, id, func(l *live) error {
		release, err := l.reviews(ctx)
		if err != nil {
			return err
		}
		defer release()
		acts := l.acts()
		if at, known := actOf(acts, ids); known && len(ids) > 0 {
			results, err = a.flip(ctx, l, acts[at])
			return err
		}
		undone := map[string]bool{}
		for _, undo := range slices.Backward(ids) {
			if undone[undo] {
				continue // with the rest of its act
			}
			if act, known := l.splitAct(undo); known {
				for _, id := range strings.Fields(act.Undo) {
					undone[id] = true
				}
				restored, err := a.flip(ctx, l, act)
				results = append(results, restored...)
				if err != nil {
					return err
				}
				continue
			}
			restored, err := a.restore(ctx, undo, l.reverted(undo), func() (Restored, error) {
				return a.o.Checkpoints.Undo(ctx, undo)
			})
			if err != nil {
				return fmt.Errorf("undoing revert %q: %w", undo, err)
			}
			results = append(results, restored)
			l.mark(func(t *session.Turn) bool {
				same := t.Reverted == undo
				if same {
					t.Reverted = ""
				}
				return same
			})
		}
		return nil
	})
	return results, err
}

// RestoreTo puts the workspace back to where it was before the first change of a
// turn and those after it, exactly: also what others changed since. The same rules
// as for [Agent.RevertTurn] hold while a turn runs.
func (a *Agent) RestoreTo(ctx context.Context, id, turnID string) (Restored, error) {
	var restored Restored
	err := a.idle(ctx, id, func(l *live) (err error) {
		restored, err = a.restoreTo(ctx, l, turnID)
		return err
	})
	return restored, err
}

func (a *Agent) restoreTo(ctx context.Context, l *live, turnID string) (Restored, error) {
	before := ""
	l.read(func(s session.Session) { before = PointBefore(s, turnID) })
	if before == "" {
		return Restored{}, fmt.Errorf("restoring to turn %q: %w", turnID, ErrNothing)
	}
	return a.restore(ctx, before, []string{"."}, func() (Restored, error) {
		return a.o.Checkpoints.Restore(ctx, RestoreRequest{Before: before})
	})
}

// PointBefore returns the checkpoint before the first change of a turn and those
// after it; empty when they changed nothing, or there is no such turn.
func PointBefore(s session.Session, turnID string) string {
	at := slices.IndexFunc(s.Turns, func(t session.Turn) bool { return t.ID == turnID })
	if at < 0 {
		return ""
	}
	for _, turn := range s.Turns[at:] {
		if turn.Before != "" {
			return turn.Before
		}
	}
	return ""
}

// idle does work on a session in which nothing runs or starts meanwhile.
func (a *Agent) idle(ctx context.Context, id string, work func(*live) error) error {
	l, err := a.live(ctx, id)
	if err != nil {
		return err
	}
	release, err := l.claim(ctx)
	if err != nil {
		return err
	}
	defer release()
	return errors.Join(work(l), l.sync())
}

// revert takes a turn back, or paths of it, and adds to done what that was.
func (a *Agent) revert(ctx context.Context, turn session.Turn, paths []string, done *Reviewed) (Restored, error) {
	if turn.Before == "" || turn.After == "" || len(turn.Changes) == 0 {
		return Restored{}, fmt.Errorf("reverting turn %q: %w", turn.ID, ErrNothing)
	}
	scope, whole, left := paths, false, []Conflict{}
	if len(paths) == 0 {
		scope, whole, left = RevertScope(turn)
	}
	restored := Restored{Conflicts: []Conflict{}, Unknown: []string{}}
	if len(scope) > 0 || whole {
		var err error
		restored, err = a.restore(ctx, turn.Before, changedPaths(turn, scope), func() (Restored, error) {
			return a.o.Checkpoints.Restore(ctx, RestoreRequest{Before: turn.Before, After: turn.After, Paths: scope})
		})
		if err != nil {
			return Restored{}, fmt.Errorf("reverting turn %q: %w", turn.ID, err)
		}
	}
	restored.Conflicts = append(restored.Conflicts, left...)
	if restored.Undo != "" {
		done.Undo = append(done.Undo, restored.Undo)
	}
	done.Turns = append(done.Turns, revertedReview(turn, paths, restored))
	return restored, nil
}

// revertedReview is a turn's review after a revert.
func revertedReview(turn session.Turn, paths []string, restored Restored) session.TurnReview {
	review := turn.Review()
	stays := make(map[string]bool, len(restored.Conflicts))
	left := make([]session.LeftAlone, len(restored.Conflicts))
	for i, c := range restored.Conflicts {
		stays[c.Path], left[i] = true, session.LeftAlone{Path: c.Path, Reason: c.Reason}
	}
	decided := []session.Review{}
	rejected := []string{session.WholeFile}
	if len(paths) > 0 {
		for _, change := range turn.Changes {
			named := slices.ContainsFunc(paths, func(p string) bool { return within(change.Path, p) || change.From != "" && within(change.From, p) })
			if named && !stays[change.Path] {
				decided = append(decided, session.Review{Path: change.Path, Rejected: rejected})
			}
		}
		review.Decide(decided...)
		return review
	}
	decided = append(decided, session.Review{Path: session.AllPaths, Rejected: rejected})
	known := make(map[string]session.Review, len(turn.Reviews))
	for _, one := range turn.Reviews {
		known[one.Path] = one
	}
	for _, change := range turn.Changes {
		if !change.By.Agent() || !stays[change.Path] {
			continue
		}
		one, own := known[change.Path]
		if !own {
			one = known[session.AllPaths]
		}
		one.Path = change.Path
		decided = append(decided, one)
	}
	review.Decide(decided...)
	if restored.Undo != "" {
		review.Reverted = restored.Undo
	}
	review.Leave(left...)
	return review
}

// changedPaths is what reverting a turn within a scope is about.
func changedPaths(turn session.Turn, scope []string) []string {
	if len(scope) > 0 {
		return scope
	}
	var paths []string
	for _, change := range turn.Changes {
		paths = append(paths, change.Path)
		if change.From != "" {
			paths = append(paths, change.From)
		}
	}
	return paths
}

// reverted is what an undoable revert was about; everything where that is not
// known any more.
func (l *live) reverted(undo string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, turn := range l.state.Turns {
		if turn.Reverted == undo {
			return changedPaths(turn, nil)
		}
	}
	return []string{"."}
}

// restore does a restore to a checkpoint, and notes what it changed: within
// paths, which may be everything, and what differed from the checkpoint.
func (a *Agent) restore(ctx context.Context, to string, paths []string, work func() (Restored, error)) (Restored, error) {
	done := a.touches.restore(paths...)
	defer func() { done(paths...) }()
	restored, err := work()
	if err == nil && slices.Equal(paths, []string{"."}) {
		differed, unknown := a.paths(ctx, restored.Undo, to)
		if unknown == nil && (len(differed) > 0 || restored.Written+restored.Deleted == 0) {
			paths = differed
		}
	}
	return restored, err
}

// RevertScope is what reverting a turn is about: everything between its two
// checkpoints (whole, with no paths, so that folders count too) or, when others
// changed files during the turn, only the agent's paths. left are the paths
// that both changed.
func RevertScope(turn session.Turn) (paths []string, whole bool, left []Conflict) {
	whole = true
	for _, change := range turn.Changes {
		switch {
		case !change.By.Agent():
			whole = false
		case change.AlsoUser:
			whole = false
			left = append(left, Conflict{Path: change.Path, Reason: reasonAlso(change.Also)})
		default:
			paths = append(paths, change.Path)
			if change.From != "" {
				paths = append(paths, change.From)
			}
		}
	}
	if whole {
		return nil, true, nil
	}
	return paths, false, left
}

// mark changes the headers of turns for which change returns true.
func (l *live) mark(change func(*session.Turn) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.state.Turns {
		header := l.state.Turns[i].Header()
		if change(&header) {
			l.emitLocked(turnChange(header))
		}
	}
}
