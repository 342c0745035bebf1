package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/checkpoint/internal/fault"
	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
	"github.com/keel-ide/keel/backend/checkpoint/internal/scan"
)

// What a restore displaced stays in its stage for a while, as a program may
// still have it open and write to it. Then late changes are taken in, and it
// goes.

// release lets go of what an applied restore displaced, now or later. A stage in
// the workspace itself is no sight for its owner, and goes at once.
func (s *Store) release(ctx context.Context, j *journal) error {
	if s.o.Grace < 0 || s.stageInside {
		return s.settle(ctx, j)
	}
	s.settleLater(j)
	return nil
}

// left is how long what a restore displaced is still to be kept.
func (s *Store) left(j *journal) time.Duration {
	if s.o.Grace < 0 || s.stageInside {
		return 0
	}
	passed := time.Duration(s.o.Now().UnixMilli()-j.AppliedAt) * time.Millisecond
	if left := s.o.Grace - max(0, passed); left >= time.Millisecond {
		return left
	}
	return 0
}

// settleLater waits for the time; it does nothing for a journal that is waited
// for already. Should the process end before, the next one does it.
func (s *Store) settleLater(j *journal) {
	if _, waiting := s.settling[j.ID]; waiting {
		return
	}
	if s.settling == nil {
		s.settling = map[string]time.Time{}
	}
	s.settleIn(j.ID, s.left(j))
}

// settleIn sets when a journal is due, and a timer unless it has one already.
func (s *Store) settleIn(id string, wait time.Duration) {
	_, waiting := s.settling[id]
	s.settling[id] = s.o.Now().Add(wait)
	if waiting {
		return
	}
	s.group.Go(func() {
		timer := time.NewTimer(wait + time.Millisecond)
		defer timer.Stop()
		for {
			select {
			case <-s.ending:
				return
			case <-timer.C:
			}
			wait, again := s.settleDue(id)
			if !again {
				return
			}
			timer.Reset(wait + time.Millisecond)
		}
	})
}

// settleDue does what is due, and tells how long a journal still has to wait, if
// it does.
func (s *Store) settleDue(id string) (wait time.Duration, again bool) {
	ctx, cancel := s.life()
	defer cancel()
	release, err := s.begin(ctx) // which does it
	if err != nil {
		if ctx.Err() == nil && !fault.Stop(err) && !errors.Is(err, ErrBusy) && !errors.Is(err, ErrClosed) {
			s.o.Log.WarnContext(ctx, "letting go of what a restore displaced", "error", err)
		}
		again = ctx.Err() == nil && !fault.Stop(err) && !errors.Is(err, ErrClosed) && !errors.Is(err, ErrReplaced)
		return max(s.o.LockWait, retryAfter), again
	}
	defer release()
	due, waiting := s.settling[id]
	if !waiting {
		return 0, false
	}
	if wait = due.Sub(s.o.Now()); wait <= 0 {
		delete(s.settling, id) // another process has ended it
		return 0, false
	}
	return wait, true
}

// life is a context that ends with the store.
func (s *Store) life() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	stop := make(chan struct{})
	s.group.Go(func() {
		select {
		case <-s.ending:
			cancel()
		case <-stop:
		}
	})
	return ctx, func() {
		cancel()
		close(stop)
	}
}

// settle takes in what was written to displaced files since, and removes them.
func (s *Store) settle(ctx context.Context, j *journal) error {
	late, err := s.late(ctx, j)
	if err != nil {
		if fault.Stop(err) || ctx.Err() != nil {
			return err
		}
		// They stay where they are until it works.
		s.o.Log.WarnContext(ctx, "taking in late changes", "error", err)
		s.retryLater(j)
		return nil
	}
	if err := s.endJournal(j); err != nil {
		return err
	}
	delete(s.settling, j.ID)
	if len(late) > 0 {
		s.notify(ctx, Notice{Kind: LateChange, Checkpoint: j.ID, Text: fmt.Sprintf(
			"A program went on writing to files that a restore had replaced: %s. What it wrote is kept with the checkpoint before the restore.", someOf(late))})
	}
	return nil
}

// settleAll lets go of everything that restores displaced, without waiting.
func (s *Store) settleAll(ctx context.Context) error {
	var left []meta.Restore
	err := s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		if left, err = tx.Restores(); err != nil {
			return err
		}
		for i := range left {
			if left[i].Body, err = tx.RestoreBody(left[i].ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, one := range left {
		j, err := s.readJournal(one)
		if err != nil || j.Phase != applied {
			continue // recover has seen to it
		}
		if err := s.settle(ctx, j); err != nil {
			return err
		}
	}
	return nil
}

// retryAfter is the least time after which taking in late changes is tried again.
const retryAfter = time.Second

// retryLater lets a journal that cannot be ended now wait a little more.
func (s *Store) retryLater(j *journal) {
	if s.settling == nil {
		s.settling = map[string]time.Time{}
	}
	s.settleIn(j.ID, max(s.o.Grace, retryAfter))
}

// someOf lists a few paths.
func someOf(paths []string) string {
	const most = 3
	if len(paths) <= most {
		return strings.Join(paths, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(paths[:most], ", "), len(paths)-most)
}

// late keeps displaced files that are not what the restore displaced any more.
func (s *Store) late(ctx context.Context, j *journal) ([]string, error) {
	if _, err := os.Lstat(j.Stage); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	stage, err := os.OpenRoot(j.Stage)
	if err != nil {
		return nil, fmt.Errorf("opening stage: %w", err)
	}
	defer stage.Close()
	keep := s.packs.Begin(s.marks)
	var extras []meta.Extra
	for _, one := range j.Steps {
		if one.Now != nil && one.Now.Kind == KindFolder && one.Want != nil && changedSince(filepath.Join(j.Stage, one.Slot), j.AppliedAt) {
			j.KeepStage = true // a whole folder that something went on writing in
		}
		if one.Now == nil || one.Now.Kind != KindFile || one.onlyMode() {
			continue
		}
		for _, slot := range []string{one.Slot, one.Slot + asideSuffix} {
			e, err := s.lateOne(ctx, stage, slot, one, keep)
			if err != nil {
				keep.Drop()
				return nil, err
			}
			if e != nil {
				extras = append(extras, *e)
			}
		}
	}
	if len(extras) == 0 {
		keep.Drop()
		return nil, nil
	}
	paths := make([]string, len(extras))
	for i, e := range extras {
		paths[i] = EncodePath(e.Path)
	}
	err = s.record(keep, func(tx *meta.Tx) error {
		for _, e := range extras {
			if err := tx.AddExtra(j.ID, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return paths, ctx.Err()
}

// changedSince tells whether anything in a displaced folder was written after a
// time, in Unix milliseconds.
func changedSince(folder string, at int64) bool {
	changed := false
	_ = filepath.WalkDir(folder, func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		changed = changed || err == nil && info.ModTime().UnixMilli() > at
		return err
	}) // what cannot be looked at is taken for unchanged
	return changed
}

func (s *Store) lateOne(ctx context.Context, stage *os.Root, slot string, one step, keep *pack.Batch) (*meta.Extra, error) {
	was, err := one.Now.entry(DecodePath(one.Path))
	if err != nil {
		return nil, err
	}
	const any = 1 << 62
	now, err := describe(stage, slot, any)
	if err != nil || now == nil || now.kind != KindFile || now.hash == was.hash {
		return nil, err
	}
	if want, err := one.Want.entry(was.path); err != nil || want != nil && want.hash == now.hash {
		return nil, err // it was never placed
	}
	o := s.targetOptions(keep)
	o.Root, o.MaxFile = stage.Name(), any
	found, err := scan.One(ctx, o, slot)
	if err != nil {
		return nil, err
	}
	if found.Entry == nil || found.Entry.Kind != node.File {
		return nil, fmt.Errorf("reading %q: %w", slot, errUnstable)
	}
	return &meta.Extra{Kind: meta.Late, Path: was.path, Content: found.Entry.ID, Size: found.Entry.Size}, nil
}

// lateFile is what a program wrote to a file after the restore that followed a
// checkpoint had displaced it; nil where there is no such file.
func (s *Store) lateFile(ctx context.Context, id, path string) ([]byte, error) {
	raw, ok := strings.CutPrefix(DecodePath(path), latePrefix)
	if !ok {
		return nil, nil
	}
	var extras []meta.Extra
	err := s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		extras, err = tx.Extras(id)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, e := range extras {
		if e.Kind == meta.Late && e.Path == raw {
			return s.bytes(e.Content)
		}
	}
	return nil, nil
}

// latePrefix tells late files from those that the checkpoint itself has.
const latePrefix = "late:"
