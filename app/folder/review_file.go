package folder

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/review"
	"github.com/keel-ide/keel/backend/session"
)

// mostOld is how much of the lines that stood in a hunk's place is shown.
const mostOld = 64 << 10

// File returns what the agent changed in a file, by lines as they are now.
func (r *Review) File(ctx context.Context, request wire.FileReviewRequest) (wire.FileReview, error) {
	_, around, err := withEditors(ctx, wire.RestoreRequest{Unsaved: request.Unsaved})
	if err != nil {
		return wire.FileReview{}, err
	}
	state, err := r.agent.Session(ctx, request.SessionID)
	if err != nil {
		return wire.FileReview{}, err
	}
	v := r.view(state).hold(around.unsaved)
	out := wire.FileReview{Path: request.Path, Hunks: []wire.ReviewHunk{}, Whole: []wire.ReviewWhole{}}
	for i, turn := range state.Turns {
		for j := range turn.Changes {
			c := &turn.Changes[j]
			if !c.By.Agent() {
				continue
			}
			if at, err := v.pathOf(ctx, i, c); err != nil {
				return out, err
			} else if at != request.Path && c.Path != request.Path && c.From != request.Path {
				continue
			}
			if err := r.addFile(ctx, v, i, c, &out); err != nil {
				return out, err
			}
		}
	}
	slices.SortStableFunc(out.Hunks, func(a, b wire.ReviewHunk) int { return cmp.Compare(a.Start, b.Start) })
	return out, nil
}

// addFile adds what one turn changed in a file.
func (r *Review) addFile(ctx context.Context, v *view, i int, c *session.FileChange, out *wire.FileReview) error {
	turn := v.turns[i]
	found, err := r.standing(ctx, v, i, c)
	if err != nil {
		return err
	}
	p, err := r.parts(ctx, turn, c)
	if err != nil {
		p = &parts{} // the piece says so
	}
	var old []string
	if len(p.hunks) > 0 {
		_, before, _, err := r.sides(ctx, turn, c)
		if err != nil && !lost(err) {
			return err
		}
		old = review.Lines(before)
	}
	for _, one := range found.pieces {
		if one.ID == session.WholeFile {
			out.Whole = append(out.Whole, wire.ReviewWhole{TurnID: turn.ID, Status: one.status, What: what(c, p), Why: one.why})
			continue
		}
		out.Hunks = append(out.Hunks, wire.ReviewHunk{
			TurnID: turn.ID, ID: one.ID, Status: one.status, Start: one.Start, Lines: one.Lines, Old: oldLines(old, one.Hunk),
			OldStart: one.OldStart, OldLines: one.OldLines, NewStart: one.NewStart, NewLines: one.NewLines, Why: one.why,
		})
	}
	return nil
}

// oldLines is what stood in a hunk's place.
func oldLines(before []string, h review.Hunk) string {
	from := min(max(0, h.OldStart-1), len(before))
	var text strings.Builder
	for _, line := range before[from:min(from+h.OldLines, len(before))] {
		if text.Len()+len(line) > mostOld {
			break
		}
		text.WriteString(line)
	}
	return text.String()
}

// what says what a change did that is all or nothing.
func what(c *session.FileChange, p *parts) string {
	switch {
	case c.Kind == diff.Added:
		return "The file was created."
	case c.Kind == diff.Deleted:
		return "The file was deleted."
	case c.From != "":
		return fmt.Sprintf("The file was renamed; it was %s.", c.From)
	case p.before.kind == "" || p.after.kind == "":
		return "The file was changed."
	case p.before.kind != p.after.kind:
		return fmt.Sprintf("A %s was put in the place of a %s.", kindName(p.after.kind), kindName(p.before.kind))
	case p.before.same(p.after):
		return fmt.Sprintf("The permissions were changed from %04o to %04o.", p.before.mode, p.after.mode)
	case p.after.kind == checkpoint.KindSymlink:
		return fmt.Sprintf("The link led to %s, and now leads to %s.", p.before.target, p.after.target)
	case c.TooLarge:
		return fmt.Sprintf("The file is too large to be compared by lines; it had %d bytes and now has %d.", p.before.size, p.after.size)
	}
	return fmt.Sprintf("The file cannot be compared by lines; it had %d bytes and now has %d.", p.before.size, p.after.size)
}

func kindName(kind checkpoint.Kind) string {
	switch kind {
	case checkpoint.KindFile:
		return "file"
	case checkpoint.KindFolder:
		return "folder"
	case checkpoint.KindSymlink:
		return "link"
	case checkpoint.KindSpecial, checkpoint.KindUncaptured:
	}
	return "special file"
}
