package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/session"
)

// mostActs is how many acts of a session can be taken back.
const mostActs = 50

// ErrNoAct is returned where nothing was done to a session's changes that could
// be taken back, or done again.
var ErrNoAct = errors.New("nothing to undo or redo in this session")

// Reviewed is what an act decides about the changes of turns, and what it has
// done to files for that.
type Reviewed struct {
	Title string
	Undo  []string             // ids of the checkpoint store, in the order of what was done
	Turns []session.TurnReview // whole, as they are to be; other turns stay
}

// Review has work decide about changes of a session, and keeps what it returns
// as one act that can be taken back. With files, work may also change files: then
// no turn runs meanwhile, and it is [ErrRunning] while one does. What was done to
// files is kept also where work returns an error.
func (a *Agent) Review(ctx context.Context, id string, files bool, work func(session.Session) (Reviewed, error)) error {
	if files {
		return a.idle(ctx, id, func(l *live) error { return l.review(ctx, work) })
	}
	l, err := a.live(ctx, id)
	if err != nil {
		return err
	}
	return errors.Join(l.review(ctx, work), l.sync())
}

// review is [Agent.Review] on an open session.
func (l *live) review(ctx context.Context, work func(session.Session) (Reviewed, error)) error {
	release, err := l.reviews(ctx)
	if err != nil {
		return err
	}
	defer release()
	done, err := work(l.snapshot())
	if err != nil && len(done.Undo) == 0 {
		return err
	}
	l.keepAct(done)
	return err
}

// reviews lets nobody else change the reviews of turns until release.
func (l *live) reviews(ctx context.Context) (release func(), err error) {
	select {
	case l.reviewing <- struct{}{}:
		return func() { <-l.reviewing }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// keepAct takes an act in. What was taken back before can no longer be done again.
func (l *live) keepAct(done Reviewed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	act := session.Act{ID: l.agent.o.NewID(), Title: done.Title, At: l.agent.now(), Undo: strings.Join(done.Undo, " ")}
	for _, review := range done.Turns {
		turn := l.state.Turn(review.TurnID)
		if turn == nil {
			continue
		}
		if from, to, differ := session.Difference(turn.Review(), review); differ {
			act.Before, act.After = append(act.Before, from), append(act.After, to)
		}
	}
	if act.Undo == "" && len(act.After) == 0 {
		return
	}
	acts := append(slices.DeleteFunc(slices.Clone(l.state.Acts), func(known session.Act) bool { return known.Undone }), act)
	// First the act: cut off by a crash, what was done can still be taken back.
	l.actsLocked(acts[max(0, len(acts)-mostActs):])
	for i := range act.After {
		l.replaceLocked(act.Before[i], act.After[i])
	}
}

// actsLocked replaces the acts. None is a list without any: a header without a list
// leaves them as they are.
func (l *live) actsLocked(acts []session.Act) {
	if len(acts)+len(l.state.Acts) == 0 {
		return
	}
	header := l.state.Header()
	header.Acts = append([]session.Act{}, acts...)
	l.emitLocked(session.Change{Kind: session.ChangeSession, Session: &header})
}

// replaceLocked changes what a turn holds of its review, where it is still as in
// from.
func (l *live) replaceLocked(from, to session.TurnReview) {
	turn := l.state.Turn(from.TurnID)
	if turn == nil {
		return // it was taken out of the conversation
	}
	header, review := turn.Header(), turn.Review()
	review.Replace(from, to)
	header.Reverted, header.Reviews, header.Left = review.Reverted, review.Reviews, review.Left
	l.emitLocked(turnChange(header))
}

// UndoReview takes the last act of a session back.
func (a *Agent) UndoReview(ctx context.Context, id string) (session.Act, []Restored, error) {
	return a.turnAct(ctx, id, func(acts []session.Act) int {
		return lastDone(acts)
	})
}

// RedoReview does again what was taken back last.
func (a *Agent) RedoReview(ctx context.Context, id string) (session.Act, []Restored, error) {
	return a.turnAct(ctx, id, func(acts []session.Act) int {
		return slices.IndexFunc(acts, func(act session.Act) bool { return act.Undone })
	})
}

// lastDone is where the last act is that was not taken back, or -1. Those that
// were come after it.
func lastDone(acts []session.Act) int {
	for i, act := range slices.Backward(acts) {
		if !act.Undone {
			return i
		}
	}
	return -1
}

// turnAct takes an act back, or does it again. Where no file is concerned a turn
// may run meanwhile.
func (a *Agent) turnAct(ctx context.Context, id string, choose func([]session.Act) int) (act session.Act, results []Restored, err error) {
	state, err := a.Session(ctx, id)
	if err != nil {
		return session.Act{}, nil, err
	}
	chosen := func(l *live) error {
		release, err := l.reviews(ctx)
		if err != nil {
			return err
		}
		defer release()
		acts := l.acts()
		at := choose(acts)
		if at < 0 {
			return ErrNoAct
		}
		act = acts[at]
		results, err = a.flip(ctx, l, act)
		return err
	}
	if at := choose(state.Acts); at >= 0 && state.Acts[at].Undo == "" && state.Acts[at].Redo == "" {
		l, err := a.live(ctx, id)
		if err != nil {
			return act, nil, err
		}
		err = errors.Join(chosen(l), l.sync())
		return act, results, err
	}
	err = a.idle(ctx, id, chosen)
	return act, results, err
}

func (l *live) acts() []session.Act {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.state.Acts)
}

// flip takes an act back, or does it again. Where that is cut off by an error,
// what is left of it can be tried again.
func (a *Agent) flip(ctx context.Context, l *live, act session.Act) ([]Restored, error) {
	from, to := act.After, act.Before
	if act.Undone {
		from, to = to, from
	}
	todo, back := strings.Fields(act.Undo), strings.Fields(act.Redo)
	if act.Undone {
		todo, back = back, todo
	}
	paths := l.pathsOf(act)
	results := []Restored{}
	var failed error
	marks := slices.Clone(act.After)
	for len(todo) > 0 {
		last := todo[len(todo)-1]
		restored, err := a.restore(ctx, last, paths, func() (Restored, error) {
			return a.o.Checkpoints.Undo(ctx, last)
		})
		if err != nil {
			failed = fmt.Errorf("undoing %q of %q: %w", last, act.Title, err)
			break
		}
		results = append(results, restored)
		todo, back = todo[:len(todo)-1], append(back, restored.Undo)
		for i := range marks {
			if marks[i].Reverted == last {
				marks[i].Reverted = restored.Undo
			}
		}
	}
	if act.Undone {
		act.Undo, act.Redo = strings.Join(back, " "), strings.Join(todo, " ")
	} else {
		act.Undo, act.Redo = strings.Join(todo, " "), strings.Join(back, " ")
	}
	if failed != nil && len(results) == 0 {
		return results, failed
	}
	l.flipped(act, from, to, marks, failed == nil)
	return results, failed
}

// flipped keeps what has become of an act. marks is its After with the ids that
// now undo its reverts.
func (l *live) flipped(act session.Act, from, to, marks []session.TurnReview, whole bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	acts := slices.Clone(l.state.Acts)
	at := slices.IndexFunc(acts, func(known session.Act) bool { return known.ID == act.ID })
	if at < 0 {
		return
	}
	if !whole {
		acts[at] = act
		l.actsLocked(acts)
		return
	}
	redone := act.Undone
	act.After, act.Undone = marks, !act.Undone
	acts = slices.Delete(acts, at, at+1)
	acts = slices.Insert(acts, lastDone(acts)+1, act)
	l.actsLocked(acts)
	if redone {
		to = marks
	}
	for i := range from {
		l.replaceLocked(from[i], to[i])
	}
}

// pathsOf is what an act was about.
func (l *live) pathsOf(act session.Act) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var paths []string
	for i := range act.After {
		turn := l.state.Turn(act.After[i].TurnID)
		if turn == nil {
			return []string{"."}
		}
		named := map[string]bool{session.AllPaths: act.After[i].Reverted != act.Before[i].Reverted}
		for _, review := range slices.Concat(act.Before[i].Reviews, act.After[i].Reviews) {
			named[review.Path] = true
		}
		for _, change := range turn.Changes {
			if named[session.AllPaths] || named[change.Path] {
				paths = append(paths, change.Path)
				if change.From != "" {
					paths = append(paths, change.From)
				}
			}
		}
	}
	if len(paths) == 0 {
		return []string{"."}
	}
	return paths
}

// actOf finds the act that ids of the checkpoint store take back, or do again.
func actOf(acts []session.Act, ids []string) (int, bool) {
	for i, act := range acts {
		known := act.Undo
		if act.Undone {
			known = act.Redo
		}
		if slices.Equal(strings.Fields(known), ids) {
			return i, true
		}
	}
	return -1, false
}

// splitAct makes the part of an act that one id takes back an act of its own.
func (l *live) splitAct(undo string) (session.Act, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	acts := slices.Clone(l.state.Acts)
	at := slices.IndexFunc(acts, func(act session.Act) bool {
		return !act.Undone && slices.Contains(strings.Fields(act.Undo), undo)
	})
	if at < 0 {
		return session.Act{}, false
	}
	whole := acts[at]
	i := slices.IndexFunc(whole.After, func(r session.TurnReview) bool { return r.Reverted == undo })
	if i < 0 || len(whole.After) == 1 {
		return whole, true
	}
	part := whole
	part.ID, part.Undo = l.agent.o.NewID(), undo
	part.Before, part.After = whole.Before[i:i+1:i+1], whole.After[i:i+1:i+1]
	rest := slices.DeleteFunc(strings.Fields(whole.Undo), func(id string) bool { return id == undo })
	whole.Undo = strings.Join(rest, " ")
	whole.Before, whole.After = slices.Delete(slices.Clone(whole.Before), i, i+1), slices.Delete(slices.Clone(whole.After), i, i+1)
	acts[at] = whole
	acts = slices.Insert(acts, at+1, part)
	l.actsLocked(acts)
	return part, true
}

// approve accepts what of a turn's changes a person has agreed to already, as a
// proposal: made by tools alone, each call of them approved.
func (l *live) approve(turnID string, changes []session.FileChange, commanded map[string]bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.apply.apply(&l.state)
	turn := l.state.Turn(turnID)
	if turn == nil {
		return
	}
	before := turn.Review()
	after := before
	for _, change := range changes {
		if change.By == session.ByTool && !change.AlsoUser && !commanded[change.Path] && !commanded[change.From] && allApproved(turn, change) {
			after.Decide(session.Review{Path: change.Path, Accepted: []string{session.WholeFile}})
		}
	}
	if from, to, differ := session.Difference(before, after); differ {
		l.replaceLocked(from, to)
	}
}

// allApproved reports whether each call that was about a file was asked about.
func allApproved(turn *session.Turn, change session.FileChange) bool {
	asked := false
	for _, item := range turn.Items {
		call := item.Tool
		if call == nil || call.Before == "" || call.Kind == session.KindExecute || !concerns(call, change) {
			continue
		}
		if call.Approval == nil || call.Approval.Answer != "approved" {
			return false
		}
		asked = true
	}
	return asked
}

func concerns(call *session.ToolCall, change session.FileChange) bool {
	return slices.ContainsFunc(call.Paths, func(own string) bool {
		return within(change.Path, own) || change.From != "" && within(change.From, own)
	})
}

// keepReviewLocked gives the header of a turn that runs or ends the review and
// the rating that its session holds: only these are changed from outside.
func (l *live) keepReviewLocked(head *session.Turn) {
	if turn := l.state.Turn(head.ID); turn != nil {
		head.Reverted, head.Reviews, head.Left, head.Rating = turn.Reverted, turn.Reviews, turn.Left, turn.Rating
	}
}
