package folder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/review"
	"github.com/keel-ide/keel/backend/session"
)

// reject takes changes back, and nothing but them: what was changed since stays,
// and is a conflict where both are at the same lines.
func (r *Review) reject(ctx context.Context, d wire.ReviewDecision) (wire.ReviewResult, error) {
	ctx, around, err := withEditors(ctx, wire.RestoreRequest{Unsaved: d.Unsaved, Merge: true})
	if err != nil {
		return wire.ReviewResult{}, err
	}
	if d.Path == "" {
		return r.rejectAll(ctx, around, d)
	}
	result := wire.ReviewResult{}
	var restored []agent.Restored
	err = r.agent.Review(ctx, d.SessionID, true, func(s session.Session) (done agent.Reviewed, err error) {
		found := false
		defer func() {
			done.Title = title("Took back", d, nil, result.Rejected)
			result.Title = done.Title
		}()
		for i := len(s.Turns) - 1; i >= 0; i-- { // the newest first: an older change shows under it
			turn := &s.Turns[i]
			if d.TurnID != "" && turn.ID != d.TurnID || len(turn.Changes) == 0 || turn.After == "" {
				continue
			}
			v := r.view(s).hold(around.unsaved) // the one before has changed files
			c, err := v.changeOf(ctx, i, d)
			if err != nil {
				return done, err
			}
			if c == nil {
				continue
			}
			found = true
			t := taking{Review: r, around: around, view: v, turn: i, change: c, hunks: d.Hunks}
			if err := t.take(ctx); err != nil {
				return done, err
			}
			restored = append(restored, t.restored)
			if t.restored.Undo != "" {
				done.Undo = append(done.Undo, t.restored.Undo)
			}
			after := turn.Review()
			after.Decide(t.decided)
			if len(t.restored.Conflicts) == 0 {
				after.Settle(c.Path)
				after.Settle(c.From)
			}
			done.Turns = append(done.Turns, after)
			result.Rejected += t.count
		}
		if !found {
			return done, ErrNoChange
		}
		return done, nil
	})
	result.Files = wireResult(around, restored...)
	r.restores.remember(d.SessionID, result.Files)
	return result, gone(err)
}

// changeOf finds the change of a turn that a decision about a file is about; nil
// where the turn has none.
func (v *view) changeOf(ctx context.Context, i int, d wire.ReviewDecision) (*session.FileChange, error) {
	turn := &v.turns[i]
	if c := changedBy(turn, d.Path); c != nil {
		return c, nil
	}
	for j := range turn.Changes {
		c := &turn.Changes[j]
		at, err := v.pathOf(ctx, i, c)
		if err != nil {
			return nil, err
		}
		if c.By.Agent() && at == d.Path {
			return c, nil
		}
	}
	return nil, nil
}

// rejectAll takes a whole turn back, or all of a session.
func (r *Review) rejectAll(ctx context.Context, around *editors, d wire.ReviewDecision) (wire.ReviewResult, error) {
	var restored []agent.Restored
	var err error
	if d.TurnID != "" {
		restored, err = one(r.agent.RevertTurn(ctx, d.SessionID, d.TurnID, nil))
	} else {
		restored, err = r.agent.RevertSession(ctx, d.SessionID)
	}
	result := wire.ReviewResult{Files: wireResult(around, restored...)}
	if err != nil {
		return result, gone(err)
	}
	r.restores.remember(d.SessionID, result.Files)
	state, err := r.agent.Session(ctx, d.SessionID)
	if err != nil {
		return result, err
	}
	for _, act := range state.Acts {
		if !act.Undone {
			result.Title = act.Title
		}
	}
	for _, turn := range state.Turns {
		if d.TurnID != "" && turn.ID != d.TurnID {
			continue
		}
		stays := setOf(result.Files.Unknown)
		for _, left := range turn.Left {
			stays[left.Path] = true
		}
		for _, c := range turn.Changes {
			if c.By.Agent() && !stays[c.Path] {
				result.Rejected++
			}
		}
	}
	return result, nil
}

// taking is a change of one file that is taken back, or hunks of it.
type taking struct {
	*Review
	around *editors
	view   *view
	turn   int
	change *session.FileChange
	hunks  []string // all when empty

	restored agent.Restored
	decided  session.Review
	count    int
}

func (t *taking) take(ctx context.Context) error {
	turn, c := t.view.turns[t.turn], t.change
	t.decided = t.view.reviewOf(t.turn, c.Path)
	p, err := t.parts(ctx, turn, c)
	if err != nil {
		return err
	}
	at, err := t.view.pathOf(ctx, t.turn, c)
	if err != nil {
		return err
	}
	after, _, err := t.view.as(ctx, t.turn, c)
	if err != nil {
		return err
	}
	if len(t.hunks) > 0 && len(p.hunks) == 0 && !slices.Equal(t.hunks, []string{session.WholeFile}) {
		return fmt.Errorf("hunks of %q: %w", c.Path, ErrNoChange)
	}
	all := len(t.hunks) == 0 || len(p.hunks) == 0
	switch {
	case all && at == c.Path && (after || len(p.hunks) == 0 && c.From == ""):
		return t.whole(ctx, turn, p)
	case len(p.hunks) > 0 && (c.From == "" || !all || at == c.From):
		return t.lines(ctx, turn, p, at)
	case c.From != "":
		return t.rename(ctx, turn, p, at)
	}
	t.conflict(c.Path, "it was renamed since")
	return nil
}

func (t *taking) conflict(path, reason string) {
	t.restored.Conflicts = append(t.restored.Conflicts, agent.Conflict{Path: path, Reason: reason})
}

// whole takes everything about a file back.
func (t *taking) whole(ctx context.Context, turn session.Turn, p *parts) error {
	paths := []string{t.change.Path}
	if t.change.From != "" {
		paths = append(paths, t.change.From)
	}
	done := t.agent.NoteRestore(paths...)
	defer func() { done(paths...) }()
	result, err := t.store.Restore(ctx, t.around.fill(checkpoint.RestoreRequest{
		ID: turn.Before, Verb: checkpoint.Agent, After: turn.After, Paths: paths,
	}))
	if err != nil {
		return err
	}
	t.note(result)
	for _, path := range result.Unknown {
		t.conflict(path, "it is not covered by the checkpoints")
	}
	if len(t.restored.Conflicts) == 0 {
		t.count = max(1, len(p.hunks))
		t.decided = session.Review{Path: t.change.Path, Rejected: []string{session.WholeFile}}
	}
	return nil
}

func (t *taking) note(result checkpoint.Result) {
	t.around.note(result)
	t.restored = restoredOf(result)
}

// lines takes hunks out of a file.
func (t *taking) lines(ctx context.Context, turn session.Turn, p *parts, at string) error {
	c := t.change
	now, content, err := t.view.now(ctx, at)
	if err != nil {
		return err
	}
	if !now.file() {
		t.conflict(at, reason(t.view.whyNoFile(t.turn, c, now)))
		return nil
	}
	_, before, after, err := t.sides(ctx, turn, c)
	if err != nil {
		return err
	}
	ids := idsOf(p.hunks)
	known, chosen := setOf(ids), setOf(t.hunks)
	for _, id := range t.hunks {
		if !known[id] {
			return fmt.Errorf("hunk %q of %q: %w", id, c.Path, ErrNoChange)
		}
	}
	// In the file's order and each once, however they were given.
	wanted := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return len(chosen) > 0 && !chosen[id] })
	without, stale, err := review.TakeBack(before, after, content, wanted)
	if errors.Is(err, review.ErrWhole) {
		without, stale, err = content, wanted, nil
	}
	if err != nil {
		return err
	}
	stays := setOf(stale)
	taken := slices.DeleteFunc(slices.Clone(wanted), func(id string) bool { return stays[id] })
	if sumOf(without) != now.hash {
		if err := t.patch(ctx, checkpoint.Patched{Path: at, Expect: now.hash, Saved: savedBelow(now), Content: without}); err != nil {
			return err
		}
	}
	if len(t.restored.Conflicts) > 0 {
		return nil // it has changed in this very moment
	}
	if len(stale) > 0 {
		t.conflict(at, staying(len(stale), len(wanted)))
	}
	t.count = len(taken)
	t.decided, _ = decided(t.decided, c.Path, ids, taken, session.Rejected)
	return nil
}

func idsOf(hunks []review.Hunk) []string {
	ids := make([]string, len(hunks))
	for i, h := range hunks {
		ids[i] = h.ID
	}
	return ids
}

// savedBelow is what the file below an editor's text is.
func savedBelow(now version) string {
	if now.unsaved {
		return now.saved
	}
	return ""
}

func staying(stale, wanted int) string {
	if wanted == 1 {
		return "its lines, or those next to them, were changed since"
	}
	return fmt.Sprintf("%d of %d changes stay: their lines, or those next to them, were changed since", stale, wanted)
}

// rename puts a file back under its old name, with what was changed in it since.
func (t *taking) rename(ctx context.Context, turn session.Turn, p *parts, at string) error {
	c := t.change
	now, content, err := t.view.now(ctx, at)
	if err != nil {
		return err
	}
	old, _, err := t.view.now(ctx, c.From)
	switch {
	case err != nil:
		return err
	case at == c.From:
		t.decided = session.Review{Path: c.Path, Rejected: []string{session.WholeFile}}
		return nil // it is under its old name already
	case at != c.Path:
		t.conflict(c.Path, "it was renamed again since")
		return nil
	case !now.file():
		t.conflict(c.Path, reason(t.view.whyNoFile(t.turn, c, now)))
		return nil
	case old.kind != "":
		t.conflict(c.From, "something else stands at its old path")
		return nil
	case now.unsaved:
		t.conflict(c.Path, "an editor holds changes of it that are not saved")
		return nil
	}
	if now.same(p.after) {
		return t.whole(ctx, turn, p)
	}
	var stale []string
	if len(p.hunks) > 0 {
		_, before, after, err := t.sides(ctx, turn, c)
		if err != nil {
			return err
		}
		if content, stale, err = review.TakeBack(before, after, content, idsOf(p.hunks)); err != nil {
			return err
		}
	}
	if err := t.patch(ctx,
		checkpoint.Patched{Path: c.From, Content: content, Mode: now.mode},
		checkpoint.Patched{Path: c.Path, Expect: now.hash, Delete: true},
	); err != nil {
		return err
	}
	if len(t.restored.Conflicts) > 0 {
		return nil
	}
	t.count = 1 + len(p.hunks) - len(stale)
	t.decided = session.Review{Path: c.Path, Rejected: []string{session.WholeFile}}
	if len(stale) > 0 {
		t.conflict(c.From, staying(len(stale), len(p.hunks)))
	}
	return nil
}

// patch writes files, with what editors hold of them.
func (t *taking) patch(ctx context.Context, files ...checkpoint.Patched) error {
	request := checkpoint.PatchRequest{Label: "before taking changes back", Files: files}
	paths := make([]string, len(files))
	for i, f := range files {
		paths[i] = f.Path
		for _, text := range t.around.unsaved {
			if text.Path == f.Path {
				request.Unsaved = append(request.Unsaved, text)
			}
		}
	}
	done := t.agent.NoteRestore(paths...)
	defer func() { done(paths...) }()
	result, err := t.store.Patch(ctx, request)
	if err != nil {
		return err
	}
	t.note(result)
	return nil
}

// reason is a sentence as the reason of a conflict.
func reason(why string) string {
	if why == "" {
		return "it was changed since"
	}
	why = strings.TrimSuffix(why, ".")
	if strings.HasPrefix(why, "Keel ") {
		return why
	}
	return strings.ToLower(why[:1]) + why[1:]
}
