package folder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/session"
)

// fewPaths is up to how many files of a turn are looked at one by one to find out
// whether they are as a checkpoint has them; of more, everything is compared.
const fewPaths = 16

// view is a session's changes beside the workspace as it is now. It is good for
// one answer.
type view struct {
	review  *Review
	turns   []session.Turn
	decided []map[string]session.Review
	unsaved map[string][]byte // what editors hold

	looked bool                         // for the two that follow
	newest string                       // the last checkpoint of the last turn that has one
	disk   map[string]bool              // what differs from it now; nil where that is not known
	moved  map[string]string            // and was renamed, by its old path
	since  map[int]*since               // by turn
	passed map[string]map[string]string // renames of turns, by turn: where a path went to
	back   map[[2]string]bool           // of those: whether it has its old name again
}

// since is what may have changed since a turn's two checkpoints: a path that is
// not in it is exactly as it was.
type since struct{ before, after map[string]bool }

func (r *Review) view(state session.Session) *view {
	v := &view{review: r, turns: state.Turns, unsaved: map[string][]byte{}, since: map[int]*since{}, passed: map[string]map[string]string{}, back: map[[2]string]bool{}}
	v.decided = make([]map[string]session.Review, len(state.Turns))
	for i, turn := range state.Turns {
		v.decided[i] = make(map[string]session.Review, len(turn.Reviews))
		for _, one := range turn.Reviews {
			v.decided[i][one.Path] = one
		}
		for _, c := range turn.Changes {
			if c.Kind == diff.Renamed && turn.Reverted == "" {
				if v.passed[turn.ID] == nil {
					v.passed[turn.ID] = map[string]string{}
				}
				v.passed[turn.ID][c.From] = c.Path
			}
		}
		if turn.After != "" && len(turn.Changes) > 0 {
			v.newest = turn.After
		}
	}
	return v
}

// hold lets the view count what editors hold as what stands at its paths.
func (v *view) hold(texts []checkpoint.Unsaved) *view {
	for _, text := range texts {
		v.unsaved[text.Path] = text.Content
	}
	return v
}

// reviewOf is what was decided about a path of a turn.
func (v *view) reviewOf(turn int, path string) session.Review {
	if own, ok := v.decided[turn][path]; ok {
		return own
	}
	all := v.decided[turn][session.AllPaths]
	return session.Review{Path: path, Accepted: all.Accepted, Rejected: all.Rejected}
}

// look compares the disk with the last checkpoint of all.
func (v *view) look(ctx context.Context) error {
	if v.looked || v.newest == "" {
		return nil
	}
	v.looked, v.moved = true, map[string]string{}
	changes, err := v.review.store.Diff(ctx, v.newest, "")
	if errors.Is(err, checkpoint.ErrNotFound) {
		return nil // cleaned up: each file is looked at
	}
	if err != nil {
		return err
	}
	v.disk = make(map[string]bool, len(changes))
	for _, c := range changes {
		v.disk[c.Path] = true
		if c.From != "" {
			v.disk[c.From] = true
			v.moved[c.From] = c.Path
		}
	}
	return nil
}

// sinceTurn finds out what may have changed since a turn; nil where everything may.
func (v *view) sinceTurn(ctx context.Context, i int) (*since, error) {
	if known, ok := v.since[i]; ok {
		return known, nil
	}
	s, err := v.findSince(ctx, v.turns[i])
	if errors.Is(err, checkpoint.ErrNotFound) {
		s, err = nil, nil
	}
	if err == nil {
		v.since[i] = s
	}
	return s, err
}

func (v *view) findSince(ctx context.Context, turn session.Turn) (*since, error) {
	if err := v.look(ctx); err != nil || v.disk == nil {
		return nil, err
	}
	hits := 0
	for _, c := range turn.Changes {
		if v.disk[c.Path] || c.From != "" && v.disk[c.From] {
			hits++
			if c.TooLarge {
				hits += fewPaths // it is not to be read
			}
		}
	}
	var s since
	var err error
	if hits > fewPaths {
		if s.before, err = v.review.differNow(ctx, turn.Before, ""); err != nil {
			return nil, err
		}
		s.after, err = v.review.differNow(ctx, turn.After, "")
		return &s, err
	}
	before, err := v.review.differ(ctx, turn.Before, v.newest)
	if err != nil {
		return nil, err
	}
	after, err := v.review.differ(ctx, turn.After, v.newest)
	if err != nil {
		return nil, err
	}
	s.before, s.after = map[string]bool{}, map[string]bool{}
	for _, c := range turn.Changes {
		for _, path := range []string{c.Path, c.From} {
			s.before[path] = before[path] || v.disk[path]
			s.after[path] = after[path] || v.disk[path]
		}
	}
	return &s, nil
}

// as tells whether a change is for sure still as its turn made it, or as it was
// before the turn.
func (v *view) as(ctx context.Context, i int, c *session.FileChange) (after, before bool, err error) {
	s, err := v.sinceTurn(ctx, i)
	if err != nil || s == nil {
		return false, false, err
	}
	for _, path := range []string{c.Path, c.From} {
		if _, held := v.unsaved[path]; held {
			return false, false, nil
		}
	}
	after = !s.after[c.Path] && (c.From == "" || !s.after[c.From])
	before = !s.before[c.Path] && (c.From == "" || !s.before[c.From])
	return after, before, nil
}

// path is where a file of a turn is now, as far as renames tell.
func (v *view) path(ctx context.Context, i int, path string) (string, error) {
	if err := v.look(ctx); err != nil {
		return "", err
	}
	for _, turn := range v.turns[i+1:] {
		to, moved := v.passed[turn.ID][path]
		if !moved {
			continue
		}
		back, err := v.isBack(ctx, path, to)
		if err != nil {
			return "", err
		}
		if !back {
			path = to
		}
	}
	if to, moved := v.moved[path]; moved {
		path = to
	}
	return path, nil
}

// pathOf is where the file of a change is now.
func (v *view) pathOf(ctx context.Context, i int, c *session.FileChange) (string, error) {
	path, err := v.path(ctx, i, c.Path)
	if err != nil || c.From == "" {
		return path, err
	}
	if back, err := v.isBack(ctx, c.From, path); err != nil || back {
		return c.From, err
	}
	return path, nil
}

// isBack tells whether a file that was renamed has its old name again.
func (v *view) isBack(ctx context.Context, from, to string) (bool, error) {
	key := [2]string{from, to}
	if known, ok := v.back[key]; ok {
		return known, nil
	}
	there, _, err := v.review.read(ctx, "", from)
	if err != nil {
		return false, err
	}
	moved, _, err := v.review.read(ctx, "", to)
	if err != nil {
		return false, err
	}
	v.back[key] = there.kind != "" && moved.kind == ""
	return v.back[key], nil
}

// now is what stands at a path, with its content where it is a file or a link.
func (v *view) now(ctx context.Context, path string) (version, []byte, error) {
	onDisk, content, err := v.review.read(ctx, "", path)
	if err != nil {
		return version{}, nil, err
	}
	text, held := v.unsaved[path]
	if !held || onDisk.file() && onDisk.hash == sumOf(text) {
		return onDisk, content, nil
	}
	return version{
		kind: checkpoint.KindFile, hash: sumOf(text), mode: onDisk.mode, size: int64(len(text)), unsaved: true, saved: onDisk.hash,
	}, text, nil
}

func sumOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
