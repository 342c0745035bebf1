package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/keel-ide/keel/backend/atomicfile"
	"github.com/keel-ide/keel/backend/checkpoint/internal/fault"
	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
)

// On a disk without any room a store can still be opened and read, and its
// history deleted: deleting begins with what can be made again.

// orFull finds the sentinel for an error that says so.
func orFull(err error) error {
	if (atomicfile.IsFull(err) || errors.Is(err, meta.ErrFull)) && !errors.Is(err, ErrFull) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

// withRoom does what frees room, once more where there was none for it and some
// could be made.
func (s *Store) withRoom(ctx context.Context, work func() error) error {
	err := work()
	if !errors.Is(orFull(err), ErrFull) || fault.Stop(err) || !s.makeRoom(ctx) {
		return err
	}
	return work()
}

// makeRoom removes what only makes the next start faster, and tells whether
// there was any. The caller holds the lock, or is about to open the store.
func (s *Store) makeRoom(ctx context.Context) bool {
	paths, err := filepath.Glob(filepath.Join(s.dir, packsName, "*.idx*"))
	if err != nil {
		return false // the pattern is right
	}
	made := false
	for _, path := range append(paths, filepath.Join(s.dir, cacheName), filepath.Join(s.dir, cacheName+".new")) {
		if s.faults.Before("remove %s to make room", filepath.Base(path)) != nil {
			return false
		}
		made = os.Remove(path) == nil || made
	}
	s.work.saved = nil
	if made {
		s.o.Log.InfoContext(ctx, "there is no room on the disk: removed what can be made again", "store", s.dir)
	}
	return made
}
