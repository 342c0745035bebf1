package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/keel-ide/keel/backend/checkpoint/internal/fault"
	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
)

// How long everything is kept, and from when on turns are, of whole sessions
// only the starts and ends.
const (
	keepAll   = 14 * 24 * time.Hour
	keepTurns = 90 * 24 * time.Hour
)

// The cap, when no other is given.
const (
	mostBytes   = 2 << 30
	mostOfDisk  = 20 // one part in
	leastOfDisk = 64 << 20
)

// Usage tells what the checkpoints take.
func (s *Store) Usage(ctx context.Context) (Usage, error) {
	done, err := s.reading(ctx)
	if err != nil {
		return Usage{}, err
	}
	defer done()
	var rows []meta.Row
	err = s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		rows, err = tx.List()
		return err
	})
	if err != nil {
		return Usage{}, err
	}
	out := Usage{Bytes: s.size(), Cap: s.capacity(), Checkpoints: len(rows)}
	for _, row := range rows {
		if row.Pin != 0 {
			out.Pinned++
		}
		if out.OldestAt == 0 || row.CreatedAt < out.OldestAt {
			out.OldestAt = row.CreatedAt
		}
	}
	return out, nil
}

// size is what the store takes on the disk.
func (s *Store) size() int64 { return s.sizeOf(func(fs.DirEntry) bool { return true }) }

// inUse is size without what was set aside, of which no clean-up gives anything
// back.
func (s *Store) inUse() int64 { return s.sizeOf(func(e fs.DirEntry) bool { return !isAside(e) }) }

func (s *Store) sizeOf(counts func(fs.DirEntry) bool) int64 {
	total := int64(0)
	add := func(_ string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() && !counts(e) {
			return fs.SkipDir
		}
		if err == nil && e.Type().IsRegular() {
			if info, gone := e.Info(); gone == nil {
				total += info.Size()
			}
		}
		return nil //nolint:nilerr // what vanishes meanwhile does not count
	}
	_ = filepath.WalkDir(s.dir, add)
	return total
}

func (s *Store) capacity() int64 {
	if s.o.Cap > 0 {
		return s.o.Cap
	}
	if disk := diskSize(s.dir); disk > 0 {
		return max(leastOfDisk, min(mostBytes, disk/mostOfDisk))
	}
	return mostBytes
}

// Pin keeps a checkpoint from being cleaned up, or no longer does.
func (s *Store) Pin(ctx context.Context, id string, pinned bool) error {
	release, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer release()
	s.last = nil
	by := 0
	if pinned {
		by = meta.ByPerson
	}
	var ok bool
	err = s.db.Write(func(tx *meta.Tx) (err error) {
		ok, err = tx.Pin(id, by)
		return err
	})
	if err == nil && !ok {
		err = fmt.Errorf("checkpoint %q: %w", id, ErrNotFound)
	}
	if err == nil {
		s.listed()
	}
	return orFull(err)
}

// Prune thins out old checkpoints and gives back what nothing needs any more.
// Pinned ones, those of open sessions and those of the last 14 days stay. Older
// ones stay at the starts and ends of turns, and from 90 days on of sessions.
// Those that a person made or named stay, and the one before each restore does for 90
// days. While the cap is exceeded more of what is older than 14 days goes, the
// oldest first, but for what is pinned.
func (s *Store) Prune(ctx context.Context, r PruneRequest) (Pruned, error) {
	if r.Yield {
		yielding, done := s.givingWay(ctx)
		defer done()
		ctx = yielding
	}
	release, err := s.begin(ctx)
	if err != nil {
		return Pruned{}, yielded(ctx, orFull(err))
	}
	defer release()
	out, err := s.prune(ctx, r)
	return out, yielded(ctx, orFull(err))
}

// givingWay is a context that ends as soon as somebody else wants to work on the
// store.
func (s *Store) givingWay(ctx context.Context) (context.Context, func()) {
	yielding, cancel := context.WithCancelCause(ctx)
	s.yield.Store(&cancel)
	return yielding, func() {
		s.yield.Store(nil)
		cancel(nil)
	}
}

// yielded is the error of what was cut off for somebody else.
func yielded(ctx context.Context, err error) error {
	if errors.Is(err, context.Canceled) && errors.Is(context.Cause(ctx), ErrYielded) {
		return ErrYielded
	}
	return err
}

func (s *Store) prune(ctx context.Context, r PruneRequest) (Pruned, error) {
	var rows []meta.Row
	err := s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		rows, err = tx.List()
		return err
	})
	if err != nil {
		return Pruned{}, err
	}
	going := s.thin(rows, r.Open)
	out := Pruned{Removed: []string{}}
	before := s.inUse()
	if before > s.capacity() {
		out.OverCap = s.thinMore(rows, going, r.Open, before-s.capacity())
	}
	for _, row := range rows {
		if going[row.ID] {
			out.Removed = append(out.Removed, row.ID)
		}
	}
	out.Kept = len(rows) - len(out.Removed)
	if r.DryRun {
		return out, nil
	}
	done := s.report(Tidying, &atomic.Int64{}, 0, 1)
	defer done()
	if err := s.withRoom(ctx, func() error { return s.remove(out.Removed) }); err != nil {
		return Pruned{}, err
	}
	if err := s.withRoom(ctx, func() error { return s.collect(ctx, false) }); err != nil {
		return Pruned{}, err
	}
	if err := s.shrink(ctx); err != nil {
		return Pruned{}, err
	}
	after := s.inUse()
	out.Freed, out.OverCap = max(0, before-after), after > s.capacity()
	return out, nil
}

// shrink gives back what is free in the database, once that is most of it: it
// counts against the cap. Where there is no room for it, it can wait.
func (s *Store) shrink(ctx context.Context) error {
	const little = 256 << 10
	spare, size, err := s.db.Spare()
	if err != nil {
		return err
	}
	if spare < little || spare < size/2 {
		return nil
	}
	if err := s.db.Shrink(); err != nil {
		if fault.Stop(err) {
			return err
		}
		s.o.Log.WarnContext(ctx, "shrinking the database", "error", err)
	}
	return nil
}

// thin says which checkpoints are no longer worth keeping each by itself. Rows
// come the newest first.
func (s *Store) thin(rows []meta.Row, open []string) map[string]bool {
	going := map[string]bool{}
	now := s.o.Now()
	edges := edgesOf(rows)
	for i, row := range rows {
		age := now.Sub(time.UnixMilli(row.CreatedAt))
		switch {
		case i == 0 || heldAt(row, age) || slices.Contains(open, row.Session) && row.Session != "":
		case age <= keepAll || Reason(row.Reason) == Manual || row.Name != "":
		case age <= keepTurns && edges.turn[row.ID] || edges.session[row.ID]:
		default:
			going[row.ID] = true
		}
	}
	return going
}

// heldAt tells whether a checkpoint of an age is pinned: by a person for good, and
// the one before a restore for as long as anybody may want to undo that.
func heldAt(row meta.Row, age time.Duration) bool {
	return row.Pin == meta.ByPerson || row.Pin == meta.ByRestore && age <= keepTurns
}

// edges are the first and last checkpoints of turns and of sessions.
type edges struct{ turn, session map[string]bool }

func edgesOf(rows []meta.Row) edges {
	type span struct{ first, last string }
	turns, sessions := map[string]*span{}, map[string]*span{}
	note := func(spans map[string]*span, key, id string) {
		if key == "" {
			return
		}
		if spans[key] == nil {
			spans[key] = &span{last: id} // rows come the newest first
		}
		spans[key].first = id
	}
	for _, row := range rows {
		note(turns, row.Turn, row.ID)
		note(sessions, row.Session, row.ID)
	}
	out := edges{map[string]bool{}, map[string]bool{}}
	for _, s := range turns {
		out.turn[s.first], out.turn[s.last] = true, true
	}
	for _, s := range sessions {
		out.session[s.first], out.session[s.last] = true, true
	}
	return out
}

// thinMore adds the oldest to what goes until that may give back enough, and
// tells whether it cannot. What a checkpoint alone needs is not known before all
// are looked at; it is taken for an equal share.
func (s *Store) thinMore(rows []meta.Row, going map[string]bool, open []string, excess int64) (overCap bool) {
	share := s.inUse() / int64(max(1, len(rows)))
	excess -= share * int64(len(going))
	now := s.o.Now()
	for i, row := range slices.Backward(rows) {
		if excess <= 0 {
			return false
		}
		age := now.Sub(time.UnixMilli(row.CreatedAt))
		if i == 0 || going[row.ID] || heldAt(row, age) || age <= keepAll || slices.Contains(open, row.Session) && row.Session != "" {
			continue
		}
		going[row.ID] = true
		excess -= share
	}
	return excess > 0
}

// remove forgets checkpoints.
func (s *Store) remove(ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	s.last = nil
	defer s.listed()
	return s.db.Write(func(tx *meta.Tx) error {
		if err := tx.Remove(ids); err != nil {
			return err
		}
		return tx.RemoveProblems()
	})
}
