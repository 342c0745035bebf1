package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/keel-ide/keel/backend/checkpoint/internal/fault"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
	"github.com/keel-ide/keel/backend/checkpoint/internal/scan"
	"github.com/keel-ide/keel/backend/checkpoint/internal/watch"
)

// work is what is known of the workspace as it is now. Store.busy guards it.
type work struct {
	dir   *scan.Dir // the state last captured, all of which is kept; nil for none
	saved *scan.Dir // the one in the stat cache file
	// newest is the newest status change seen on a workspace whose clock cannot
	// be read: what is older than that has been looked at.
	newest int64

	place      scan.Place // of the workspace that was read
	watcher    *watch.Watcher
	trusted    bool   // it has known every folder since dir was read
	generation uint32 // of the watches
	hinted     int    // captures by hint since the last whole one
	verify     chan<- struct{}
}

// check drops a state of which another process has cleaned something up.
func (w *work) check(packs *pack.Packs) {
	if w.dir != nil && !kept(packs, w.dir) {
		w.dir = nil
	}
}

func kept(packs *pack.Packs, d *scan.Dir) bool {
	if !packs.Has(d.ID) {
		return false
	}
	for i := range d.Node.Entries {
		e := &d.Node.Entries[i]
		switch {
		case e.Kind == node.File && !packs.Has(e.ID):
			return false
		case d.Kids != nil && d.Kids[i] != nil && !kept(packs, d.Kids[i]):
			return false
		}
	}
	return true
}

// unwatch ends the watcher.
func (w *work) unwatch() {
	if w.watcher != nil {
		_ = w.watcher.Close() // nothing depends on it
		w.watcher = nil
	}
}

// loadWork takes the state of the last run, if it is that of the workspace and
// all of it is kept.
func (s *Store) loadWork(ctx context.Context) {
	data, err := os.ReadFile(filepath.Join(s.dir, cacheName))
	if err != nil {
		return
	}
	dir, device, err := scan.Unmarshal(data)
	if err != nil {
		s.o.Log.InfoContext(ctx, "the stat cache is of no use; files are read again", "error", err)
		return
	}
	at, err := placeOf(s.root)
	if err != nil || at.Device != device || !kept(s.packs, dir) {
		return
	}
	s.work.dir, s.work.saved = dir, dir
}

// saveWork writes the state down for the next run; without it things are only
// slower.
func (s *Store) saveWork(ctx context.Context) {
	if s.work.dir == nil || s.work.dir == s.work.saved {
		return
	}
	at, err := placeOf(s.root)
	if err == nil {
		err = s.writeCache(scan.Marshal(s.work.dir, at.Device))
	}
	if err != nil {
		if !fault.Stop(err) {
			s.o.Log.WarnContext(ctx, "saving the stat cache", "error", err)
		}
		return
	}
	s.work.saved = s.work.dir
}

func (s *Store) writeCache(data []byte) error {
	path := filepath.Join(s.dir, cacheName)
	if err := s.faults.Before("write stat cache"); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		_ = os.Remove(path + ".new") // half of it only takes room
		return fmt.Errorf("writing stat cache: %w", err)
	}
	if err := s.faults.Before("place stat cache"); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("placing stat cache: %w", err)
	}
	return nil
}

// own looks at the folders that are the program's own; those that are not there
// yet cannot be met.
func (s *Store) own() (places []scan.Place, paths []string, err error) {
	for _, folder := range append([]string{s.dir}, s.o.Own...) {
		at, err := placeOf(folder)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("looking at %q, which is not to be captured: %w", folder, err)
		}
		places = append(places, at)
		if inside, err := filepath.Rel(s.root, folder); err == nil && filepath.IsLocal(inside) {
			paths = append(paths, filepath.ToSlash(inside))
		}
	}
	return places, paths, nil
}

// reading of the workspace.
type sighting struct {
	scan.Result
	drained watch.Dirty
	hinted  bool
	wide    *scan.Dir // with what else a restore needs; nil for most
}

// look reads the workspace as it is now, by the watcher's hint where there is
// one. With a batch new contents are kept; they, and the state that comes back,
// count only once that is recorded. The caller holds the lock, and gives back
// what was drained if it cannot use the sighting.
func (s *Store) look(ctx context.Context, keep *pack.Batch) (sighting, error) {
	var out sighting
	base, err := s.scanOptions(keep)
	if err != nil {
		return out, err
	}
	if at, err := placeOf(s.root); err != nil || at != s.work.place {
		// Another folder may stand at the workspace's path, of which no watcher tells.
		s.work.place, s.work.trusted = at, false
		s.work.generation++
		base.Watcher = s.work.generation
	}
	done := s.progress(Capturing, &base)
	defer done()
	if w := s.work.watcher; w != nil {
		if out.drained, err = w.Drain(ctx, drainLimit); err != nil {
			return out, err
		}
		if out.drained.All {
			s.o.Log.DebugContext(ctx, "every folder is read", "why", out.drained.Why)
			s.work.generation++ // some watches may have ended without a word
			base.Watcher = s.work.generation
		}
		if !out.drained.All && s.work.trusted && s.work.dir != nil {
			hinted := base
			hinted.Dirty = scan.NewDirt(out.drained.Folders)
			out.hinted = true
			if out.Result, err = scan.Run(ctx, hinted); !errors.Is(err, scan.ErrHint) {
				return out, s.lookError(out, err)
			}
			out.hinted = false
			s.work.generation++ // so that every folder is watched anew
			base.Watcher = s.work.generation
		}
	}
	out.Result, err = scan.Run(ctx, base)
	if w := s.work.watcher; w != nil && err == nil && !out.drained.Clean() {
		// Of folders that are gone, and of captures that failed, watches may be left.
		w.Keep(func(path string) bool { return holds(out.Dir, path) })
	}
	return out, s.lookError(out, err)
}

// scanOptions is what every reading has in common.
func (s *Store) scanOptions(keep *pack.Batch) (scan.Options, error) {
	own, paths, err := s.own()
	if err != nil {
		return scan.Options{}, err
	}
	if err := s.faults.Before("touch clock"); err != nil {
		return scan.Options{}, err
	}
	now, err := s.clock.now(s.work.newest)
	if err != nil {
		return scan.Options{}, err
	}
	o := scan.Options{
		Root: s.root, Old: s.work.dir, Keep: keep, Own: own, OwnPaths: paths,
		MaxFile: s.o.MaxFile, Slack: s.clock.slack, Clock: now,
		Read: s.o.Faults.Read, Reading: s.o.Faults.Reading,
	}
	if w := s.work.watcher; w != nil {
		o.Watch, o.Watcher = w.Add, s.work.generation
	}
	return o, nil
}

// holds tells whether a state has a folder at a path.
func holds(d *scan.Dir, path string) bool {
	if path == watch.Top {
		return true
	}
	for name := range strings.SplitSeq(path, "/") {
		i, ok := d.Node.Index(name)
		if !ok || d.Kids == nil || d.Kids[i] == nil {
			return false
		}
		d = d.Kids[i]
	}
	return true
}

// drainLimit is how long the watcher's cookie may take before it is done
// without.
const drainLimit = 250 * time.Millisecond

func (s *Store) lookError(out sighting, err error) error {
	if err != nil {
		s.giveBack(out)
		return err
	}
	if out.Unwatched != nil {
		s.watcherOff(fmt.Sprintf("Not all folders can be watched (%v).", out.Unwatched))
	}
	if out.Newest > s.work.newest {
		s.work.newest = out.Newest
	}
	return nil
}

// giveBack returns what was drained for a sighting that is not used.
func (s *Store) giveBack(out sighting) {
	if s.work.watcher != nil {
		s.work.watcher.Return(out.drained)
	}
}

// watcherOff does without the watcher from now on.
func (s *Store) watcherOff(why string) {
	if s.work.watcher == nil {
		return
	}
	s.work.unwatch()
	s.notify(context.Background(), Notice{Kind: WatcherOff, Text: why + " Checkpoints are as complete as before, but take longer, because every folder is read for each."})
}

// progress sends how far a reading has come, once it lasts.
func (s *Store) progress(what Work, of *scan.Options) (done func()) {
	if s.warming.is() {
		what = FirstCapture
	}
	counted := &atomic.Int64{}
	of.Counted = counted
	total := int64(0)
	if of.Old != nil {
		total = int64(of.Old.Files())
	}
	return s.report(what, counted, total, 1)
}

// report sends progress until done is called. Each of the total is counted as
// many times as there are passes.
func (s *Store) report(what Work, counted *atomic.Int64, total, passes int64) (done func()) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		sent := false
		for {
			select {
			case <-tick.C:
				sent = true
				s.feed.Send(Event{Progress: &Progress{Work: what, Done: counted.Load() / passes, Total: total}})
			case <-stop:
				if sent {
					s.feed.Send(Event{Progress: &Progress{Work: what, Done: counted.Load() / passes, Total: total, Ended: true}})
				}
				return
			}
		}
	}()
	return func() {
		close(stop)
		<-stopped
	}
}
