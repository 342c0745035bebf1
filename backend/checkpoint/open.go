package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/keel-ide/keel/backend/atomicfile"
	"github.com/keel-ide/keel/backend/checkpoint/internal/fault"
	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
	"github.com/keel-ide/keel/backend/event"
)

// Where things lie in a store.
const (
	formatName    = "format"
	format        = "keel checkpoints 2\n"
	formatPattern = "keel checkpoints %d\n"
	databaseName  = "meta.db"
	packsName     = "packs"
	stageName     = "stage"
	cacheName     = "statcache"
	lockName      = "lock"
)

// Open opens the store in dir, made where it is missing, for the workspace at
// root. Both are absolute. A restore that a crash cut off is finished or
// dropped, and a purge erases what it has left, unless another process is at
// work: then the next operation does it.
//
// The error is [ErrNewer] for a store of a later version, for which there is
// [SetAside], [ErrReadOnly] where it cannot be written to, [ErrFull] where there
// is no room to make or even read it, and [ErrNoRecord] where its database is
// lost or damaged, for which there is [Rescue].
func Open(ctx context.Context, dir, root string, o Options) (*Store, error) {
	o = o.withDefaults()
	if info, err := os.Stat(root); err != nil {
		return nil, fmt.Errorf("opening workspace: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("opening workspace %q: not a folder", root)
	}
	s := &Store{
		dir: dir, root: root, o: o, faults: o.Faults.calls(), busy: make(chan struct{}, 1),
		nodes: newNodeCache(), names: newLookups(), feed: event.New[Event](256), ending: make(chan struct{}),
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(orFull(err), s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	err := s.prepareStore()
	if err == nil {
		err = s.openRecords()
	}
	if errors.Is(orFull(err), ErrFull) && s.makeRoom(ctx) {
		err = s.openRecords()
	}
	if err = orFull(err); errors.Is(err, ErrReadOnly) || errors.Is(err, ErrFull) {
		return s.openReadOnly(err)
	}
	if err != nil {
		return err
	}
	s.stageInside = !sameDevice(s.dir, s.root)
	s.clock, err = newClock(s.dir, s.o.Slack, s.stageInside)
	if errors.Is(orFull(err), ErrFull) {
		s.clock, err = clock{slack: int64(coarseSlack), other: true}, nil // as good as one that cannot be read
	}
	if err != nil {
		return err
	}
	release, err := s.lock(ctx, 0)
	switch {
	case errors.Is(err, ErrBusy):
		return nil
	case err != nil:
		return err
	}
	defer release()
	if err := s.refresh(); err != nil {
		return err
	}
	if err := s.packs.Stray(s.marks); err != nil {
		return err
	}
	s.loadWork(ctx)
	if err := s.recover(ctx); err != nil {
		if fault.Stop(err) || ctx.Err() != nil {
			return err
		}
		s.o.Log.ErrorContext(ctx, "finishing an interrupted restore", "error", err)
	}
	return s.finishPurge(ctx)
}

// openReadOnly opens a store that cannot be written to, with a copy of its
// database, so that what it holds can be looked at. Whatever would change
// something fails for the same reason.
func (s *Store) openReadOnly(why error) error {
	path := filepath.Join(s.dir, databaseName)
	if _, err := os.Stat(path); err != nil {
		return why
	}
	s.barred = why
	var err error
	if s.lent, err = os.MkdirTemp("", "keel-checkpoints-"); err != nil {
		return errors.Join(why, err)
	}
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(path + suffix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(s.lent, databaseName+suffix), data, 0o600)
		}
		if err != nil {
			return errors.Join(why, err)
		}
	}
	if s.db, err = meta.Open(filepath.Join(s.lent, databaseName), s.faults, s.isNew); err != nil {
		return fmt.Errorf("opening checkpoint store %q: %w", s.dir, recordError(err))
	}
	return s.openPacks()
}

// prepareStore makes the folders of a store.
func (s *Store) prepareStore() error {
	for _, name := range []string{"", packsName, stageName} {
		path := filepath.Join(s.dir, name)
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			continue
		}
		if err := s.faults.Before("make store %s", name); err != nil {
			return err
		}
		if err := os.MkdirAll(path, 0o700); err != nil {
			return fmt.Errorf("making checkpoint store: %w", readOnly(err))
		}
	}
	return nil
}

// readOnly finds the sentinel for an error of the file system.
func readOnly(err error) error {
	if isReadOnly(err) || errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return err
}

// openRecords opens the database and the packs.
func (s *Store) openRecords() error {
	if err := s.checkFormat(); err != nil {
		return err
	}
	db, err := meta.Open(filepath.Join(s.dir, databaseName), s.faults, s.isNew)
	if err != nil {
		return fmt.Errorf("opening checkpoint store %q: %w", s.dir, recordError(err))
	}
	s.db = db
	if s.recordAt, err = placeOf(filepath.Join(s.dir, databaseName)); err != nil {
		return fmt.Errorf("opening checkpoint store: %w", err)
	}
	return s.openPacks()
}

func (s *Store) openPacks() error {
	err := s.db.Read(context.Background(), func(tx *meta.Tx) (err error) {
		s.marks, err = tx.Marks()
		return err
	})
	if err != nil {
		return fmt.Errorf("opening checkpoint store %q: %w", s.dir, recordError(err))
	}
	s.packs, err = pack.Open(filepath.Join(s.dir, packsName), s.marks, pack.Options{Faults: s.faults})
	if err != nil {
		return fmt.Errorf("opening checkpoint store: %w", err)
	}
	return nil
}

// isNew is asked before a database without tables gets some: that is a new one,
// unless there are contents already. Then it has been lost.
func (s *Store) isNew() error {
	left, err := pack.Segments(filepath.Join(s.dir, packsName))
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("%w: there are contents, but nothing that says what they are", ErrNoRecord)
	}
	return err
}

func recordError(err error) error {
	switch {
	case errors.Is(err, meta.ErrNewer):
		return fmt.Errorf("%w: %w", ErrNewer, err)
	case errors.Is(err, meta.ErrReadOnly):
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	case errors.Is(err, meta.ErrDamaged):
		return fmt.Errorf("%w: %w", ErrNoRecord, err)
	}
	return err
}

// checkFormat refuses a store of another version, and puts one of the first
// version aside: it never held anything that was promised to be kept.
func (s *Store) checkFormat() error {
	path := filepath.Join(s.dir, formatName)
	got, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		got = []byte(format)
		err = s.writeFormat()
	}
	if err != nil {
		return fmt.Errorf("opening checkpoint store: %w", readOnly(err))
	}
	var version int
	if _, err := fmt.Sscanf(string(got), formatPattern, &version); err != nil {
		return fmt.Errorf("opening checkpoint store %q: %w: its format file says %q", s.dir, ErrNoRecord, strings.TrimSpace(string(got)))
	}
	switch {
	case version > meta.Version:
		return fmt.Errorf("opening checkpoint store %q: %w (format %d, this one knows %d)", s.dir, ErrNewer, version, meta.Version)
	case version < meta.Version:
		return s.setAside(version)
	}
	return nil
}

// setAside moves what an older version kept into a folder of its own, where
// that version still finds it, and begins anew.
func (s *Store) setAside(version int) error {
	aside := filepath.Join(s.dir, fmt.Sprintf("%s%d", formatPrefix, version))
	if err := s.faults.Before("make folder aside"); err != nil {
		return err
	}
	if err := os.MkdirAll(aside, 0o700); err != nil {
		return fmt.Errorf("setting older checkpoints aside: %w", readOnly(err))
	}
	for _, name := range []string{"checkpoints", "restores", packsName, cacheName, "journal.json", formatName} {
		if _, err := os.Lstat(filepath.Join(aside, name)); err == nil {
			continue // by a run before, which was cut off
		}
		if err := s.faults.Before("set aside %s", name); err != nil {
			return err
		}
		err := os.Rename(filepath.Join(s.dir, name), filepath.Join(aside, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("setting older checkpoints aside: %w", readOnly(err))
		}
	}
	if err := s.writeFormat(); err != nil {
		return fmt.Errorf("setting older checkpoints aside: %w", readOnly(err))
	}
	return s.prepareStore()
}

// writeFormat never leaves half a file: a store without one is new, one with
// half of it would be refused.
func (s *Store) writeFormat() error {
	if err := s.faults.Before("write format"); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(s.dir, formatName), []byte(format), 0o600)
}
