// Package change tells a person which files changed between two checkpoints,
// and by how many lines.
//
// # Promises
//
// Every file and link that differs is listed, whatever changed it, in the order of
// their paths, and nothing is ever changed. A file that is gone and one that came
// in its place with most of its lines are one that was renamed. Folders are not
// listed, nor is what either side does not cover. The checkpoints themselves come
// from outside.
package change

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sourcegraph/conc/pool"

	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/diff"
)

// Checkpoints is where states come from; an empty id is the disk as it is now.
// [checkpoint.Store] is one.
type Checkpoints interface {
	Diff(ctx context.Context, from, to string) ([]checkpoint.Change, error)
	ReadFile(ctx context.Context, id, path string) ([]byte, checkpoint.Entry, error)
}

// FileChange is one file that differs. Added and Removed count lines, and are 0
// where the file is Binary or TooLarge, where only its permissions changed, and
// where it was only renamed. Sizes are in bytes, 0 where there is no file.
type FileChange struct {
	Path     string    `json:"path"`
	From     string    `json:"from,omitempty"` // the old path of a renamed file
	Kind     diff.Kind `json:"kind"`
	Added    int       `json:"added"`
	Removed  int       `json:"removed"`
	Binary   bool      `json:"binary,omitempty"`
	TooLarge bool      `json:"tooLarge,omitempty"` // its lines were not compared
	OldSize  int64     `json:"oldSize,omitempty"`
	NewSize  int64     `json:"newSize,omitempty"`
	// OldMode and NewMode are the permission bits of a file where they differ;
	// else both are 0.
	OldMode uint32 `json:"oldMode,omitempty"`
	NewMode uint32 `json:"newMode,omitempty"`
}

// Sets computes change sets.
type Sets struct{ checkpoints Checkpoints }

// New returns change sets between the states of checkpoints.
func New(checkpoints Checkpoints) *Sets { return &Sets{checkpoints} }

// atOnce is how many files are compared side by side: enough to keep reading
// while comparing, and few enough for the memory that large ones need.
const atOnce = 8

// Compute lists the files that differ between two checkpoints; an empty after
// is the disk as it is now. A file that is larger than [diff.MaxBytes] on one
// side is not read.
func (s *Sets) Compute(ctx context.Context, before, after string) ([]FileChange, error) {
	changes, err := s.checkpoints.Diff(ctx, before, after)
	if err != nil {
		return nil, err
	}
	changes = slices.DeleteFunc(changes, func(c checkpoint.Change) bool { return !isFile(c.OldKind) && !isFile(c.NewKind) })
	found := make([]compared, len(changes))
	likely := mayBeRenamed(changes)
	work := pool.New().WithContext(ctx).WithCancelOnError().WithFirstError().WithMaxGoroutines(atOnce)
	for i, c := range changes {
		work.Go(func(ctx context.Context) (err error) {
			found[i], err = s.compare(ctx, before, after, c, likely[i])
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	return withRenames(found), nil
}

// compared is a file that was compared, and of one that may be half of a rename
// the content.
type compared struct {
	FileChange
	content string
}

func (s *Sets) compare(ctx context.Context, before, after string, c checkpoint.Change, likely bool) (compared, error) {
	if err := ctx.Err(); err != nil {
		return compared{}, err
	}
	out := compared{FileChange: FileChange{Path: c.Path, From: c.From, Kind: c.Kind}}
	if isFile(c.OldKind) {
		out.OldSize = c.OldSize
	}
	if isFile(c.NewKind) {
		out.NewSize = c.NewSize
	}
	if c.OldKind == checkpoint.KindFile && c.NewKind == checkpoint.KindFile && c.OldMode != c.NewMode {
		out.OldMode, out.NewMode = c.OldMode, c.NewMode
	}
	if max(out.OldSize, out.NewSize) > diff.MaxBytes {
		out.TooLarge, out.Kind = true, kindOf(c)
		return out, nil
	}
	var sides [2][]byte
	for i, side := range []struct {
		id, path string
		kind     checkpoint.Kind
	}{{before, cmp.Or(c.From, c.Path), c.OldKind}, {after, c.Path, c.NewKind}} {
		if !isFile(side.kind) {
			continue
		}
		content, err := s.read(ctx, side.id, side.path)
		if err != nil {
			return compared{}, fmt.Errorf("comparing %q: %w", c.Path, err)
		}
		sides[i] = content
	}
	file := diff.Compute(c.Path, sides[0], sides[1])
	out.Added, out.Removed, out.Binary, out.TooLarge = file.Added, file.Removed, file.Binary, file.TooLarge
	if out.Kind = file.Kind; c.From != "" {
		out.Kind = diff.Renamed
	}
	if likely && !file.Binary && !file.TooLarge {
		out.content = string(sides[0]) + string(sides[1]) // one of them is not there
	}
	return out, nil
}

// kindOf is what happened to a path as a file: what became a folder is gone.
func kindOf(c checkpoint.Change) diff.Kind {
	switch {
	case c.From != "":
		return diff.Renamed
	case !isFile(c.OldKind):
		return diff.Added
	case !isFile(c.NewKind):
		return diff.Deleted
	}
	return diff.Modified
}

// File compares one path's content in two states with all its lines, as
// [diff.Compute] does. A path that is no file on one side is absent there. from
// is the path before, path itself when empty.
func (s *Sets) File(ctx context.Context, before, after, from, path string) (diff.File, error) {
	if from == "" {
		from = path
	}
	old, err := s.read(ctx, before, from)
	if err != nil {
		return diff.File{}, err
	}
	now, err := s.read(ctx, after, path)
	if err != nil {
		return diff.File{}, err
	}
	file := diff.Compute(path, old, now)
	if from != path {
		file.From, file.Kind = from, diff.Renamed
	}
	return file, nil
}

// read returns nil where there is no file; an empty file is not nil.
func (s *Sets) read(ctx context.Context, id, path string) ([]byte, error) {
	content, _, err := s.checkpoints.ReadFile(ctx, id, path)
	switch {
	case errors.Is(err, checkpoint.ErrNotInCheckpoint) || errors.Is(err, checkpoint.ErrNotFile):
		return nil, nil
	case err != nil:
		return nil, err
	case content == nil:
		return []byte{}, nil
	}
	return content, nil
}

func isFile(kind checkpoint.Kind) bool {
	return kind == checkpoint.KindFile || kind == checkpoint.KindSymlink
}
