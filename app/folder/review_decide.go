package folder

import (
	"context"
	"fmt"
	"path"
	"slices"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/session"
)

// Decide accepts changes or takes them back. Accepting, and taking an acceptance
// back, only notes it; rejecting changes files and is [agent.ErrRunning] while a
// turn of the session runs.
func (r *Review) Decide(ctx context.Context, d wire.ReviewDecision) (wire.ReviewResult, error) {
	if len(d.Hunks) > 0 && (d.TurnID == "" || d.Path == "") {
		return wire.ReviewResult{}, fmt.Errorf("deciding about hunks: %w", ErrNoChange)
	}
	switch d.Decision {
	case session.Rejected:
		return r.reject(ctx, d)
	case session.Accepted, session.Undecided:
		return r.accept(ctx, d)
	}
	return wire.ReviewResult{}, &wire.Error{Code: wire.CodeInvalid, Message: "This is not a decision that can be made; nothing was changed."}
}

// accept notes that changes are kept, or that nothing is decided about them.
func (r *Review) accept(ctx context.Context, d wire.ReviewDecision) (wire.ReviewResult, error) {
	result := wire.ReviewResult{Files: noFiles()}
	err := r.agent.Review(ctx, d.SessionID, false, func(s session.Session) (agent.Reviewed, error) {
		v := r.view(s)
		var done agent.Reviewed
		found := false
		for i, turn := range s.Turns {
			if d.TurnID != "" && turn.ID != d.TurnID {
				continue
			}
			if turn.Reverted != "" && d.TurnID == "" || len(turn.Changes) == 0 {
				continue
			}
			review, count, about, err := r.noted(ctx, v, i, d)
			if err != nil {
				return done, err
			}
			if found = found || about; about {
				done.Turns = append(done.Turns, review)
				result.Accepted += count
			}
		}
		if !found {
			return done, ErrNoChange
		}
		done.Title = acceptTitle(d, s.Turn(d.TurnID), result.Accepted)
		result.Title = done.Title
		if d.Decision == session.Undecided {
			result.Accepted = 0
		}
		return done, nil
	})
	return result, gone(err)
}

// noted is a turn's review once a decision is noted that changes no file, and how
// many hunks or files it is about.
func (r *Review) noted(ctx context.Context, v *view, i int, d wire.ReviewDecision) (review session.TurnReview, count int, about bool, err error) {
	turn := &v.turns[i]
	review = turn.Review()
	if d.Path == "" {
		for _, c := range turn.Changes {
			if was := v.reviewOf(i, c.Path); c.By.Agent() && !noted(was, session.WholeFile, d.Decision) {
				count++
			}
		}
		all := session.Review{Path: session.AllPaths}
		if d.Decision == session.Accepted {
			all.Accepted = []string{session.WholeFile}
		}
		if review.Decide(all); d.Decision == session.Undecided {
			review.Reviews = nil
		}
		return review, count, len(turn.Changes) > 0, nil
	}
	for j := range turn.Changes {
		c := &turn.Changes[j]
		at, err := v.pathOf(ctx, i, c)
		if err != nil {
			return review, 0, false, err
		}
		if !c.By.Agent() || c.Path != d.Path && (at != d.Path || d.TurnID != "") {
			continue
		}
		one, n, err := r.notedFile(ctx, v, i, c, d)
		if err != nil {
			return review, 0, false, err
		}
		review.Decide(one)
		count, about = count+n, true
	}
	return review, count, about, nil
}

// notedFile is what is decided about one file then.
func (r *Review) notedFile(ctx context.Context, v *view, i int, c *session.FileChange, d wire.ReviewDecision) (session.Review, int, error) {
	was := v.reviewOf(i, c.Path)
	p, err := r.parts(ctx, v.turns[i], c)
	if err != nil {
		return was, 0, err
	}
	ids := []string{session.WholeFile}
	if len(p.hunks) > 0 {
		ids = idsOf(p.hunks)
	}
	chosen := ids
	if len(d.Hunks) > 0 {
		chosen = d.Hunks
		known := setOf(ids)
		for _, id := range chosen {
			if !known[id] {
				return was, 0, fmt.Errorf("hunk %q of %q: %w", id, c.Path, ErrNoChange)
			}
		}
	}
	review, count := decided(was, c.Path, ids, chosen, d.Decision)
	return review, count, nil
}

// decided notes a decision about some of a file's hunks, ids, and counts those
// that it is new for.
func decided(was session.Review, path string, ids, chosen []string, decision session.Decision) (session.Review, int) {
	review, count := session.Review{Path: path}, 0
	about := setOf(chosen)
	for _, id := range ids {
		now := decisionOf(was, id)
		if about[id] {
			if now != decision {
				count++
			}
			now = decision
		}
		switch now {
		case session.Accepted:
			review.Accepted = append(review.Accepted, id)
		case session.Rejected:
			review.Rejected = append(review.Rejected, id)
		case session.Undecided:
		}
	}
	if len(review.Accepted) == len(ids) {
		review.Accepted = []string{session.WholeFile}
	}
	if len(review.Rejected) == len(ids) {
		review.Rejected = []string{session.WholeFile}
	}
	return review, count
}

func setOf(ids []string) map[string]bool {
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// decisionOf is what was decided about a hunk.
func decisionOf(d session.Review, id string) session.Decision {
	switch {
	case slices.Contains(d.Accepted, id):
		return session.Accepted
	case slices.Contains(d.Rejected, id):
		return session.Rejected
	case slices.Contains(d.Accepted, session.WholeFile):
		return session.Accepted
	case slices.Contains(d.Rejected, session.WholeFile):
		return session.Rejected
	}
	return session.Undecided
}

func noted(d session.Review, id string, decision session.Decision) bool {
	return decisionOf(d, id) == decision
}

// acceptTitle says what accepting has done.
func acceptTitle(d wire.ReviewDecision, turn *session.Turn, count int) string {
	verb := "Kept"
	if d.Decision == session.Undecided {
		verb = "Put back to be reviewed:"
	}
	return title(verb, d, turn, count)
}

// title says what an act is about.
func title(verb string, d wire.ReviewDecision, turn *session.Turn, count int) string {
	switch {
	case d.Path != "" && (len(d.Hunks) > 0 || count > 0):
		return fmt.Sprintf("%s %s in %s", verb, counted(count, "change"), path.Base(d.Path))
	case d.Path != "":
		return fmt.Sprintf("%s %s", verb, path.Base(d.Path))
	case turn != nil && turnTitle(*turn) != "":
		return fmt.Sprintf("%s %s of “%s”", verb, counted(count, "changed file"), shortened(turnTitle(*turn)))
	}
	return fmt.Sprintf("%s %s", verb, counted(count, "changed file"))
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// shortened is the beginning of a title that is to stand in another one.
func shortened(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// changedBy finds the agent's change of a path in a turn.
func changedBy(turn *session.Turn, path string) *session.FileChange {
	for j := range turn.Changes {
		if c := &turn.Changes[j]; c.By.Agent() && (c.Path == path || c.From == path && c.Kind == diff.Renamed) {
			return c
		}
	}
	return nil
}

func noFiles() wire.RestoreResult {
	return wire.RestoreResult{Conflicts: []wire.Conflict{}, Unknown: []string{}, Unsaved: []string{}}
}
