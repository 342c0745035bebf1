package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/checkpoint/internal/scan"
	"github.com/keel-ide/keel/backend/checkpoint/internal/watch"
)

// How often the watcher is checked against a whole reading: after so many
// captures that went by it, and when nothing has been asked for a while.
const (
	checkAfter = 50
	checkEvery = 5 * time.Minute
)

func (s *Store) verifySoon() {
	if s.work.hinted < checkAfter {
		return
	}
	select {
	case s.work.verify <- struct{}{}:
	default:
	}
}

// verifyNowAndThen starts to check the watcher in the background.
func (s *Store) verifyNowAndThen() {
	if s.work.watcher == nil || s.work.verify != nil {
		return
	}
	asked := make(chan struct{}, 1)
	s.work.verify = asked
	s.group.Go(func() {
		tick := time.NewTicker(checkEvery)
		defer tick.Stop()
		for {
			select {
			case <-s.ending:
				return
			case <-asked:
			case <-tick.C:
			}
			ctx, cancel := s.life()
			if err := s.verifyWatcher(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, ErrBusy) && !errors.Is(err, ErrYielded) {
				s.o.Log.WarnContext(ctx, "checking the watcher", "error", err)
			}
			cancel()
		}
	})
}

// verifyWatcher reads every folder, and does without the watcher if one has
// changed of which it said nothing.
func (s *Store) verifyWatcher(ctx context.Context) error {
	ctx, done := s.givingWay(ctx)
	defer done()
	release, err := s.lock(ctx, 0)
	if err != nil {
		return yielded(ctx, err)
	}
	defer release()
	return yielded(ctx, s.compareWatcher(ctx))
}

func (s *Store) compareWatcher(ctx context.Context) error {
	s.saveWork(ctx)
	w := s.work.watcher
	if w == nil || !s.work.trusted || s.work.dir == nil || s.work.hinted == 0 {
		return nil
	}
	s.work.hinted = 0
	hinted, err := s.look(ctx, nil)
	if err != nil {
		return err
	}
	defer s.giveBack(hinted)
	if !hinted.hinted {
		return nil // it has just been read whole
	}
	o, err := s.scanOptions(nil)
	if err != nil {
		return err
	}
	o.Old = hinted.Dir
	whole, err := scan.Run(ctx, o)
	if err != nil {
		return err
	}
	since, err := w.Drain(ctx, drainLimit)
	if err != nil {
		return err
	}
	defer w.Return(since)
	for _, folder := range whole.Differs {
		if !told(since, folder) {
			s.watcherOff(fmt.Sprintf("The system did not say that %q had changed.", EncodePath(folder)))
			return nil
		}
	}
	return nil
}

// told tells whether a watcher said that a folder may have changed.
func told(d watch.Dirty, folder string) bool {
	if _, ok := d.Folders[folder]; ok || d.All {
		return true
	}
	for at := folder; at != "."; {
		i := strings.LastIndexByte(at, '/')
		at = at[:max(i, 0)]
		if at == "" {
			at = "."
		}
		if d.Folders[at] {
			return true
		}
	}
	return false
}
