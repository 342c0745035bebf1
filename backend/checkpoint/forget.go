package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
)

// Forget deletes the whole history of this workspace, pinned or not. The
// workspace is not touched. What restores displaced is gone as well. It needs no
// room on the disk.
func (s *Store) Forget(ctx context.Context) (Pruned, error) {
	release, err := s.begin(ctx)
	if err != nil {
		return Pruned{}, orFull(err)
	}
	defer release()
	out, err := s.forgetAll(ctx)
	return out, orFull(err)
}

func (s *Store) forgetAll(ctx context.Context) (Pruned, error) {
	before := s.size()
	out := Pruned{Removed: []string{}}
	var rows []meta.Row
	var journals []meta.Restore
	err := s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		if rows, err = tx.List(); err != nil {
			return err
		}
		journals, err = tx.Restores()
		return err
	})
	if err != nil {
		return Pruned{}, err
	}
	for _, row := range rows {
		out.Removed = append(out.Removed, row.ID)
	}
	segments := make([]uint32, len(s.marks))
	for i, m := range s.marks {
		segments[i] = m.Segment
	}
	err = s.withRoom(ctx, func() error { return s.forgetRows(out.Removed, segments, journals) })
	full := errors.Is(orFull(err), ErrFull)
	if err != nil && !full {
		return Pruned{}, err
	}
	if !full {
		s.marks = nil
	}
	// It is gone, or there is not even room to write that down. What follows only
	// gives back the room; should it fail, the next Open does it.
	if err := s.forgetContents(segments); err != nil {
		return out, fmt.Errorf("deleting history: %w", err)
	}
	if full {
		if err := s.forgetRows(out.Removed, segments, journals); err != nil {
			return out, err
		}
		s.marks = nil
	}
	if err := s.db.Shrink(); err != nil {
		return out, err
	}
	out.Freed = max(0, before-s.size())
	return out, nil
}

// forgetContents removes all that checkpoints have kept.
func (s *Store) forgetContents(segments []uint32) error {
	s.settling, s.work.dir, s.work.saved = nil, nil, nil
	s.nodes.clear()
	s.names.clear()
	if err := s.packs.Refresh(nil); err != nil {
		return err
	}
	for _, name := range append(s.leftAside(), cacheName, stageName) {
		if err := s.removeTree(filepath.Join(s.dir, name)); err != nil {
			return err
		}
	}
	if err := s.packs.Delete(segments); err != nil {
		return err
	}
	if err := s.faults.Before("make stages"); err != nil {
		return err
	}
	return os.MkdirAll(filepath.Join(s.dir, stageName), 0o700)
}

func (s *Store) forgetRows(ids []string, segments []uint32, journals []meta.Restore) error {
	s.last = nil
	defer s.listed()
	return s.db.Write(func(tx *meta.Tx) error {
		for _, j := range journals {
			if err := tx.RemoveRestore(j.ID); err != nil {
				return err
			}
		}
		if err := tx.Remove(ids); err != nil {
			return err
		}
		if err := tx.DropMarks(segments); err != nil {
			return err
		}
		if err := tx.SetDead(nil); err != nil {
			return err
		}
		if err := tx.SetPurging(false); err != nil {
			return err
		}
		return tx.RemoveProblems()
	})
}
