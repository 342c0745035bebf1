package folder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/review"
	"github.com/keel-ide/keel/backend/session"
)

// standing is where the parts of a change stand now.
type standing struct {
	path             string // of the file now
	pieces           []piece
	oldSize, newSize int64
}

// piece is a hunk, or what of a change is all or nothing.
type piece struct {
	review.Standing // without a hunk, the ID is session.WholeFile
	status          wire.ReviewStatus
	lines
	why string // it is stale
}

// whyLost is why nothing can be said of a turn.
const whyLost = "This turn's checkpoints were cleaned up, so it cannot be compared with the file any more."

// standing finds out where a change of a turn stands.
func (r *Review) standing(ctx context.Context, v *view, i int, c *session.FileChange) (standing, error) {
	out, err := r.findStanding(ctx, v, i, c)
	if lost(err) {
		return alone(c, v.reviewOf(i, c.Path), review.Stale, whyLost), nil
	}
	return out, err
}

// lost tells whether a checkpoint is gone, which some of what is remembered may
// not show.
func lost(err error) bool {
	return errors.Is(err, checkpoint.ErrNotFound) || errors.Is(err, checkpoint.ErrDamaged)
}

func (r *Review) findStanding(ctx context.Context, v *view, i int, c *session.FileChange) (standing, error) {
	p, err := r.parts(ctx, v.turns[i], c)
	if err != nil {
		return standing{}, err
	}
	path, err := v.pathOf(ctx, i, c)
	if err != nil {
		return standing{}, err
	}
	after, before, err := v.as(ctx, i, c)
	if err != nil {
		return standing{}, err
	}
	var out standing
	switch {
	case len(p.hunks) == 0:
		out, err = r.wholeStanding(ctx, v, i, c, p, path, after, before)
	case after && path == c.Path:
		out = all(p.hunks, review.There)
	case before && (path == c.Path || path == c.From):
		out = all(p.hunks, review.Gone)
	default:
		out, err = r.hunksStanding(ctx, v, i, c, p, path)
	}
	if err != nil {
		return standing{}, err
	}
	if c.From != "" && len(p.hunks) > 0 {
		renamed, err := r.wholeStanding(ctx, v, i, c, p, path, after, before)
		if err != nil {
			return standing{}, err
		}
		renamed.pieces[0].lines = lines{} // they are in the hunks
		out.pieces = append(out.pieces, renamed.pieces...)
	}
	decided := v.reviewOf(i, c.Path)
	for n := range out.pieces {
		out.pieces[n].decide(decided)
	}
	out.path, out.oldSize, out.newSize = path, p.before.size, p.after.size
	return out, nil
}

// decide sets the status that the user's decision makes of the state. What was
// rejected is so also when its old lines were changed again since.
func (p *piece) decide(d session.Review) {
	decision := decisionOf(d, p.ID)
	switch {
	case p.State == review.Gone, p.State == review.Stale && decision == session.Rejected:
		p.status, p.why = wire.ReviewRejected, ""
	case decision == session.Accepted:
		p.status, p.why = wire.ReviewAccepted, ""
	case p.State == review.There:
		p.status, p.why = wire.ReviewPending, ""
	default:
		p.status = wire.ReviewStale
	}
}

// alone is a change that is all or nothing.
func alone(c *session.FileChange, d session.Review, state review.State, why string) standing {
	one := piece{
		Standing: review.Standing{Hunk: review.Hunk{ID: session.WholeFile}, State: state},
		lines:    lines{c.Added, c.Removed}, why: why,
	}
	one.decide(d)
	return standing{path: c.Path, pieces: []piece{one}}
}

// all is a file whose hunks all stand as they were made, or are all gone.
func all(hunks []review.Hunk, state review.State) standing {
	out := standing{pieces: make([]piece, len(hunks))}
	for i, h := range hunks {
		s := review.Standing{Hunk: h, State: state, Start: h.NewStart, Lines: h.NewLines}
		if state == review.Gone {
			s.Start, s.Lines = h.OldStart, h.OldLines
		}
		out.pieces[i] = piece{Standing: s, lines: lines{h.NewLines, h.OldLines}}
	}
	return out
}

// wholeStanding finds out whether a change that is all or nothing still stands.
func (r *Review) wholeStanding(
	ctx context.Context, v *view, i int, c *session.FileChange, p *parts, path string, after, before bool,
) (standing, error) {
	state := func(state review.State, why string) (standing, error) {
		return alone(c, session.Review{}, state, why), nil
	}
	switch {
	case p.before.kind == checkpoint.KindUncaptured || p.after.kind == checkpoint.KindUncaptured:
		return state(review.Stale, "The turn's checkpoints do not hold this file, so it cannot be taken back.")
	case after && path == c.Path:
		return state(review.There, "")
	case before && (path == c.Path || path == c.From):
		return state(review.Gone, "")
	case p.before.large || p.after.large:
		return state(review.Stale, "It is too large to be compared, and was changed since.")
	}
	now, _, err := v.now(ctx, path)
	if err != nil {
		return standing{}, err
	}
	if c.From != "" {
		old, _, err := v.now(ctx, c.From)
		switch {
		case err != nil:
			return standing{}, err
		case path == c.From, old.kind != "" && now.kind == "":
			return state(review.Gone, "")
		case path == c.Path && now.file() && old.kind == "":
			return state(review.There, "")
		}
		return state(review.Stale, v.whyWhole(i, c, now))
	}
	modes := p.before.same(p.after)
	switch {
	case now.same(p.after) && (!modes || now.mode == p.after.mode):
		return state(review.There, "")
	case now.same(p.before) && (!modes || now.mode == p.before.mode):
		return state(review.Gone, "")
	}
	return state(review.Stale, v.whyWhole(i, c, now))
}

// hunksStanding finds the hunks of a change in the file as it is now.
func (r *Review) hunksStanding(ctx context.Context, v *view, i int, c *session.FileChange, p *parts, path string) (standing, error) {
	now, content, err := v.now(ctx, path)
	if err != nil {
		return standing{}, err
	}
	if !now.file() {
		out := all(p.hunks, review.Stale)
		for n := range out.pieces {
			out.pieces[n].why = v.whyNoFile(i, c, now)
		}
		return out, nil
	}
	found, err := r.locate(ctx, v.turns[i], c, now, content)
	if err != nil {
		return standing{}, err
	}
	out := standing{pieces: make([]piece, len(found))}
	for n, s := range found {
		out.pieces[n] = piece{Standing: s, lines: lines{s.NewLines, s.OldLines}}
		if s.State == review.Stale {
			out.pieces[n].Start, out.pieces[n].Lines = s.NewStart, s.NewLines
		}
	}
	return out, r.explain(ctx, v, i, c, content, out.pieces)
}

// Why a change is not as it was made.
const (
	whyLater     = "It was changed again in a later message."
	whySince     = "It was changed since."
	whyRewritten = "These lines were changed since."
	whyLines     = "These lines were changed again in a later message."
	whyDeleted   = "The file was deleted since."
	whyGoneLater = "The file was deleted in a later message."
	whyFolder    = "A folder stands at its path now."
	whyLink      = "A link stands at its path now."
	whyBinary    = "The file is binary now, so its lines cannot be compared."
	whyEncoding  = "The file's encoding was changed since."
	whyEndings   = "The file's line endings were changed since."
)

// explain says of stale hunks why they are.
func (r *Review) explain(ctx context.Context, v *view, i int, c *session.FileChange, now []byte, pieces []piece) error {
	if !slices.ContainsFunc(pieces, func(p piece) bool { return p.State == review.Stale }) {
		return nil
	}
	_, before, after, err := r.sides(ctx, v.turns[i], c)
	if err != nil {
		return err
	}
	why := ""
	switch {
	case diff.IsBinary(now) && !diff.IsBinary(after) && !wide(now):
		why = whyBinary
	case wide(now) != wide(after), utf8.Valid(now) != utf8.Valid(after):
		why = whyEncoding
	}
	later, err := r.later(ctx, v, i, c, before, after)
	if err != nil {
		return err
	}
	otherEndings := map[string]bool{}
	if bytes.Contains(now, []byte("\r\n")) != bytes.Contains(after, []byte("\r\n")) {
		if found, err := review.Locate(plain(before), plain(after), plain(now)); err == nil && len(found) == len(pieces) {
			for n, s := range found {
				otherEndings[pieces[n].ID] = s.State == review.There
			}
		}
	}
	for n := range pieces {
		p := &pieces[n]
		switch {
		case p.State != review.Stale:
		case why != "":
			p.why = why
		case otherEndings[p.ID]:
			p.why = whyEndings
		case later[p.ID]:
			p.why = whyLines
		default:
			p.why = whyRewritten
		}
	}
	return nil
}

// wide tells whether a text is marked as UTF-16.
func wide(text []byte) bool {
	return bytes.HasPrefix(text, []byte{0xff, 0xfe}) || bytes.HasPrefix(text, []byte{0xfe, 0xff})
}

func plain(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }

// later lists the hunks of a change that a later turn has made stale.
func (r *Review) later(ctx context.Context, v *view, i int, c *session.FileChange, before, after []byte) (map[string]bool, error) {
	stale := map[string]bool{}
	path := c.Path
	for j := i + 1; j < len(v.turns); j++ {
		turn := v.turns[j]
		at := slices.IndexFunc(turn.Changes, func(o session.FileChange) bool {
			return o.By.Agent() && (o.Path == path || o.From == path)
		})
		if at < 0 || turn.Reverted != "" {
			continue
		}
		path = turn.Changes[at].Path
		_, was, is, err := r.sides(ctx, turn, &turn.Changes[at])
		if lost(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		then, err := review.Locate(before, after, was)
		if err != nil {
			return nil, err
		}
		found, err := review.Locate(before, after, is)
		if err != nil {
			return nil, err
		}
		for n := range found {
			stale[found[n].ID] = stale[found[n].ID] || found[n].State == review.Stale && then[n].State != review.Stale
		}
	}
	return stale, nil
}

// again tells whether a later turn's agent changed a file once more.
func (v *view) again(i int, c *session.FileChange) (session.FileChange, bool) {
	path := c.Path
	var last session.FileChange
	found := false
	for _, turn := range v.turns[i+1:] {
		for _, o := range turn.Changes {
			if turn.Reverted == "" && o.By.Agent() && (o.Path == path || o.From == path) {
				path, last, found = o.Path, o, true
			}
		}
	}
	return last, found
}

func (v *view) whyWhole(i int, c *session.FileChange, now version) string {
	if why := v.whyNoFile(i, c, now); why != "" && c.Kind != diff.Deleted {
		return why
	}
	if _, again := v.again(i, c); again {
		return whyLater
	}
	return whySince
}

// whyNoFile says what stands in a file's place; nothing where a file does.
func (v *view) whyNoFile(i int, c *session.FileChange, now version) string {
	switch now.kind {
	case "":
		if last, again := v.again(i, c); again && last.Kind == diff.Deleted {
			return whyGoneLater
		}
		return whyDeleted
	case checkpoint.KindFolder:
		return whyFolder
	case checkpoint.KindSymlink:
		return whyLink
	case checkpoint.KindFile:
		return ""
	case checkpoint.KindSpecial, checkpoint.KindUncaptured:
	}
	return fmt.Sprintf("Keel cannot compare what stands at its path now: %s.", now.why)
}
