// Package change tells a person which files changed between two checkpoints,
// and by how many lines.
//
// It promises to list every file and link that differs, whatever changed it,
// in the order of their paths, and never to change anything. Folders are not
// listed, nor is what either side does not cover. The checkpoints themselves
// come from outside.
package change

import (
	"context"
	"errors"
	"fmt"

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
// where it was renamed.
type FileChange struct {
	Path     string    `json:"path"`
	From     string    `json:"from,omitempty"` // the old path of a renamed file
	Kind     diff.Kind `json:"kind"`
	Added    int       `json:"added"`
	Removed  int       `json:"removed"`
	Binary   bool      `json:"binary,omitempty"`
	TooLarge bool      `json:"tooLarge,omitempty"`
}

// Sets computes change sets.
type Sets struct{ checkpoints Checkpoints }

// New returns change sets between the states of checkpoints.
func New(checkpoints Checkpoints) *Sets { return &Sets{checkpoints} }

// Compute lists the files that differ between two checkpoints; an empty after
// is the disk as it is now.
func (s *Sets) Compute(ctx context.Context, before, after string) ([]FileChange, error) {
	changes, err := s.checkpoints.Diff(ctx, before, after)
	if err != nil {
		return nil, err
	}
	out := make([]FileChange, 0, len(changes))
	for _, c := range changes {
		if !isFile(c.OldKind) && !isFile(c.NewKind) {
			continue
		}
		file, err := s.File(ctx, before, after, c.From, c.Path)
		if err != nil {
			return nil, fmt.Errorf("comparing %q: %w", c.Path, err)
		}
		out = append(out, FileChange{
			Path: c.Path, From: c.From, Kind: file.Kind,
			Added: file.Added, Removed: file.Removed, Binary: file.Binary, TooLarge: file.TooLarge,
		})
	}
	return out, nil
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
