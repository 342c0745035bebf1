package checkpoint

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
)

// Forget deletes the whole history of this workspace, pinned or not. The
// workspace is not touched. What restores displaced is gone as well.
func (s *Store) Forget(ctx context.Context) (Pruned, error) {
	release, err := s.begin(ctx)
	if err != nil {
		return Pruned{}, err
	}
	defer release()
	before := s.size()
	out := Pruned{Removed: []string{}}
	var rows []meta.Row
	var journals []meta.Restore
	err = s.db.Read(ctx, func(tx *meta.Tx) (err error) {
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
	if err := s.forgetRows(out.Removed, journals); err != nil {
		return Pruned{}, err
	}
	// It is gone; what follows only gives back the room. Should that fail, the
	// next Open does it.
	segments := make([]uint32, len(s.marks))
	for i, m := range s.marks {
		segments[i] = m.Segment
	}
	s.marks, s.settling, s.work.dir, s.work.saved = nil, nil, nil, nil
	s.nodes.clear()
	if err := s.packs.Refresh(nil); err != nil {
		return out, fmt.Errorf("deleting history: %w", err)
	}
	for _, name := range append(s.leftAside(), cacheName, stageName) {
		if err := s.removeTree(filepath.Join(s.dir, name)); err != nil {
			return out, fmt.Errorf("deleting history: %w", err)
		}
	}
	if err := s.faults.Before("make stages"); err != nil {
		return out, err
	}
	if err := os.MkdirAll(filepath.Join(s.dir, stageName), 0o700); err != nil {
		return out, fmt.Errorf("deleting history: %w", err)
	}
	if err := s.packs.Delete(segments); err != nil {
		return out, fmt.Errorf("deleting history: %w", err)
	}
	if err := s.db.Shrink(); err != nil {
		return out, err
	}
	out.Freed = max(0, before-s.size())
	return out, nil
}

func (s *Store) forgetRows(ids []string, journals []meta.Restore) error {
	s.last = nil
	return s.db.Write(func(tx *meta.Tx) error {
		for _, j := range journals {
			if err := tx.RemoveRestore(j.ID); err != nil {
				return err
			}
		}
		for _, id := range ids {
			if err := tx.Remove(id); err != nil {
				return err
			}
		}
		segments := make([]uint32, len(s.marks))
		for i, m := range s.marks {
			segments[i] = m.Segment
		}
		if err := tx.DropMarks(segments); err != nil {
			return err
		}
		if err := tx.SetDead(nil); err != nil {
			return err
		}
		return tx.RemoveProblems()
	})
}

// leftAside lists what older versions and rescues left.
func (s *Store) leftAside() []string {
	listed, err := os.ReadDir(s.dir)
	if err != nil {
		return nil
	}
	var out []string
	for _, one := range listed {
		if one.IsDir() && (strings.HasPrefix(one.Name(), "lost-") || strings.HasPrefix(one.Name(), "format-")) {
			out = append(out, one.Name())
		}
	}
	return out
}
