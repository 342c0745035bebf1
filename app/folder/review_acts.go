package folder

import (
	"context"
	"fmt"
	"path"
	"slices"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/session"
)

// Resolve says what becomes of a path that a revert has left alone.
func (r *Review) Resolve(ctx context.Context, resolution wire.ReviewResolution) (wire.ReviewResult, error) {
	ctx, around, err := withEditors(ctx, wire.RestoreRequest{Unsaved: resolution.Unsaved})
	if err != nil {
		return wire.ReviewResult{}, err
	}
	back := resolution.Side == wire.ReviewCheckpoint
	if !back && resolution.Side != wire.ReviewMine {
		return wire.ReviewResult{}, &wire.Error{Code: wire.CodeInvalid, Message: "This is not a side that can be chosen; nothing was changed."}
	}
	result := wire.ReviewResult{}
	var restored []agent.Restored
	err = r.agent.Review(ctx, resolution.SessionID, back, func(s session.Session) (done agent.Reviewed, err error) {
		turn := s.Turn(resolution.TurnID)
		if turn == nil || !isLeft(*turn, resolution.Path) {
			return done, ErrNoChange
		}
		after := turn.Review()
		after.Settle(resolution.Path)
		decision := []string{session.WholeFile}
		c := changedBy(turn, resolution.Path)
		review := session.Review{Path: resolution.Path, Accepted: decision}
		if c != nil {
			review.Path = c.Path
		}
		done.Title, result.Accepted = fmt.Sprintf("Kept %s as it is", path.Base(resolution.Path)), 1
		if back {
			one, err := r.bringBack(ctx, around, *turn, c, resolution.Path)
			if err != nil {
				return done, err
			}
			restored = append(restored, one)
			done.Undo = []string{one.Undo}
			if len(one.Conflicts)+len(one.Unknown) > 0 {
				result.Accepted = 0
				return done, nil // it waits on
			}
			review.Accepted, review.Rejected = nil, decision
			done.Title, result.Accepted, result.Rejected = fmt.Sprintf("Took %s back from the checkpoint", path.Base(resolution.Path)), 0, 1
		}
		if c != nil {
			after.Settle(c.From)
			after.Settle(c.Path)
		}
		after.Decide(review)
		result.Title, done.Turns = done.Title, []session.TurnReview{after}
		return done, nil
	})
	result.Files = wireResult(around, restored...)
	r.restores.remember(resolution.SessionID, result.Files)
	return result, gone(err)
}

func isLeft(turn session.Turn, path string) bool {
	for _, left := range turn.Left {
		if left.Path == path {
			return true
		}
	}
	return false
}

// bringBack makes a path exactly what it was before a turn.
func (r *Review) bringBack(ctx context.Context, around *editors, turn session.Turn, c *session.FileChange, path string) (agent.Restored, error) {
	paths := []string{path}
	if c != nil && c.From != "" {
		paths = []string{c.Path, c.From}
	}
	done := r.agent.NoteRestore(paths...)
	defer func() { done(paths...) }()
	result, err := r.store.Restore(ctx, around.fill(exactly(turn.Before, paths)))
	if err != nil {
		return agent.Restored{}, err
	}
	around.note(result)
	return restoredOf(result), nil
}

// Undo takes the last act of a session back, beside what was changed since. Where
// an editor holds something else in one of its files, saved or not, that stays and
// is a conflict.
func (r *Review) Undo(ctx context.Context, sessionID string, unsaved []wire.UnsavedText) (wire.ReviewResult, error) {
	return r.turnAct(ctx, sessionID, unsaved, r.agent.UndoReview)
}

// Redo does again what Undo has taken back last.
func (r *Review) Redo(ctx context.Context, sessionID string, unsaved []wire.UnsavedText) (wire.ReviewResult, error) {
	return r.turnAct(ctx, sessionID, unsaved, r.agent.RedoReview)
}

func (r *Review) turnAct(
	ctx context.Context, sessionID string, unsaved []wire.UnsavedText,
	turn func(context.Context, string) (session.Act, []agent.Restored, error),
) (wire.ReviewResult, error) {
	ctx, around, err := withEditors(ctx, wire.RestoreRequest{Unsaved: unsaved, Merge: true})
	if err != nil {
		return wire.ReviewResult{}, err
	}
	act, restored, err := turn(ctx, sessionID)
	result := wire.ReviewResult{Title: act.Title, Files: wireResult(around, restored...), Texts: []wire.UnsavedText{}}
	r.restores.remember(sessionID, result.Files)
	if err != nil || act.Undone {
		return result, gone(err)
	}
	if result.Texts, err = r.texts(ctx, around, act.Undo); err != nil {
		// What was undone is undone, and no failure.
		result.Files.Note = "The unsaved text from before could not be read. It is kept with the checkpoint."
	}
	return result, nil
}

// texts is what editors are to hold again once an act was taken back: what they
// held, unsaved, when it was done. Text over a file that has changed since stays
// with the checkpoint, as saving it would take that change back, and so does text
// of an editor that holds something else by now.
func (r *Review) texts(ctx context.Context, around *editors, undo string) ([]wire.UnsavedText, error) {
	kept, err := r.restores.Unsaved(ctx, undo)
	if err != nil {
		return nil, err
	}
	ids, _ := undoOf(undo)
	out := []wire.UnsavedText{}
	for _, text := range kept {
		if slices.ContainsFunc(around.unsaved, func(u checkpoint.Unsaved) bool { return u.Path == text.Path }) {
			continue
		}
		was, _, err := r.read(ctx, ids[0], text.Path)
		if err != nil {
			return nil, err
		}
		is, _, err := r.read(ctx, "", text.Path)
		if err != nil {
			return nil, err
		}
		if was.same(is) {
			out = append(out, text)
		}
	}
	return out, nil
}
