package checkpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/keel-ide/keel/backend/checkpoint/internal/fault"
	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
)

// Rescue writes the record of the checkpoints in dir anew, out of the packs:
// for a store that [Open] refuses with [ErrNoRecord]. Nothing is deleted; the
// damaged record is put aside. Steps of the agent that changed nothing may be
// missing among the last ones, and what undoing a restore needs is lost. The
// error is [ErrNotRescued] where trying again would not help; there is [SetAside]
// then.
func Rescue(ctx context.Context, dir string, o Options) (Rescued, error) {
	out, err := rescue(ctx, dir, o.withDefaults())
	if err == nil {
		return out, nil
	}
	err = orFull(err)
	for _, other := range []error{errSound, context.Canceled, context.DeadlineExceeded, ErrBusy, ErrReadOnly, ErrFull, ErrNewer} {
		if errors.Is(err, other) {
			return out, err
		}
	}
	return out, fmt.Errorf("%w: %w", ErrNotRescued, err)
}

func rescue(ctx context.Context, dir string, o Options) (Rescued, error) {
	if _, err := os.Stat(filepath.Join(dir, packsName)); err != nil {
		return Rescued{}, fmt.Errorf("rescuing checkpoints: %w", readOnly(err))
	}
	s := &Store{dir: dir, alone: true, o: o, faults: o.Faults.calls(), busy: make(chan struct{}, 1), nodes: newNodeCache(), names: newLookups(), ending: make(chan struct{})}
	release, err := s.exclude(ctx, o.LockWait)
	if err != nil {
		return Rescued{}, err
	}
	defer release()
	out := Rescued{}
	sound, err := s.soundRecord(ctx)
	if err != nil {
		return out, fmt.Errorf("rescuing checkpoints: %w", err)
	}
	if sound && s.formatVersion() == meta.Version {
		return out, errSound
	}
	if err := s.writeFormat(); err != nil {
		return out, fmt.Errorf("rescuing checkpoints: %w", readOnly(err))
	}
	if sound {
		return out, nil // that was all
	}
	// The new record takes its place only once it is whole: an empty one would
	// make the next Open take all contents for strays.
	fresh := filepath.Join(dir, freshName)
	if err := s.removeFresh(); err != nil {
		return out, err
	}
	if s.db, err = meta.Open(fresh, s.faults, nil); err != nil {
		return out, fmt.Errorf("rescuing checkpoints: %w", recordError(err))
	}
	out, err = s.rescue(ctx, out)
	if err := errors.Join(err, s.db.Close()); err != nil {
		if fault.Stop(err) {
			return out, err
		}
		return out, errors.Join(err, s.removeFresh())
	}
	if out.Aside, err = s.putAside(o.Now()); err != nil {
		return out, err
	}
	if err := s.faults.Before("place database"); err != nil {
		return out, err
	}
	if err := os.Rename(fresh, filepath.Join(dir, databaseName)); err != nil {
		return out, fmt.Errorf("rescuing checkpoints: %w", readOnly(err))
	}
	return out, nil
}

// freshName is the record while it is written anew.
const freshName = "meta.db.new"

// removeFresh removes one that did not become whole.
func (s *Store) removeFresh() error {
	for _, suffix := range databaseSuffixes() {
		if err := s.removeTree(filepath.Join(s.dir, freshName) + suffix); err != nil {
			return fmt.Errorf("rescuing checkpoints: %w", readOnly(err))
		}
	}
	return nil
}

func databaseSuffixes() []string { return []string{"", "-wal", "-shm"} }

// errSound is a store that needs no rescue.
var errSound = errors.New("the record of the checkpoints is sound, and nothing was changed")

// formatVersion is what the format file says, or 0.
func (s *Store) formatVersion() int {
	text, err := os.ReadFile(filepath.Join(s.dir, formatName))
	if err != nil {
		return 0
	}
	var version int
	if _, err := fmt.Sscanf(string(text), formatPattern, &version); err != nil {
		return 0
	}
	return version
}

// soundRecord tells whether the database is as it should be. A store of a later
// version is refused.
func (s *Store) soundRecord(ctx context.Context) (bool, error) {
	if s.formatVersion() > meta.Version {
		return false, ErrNewer
	}
	path := filepath.Join(s.dir, databaseName)
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		return false, nil //nolint:nilerr // it is lost
	}
	db, err := meta.Open(path, s.faults, s.isNew)
	switch {
	case errors.Is(err, meta.ErrNewer):
		return false, ErrNewer
	case errors.Is(err, meta.ErrFull), errors.Is(err, meta.ErrReadOnly), fault.Stop(err):
		return false, recordError(err)
	case err != nil:
		return false, nil //nolint:nilerr // it is damaged
	}
	damages, err := db.Check(ctx)
	return len(damages) == 0, errors.Join(err, db.Close())
}

// putAside moves a database that is of no use out of the way.
func (s *Store) putAside(now time.Time) (string, error) {
	aside, err := s.freeName(lostPrefix, now) // never onto what lies aside already
	if err != nil {
		return "", fmt.Errorf("putting the damaged record aside: %w", err)
	}
	moved := false
	for _, suffix := range databaseSuffixes() {
		from := filepath.Join(s.dir, databaseName+suffix)
		if _, err := os.Lstat(from); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := s.faults.Before("put aside %s", databaseName+suffix); err != nil {
			return "", err
		}
		if err := os.MkdirAll(aside, 0o700); err != nil {
			return "", fmt.Errorf("putting the damaged record aside: %w", readOnly(err))
		}
		if err := os.Rename(from, filepath.Join(aside, databaseName+suffix)); err != nil {
			return "", fmt.Errorf("putting the damaged record aside: %w", readOnly(err))
		}
		moved = true
	}
	if !moved {
		return "", nil
	}
	return aside, nil
}

func (s *Store) rescue(ctx context.Context, out Rescued) (Rescued, error) {
	segments, err := pack.Segments(filepath.Join(s.dir, packsName))
	if err != nil {
		return out, err
	}
	if s.packs, err = pack.Open(filepath.Join(s.dir, packsName), segments, pack.Options{Faults: s.faults}); err != nil {
		return out, fmt.Errorf("rescuing checkpoints: %w", err)
	}
	defer func() { _ = s.packs.Close() }() // only read from
	s.marks = s.packs.Ends(segments)
	rows, err := s.headers(ctx)
	if err != nil {
		return out, err
	}
	whole := rows[:0:0]
	for _, row := range rows {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		if s.whole(ctx, row.Root) {
			whole = append(whole, row)
		} else {
			out.Lost++
		}
	}
	err = s.db.Write(func(tx *meta.Tx) error {
		parent := ""
		out.Checkpoints = 0
		for _, row := range whole {
			row.Parent = parent
			if err := tx.Add(&row); err != nil {
				return err
			}
			parent = row.ID
			out.Checkpoints++
		}
		return tx.SetMarks(s.marks)
	})
	if err != nil {
		return out, fmt.Errorf("rescuing checkpoints: %w", err)
	}
	return out, nil
}

// headers finds the descriptions of checkpoints, the last of each, in the order
// of the checkpoints.
func (s *Store) headers(ctx context.Context) ([]meta.Row, error) {
	byID := map[string]meta.Row{}
	var ids []node.ID
	s.packs.All(func(id node.ID, kind pack.Kind, _ int64) {
		if kind == pack.Header {
			ids = append(ids, id)
		}
	})
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		text, _, err := s.packs.Read(id)
		if err != nil {
			continue // damaged: this one is lost
		}
		var row meta.Row
		if json.Unmarshal(text, &row) != nil || !validID(row.ID) {
			continue
		}
		row.Header, row.Written = id, 0
		if old, ok := byID[row.ID]; !ok || s.packs.Newer(id, old.Header) {
			byID[row.ID] = row
		}
	}
	rows := make([]meta.Row, 0, len(byID))
	for _, row := range byID {
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b meta.Row) int {
		if a.Number != b.Number {
			return int(a.Number - b.Number)
		}
		return int(a.CreatedAt - b.CreatedAt)
	})
	return rows, nil
}

// whole tells whether a tree, and all contents it names, are there.
func (s *Store) whole(ctx context.Context, root node.ID) bool {
	v := &verifying{store: s, seen: map[node.ID][]string{}, known: map[node.ID]bool{}}
	return v.folder(ctx, ".", root) == nil && len(v.report.Damages) == 0
}
