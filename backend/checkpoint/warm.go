package checkpoint

import (
	"context"
	"errors"
	"sync"

	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
	"github.com/keel-ide/keel/backend/checkpoint/internal/watch"
)

// warming is the first reading of a workspace, while it runs. Its mutex also
// guards what Store.busy otherwise does of recording, as checkpoints of single
// targets are recorded meanwhile.
type warming struct {
	mu    sync.Mutex // guards what follows
	on    bool
	keep  *pack.Batch
	early []earlier
}

func (w *warming) is() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.on
}

// Warm reads the whole workspace once, so that the first checkpoint need not,
// and then watches it. It returns when that is done or ctx ends; what was read
// until then is kept. Checkpoints can be taken meanwhile: of their
// [CreateRequest.Targets] at once, the others wait.
func (s *Store) Warm(ctx context.Context) error {
	release, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer release()
	s.startWatching(ctx)
	keep := s.packs.Begin(s.marks)
	s.warming.mu.Lock()
	s.warming.on, s.warming.keep = s.work.dir == nil, keep
	s.warming.mu.Unlock()
	seen, err := s.look(ctx, keep)
	// From here on targets wait like everything else.
	s.warming.mu.Lock()
	defer s.warming.mu.Unlock()
	early := s.warming.early
	s.warming.on, s.warming.keep, s.warming.early = false, nil, nil
	if err != nil {
		return errors.Join(err, s.keepSoFar(keep))
	}
	if err := s.finishWarming(ctx, keep, seen, early); err != nil {
		s.giveBack(seen)
		return err
	}
	s.adopt(seen)
	s.saveWork(ctx)
	s.verifyNowAndThen()
	return nil
}

// startWatching starts the watcher, unless there is one or none is wanted.
func (s *Store) startWatching(ctx context.Context) {
	if s.o.NoWatch || s.work.watcher != nil || !tellsChanges(s.root) {
		return
	}
	w, err := watch.New(s.dir, watch.Options{Filter: s.o.Faults.watch})
	if err != nil {
		if !errors.Is(err, errors.ErrUnsupported) {
			s.o.Log.WarnContext(ctx, "watching the workspace", "error", err)
		}
		return
	}
	s.work.watcher, s.work.trusted = w, false
	s.work.generation++
}

// keepSoFar records what was read before the reading was cut off, so that it
// need not be stored again.
func (s *Store) keepSoFar(keep *pack.Batch) error {
	if err := s.flush(keep); err != nil {
		return s.uncommit(keep, err)
	}
	if len(s.unrecorded) == 0 {
		return nil
	}
	return s.record(keep, func(*meta.Tx) error { return nil })
}

// finishWarming records what was read, and gives checkpoints that were taken
// meanwhile the rest of their trees.
func (s *Store) finishWarming(ctx context.Context, keep *pack.Batch, seen sighting, early []earlier) error {
	s.last = nil
	if err := s.flush(keep); err != nil {
		return s.uncommit(keep, err)
	}
	for i := range early {
		if err := s.complete(ctx, keep, seen, &early[i]); err != nil {
			return s.uncommit(keep, err)
		}
	}
	return s.record(keep, func(tx *meta.Tx) error {
		for _, e := range early {
			if err := tx.Complete(e.row); err != nil {
				return err
			}
		}
		return nil
	})
}
