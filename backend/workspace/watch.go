package workspace

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// WatchOptions are the choices of [Workspace.Watch].
type WatchOptions struct {
	// Exclude holds globs of paths, relative to the workspace, whose changes are
	// not reported and below which nothing is watched; as in VS Code's setting
	// files.watcherExclude: `**/dist/**`, `logs/*.log`.
	Exclude []string
	// Log is told when the system's limits make watching slower; nil: nothing is.
	Log *slog.Logger
}

// ChangeKind says what happened to a path.
type ChangeKind string

const (
	Added   ChangeKind = "added"
	Changed ChangeKind = "changed" // its bytes or mode; of a folder also: list it again
	Deleted ChangeKind = "deleted" // with everything that was below it
)

// Change is what happened to one path.
type Change struct {
	Path string
	Kind ChangeKind
}

// Batch is what happened in a short time; each path occurs once.
type Batch struct {
	Changes []Change
	// Overflow says that there were more changes than could be told: whatever
	// the reader knows of the workspace may be out of date.
	Overflow bool
}

// Watch reports changes below the workspace, whoever makes them, within about
// 50 to 250 milliseconds.
//
// Folders are watched one by one, from the top down, in the background; what
// changed after the watch was opened but before its folder's turn came is
// reported at that turn. Where the system refuses more watches, the folders
// left over are looked at about every half second instead (less often if that
// takes long), which the log says once.
//
// Some folders are watched only at their top, because they hold very many
// files that programs, not people, change: the folders in node_modules,
// bower_components and jspm_packages, those beside a CACHEDIR.TAG or pyvenv.cfg
// (build output, Python environments), .git/objects, .git/lfs and .hg/store.
// They can be listed and read like any other; only a change deep in them is
// not reported. Temporary files of Keel's own writing are never reported.
type Watch struct {
	done    <-chan struct{} // closed when the watch ends
	cancel  context.CancelFunc
	pending *pending
	ready   chan struct{}
	group   sync.WaitGroup
	forget  func()
}

// Watch starts to report changes. It returns at once; ctx ends the watch, as
// [Watch.Close] does.
func (w *Workspace) Watch(ctx context.Context, o WatchOptions) (*Watch, error) {
	return w.watch(ctx, o, newNotifier)
}

func (w *Workspace) watch(ctx context.Context, o WatchOptions, open func(root string) (notifier, error)) (*Watch, error) {
	exclude, err := newExclusion(o.Exclude)
	if err != nil {
		return nil, err
	}
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	watch := &Watch{pending: newPending(), ready: make(chan struct{})}
	ctx, watch.cancel = context.WithCancel(ctx)
	watch.done = ctx.Done()
	watch.forget = func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.watches, watch)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		watch.cancel()
		return nil, fmt.Errorf("watching %q: %w", w.path, ErrClosed)
	}
	source, err := open(w.path)
	if err != nil {
		log.WarnContext(ctx, "watching for file changes: looking at folders from time to time instead", "folder", w.path, "error", err)
		source = noNotifier{err}
	}
	w.watches[watch] = struct{}{}
	t := newTree(w, source, watch.pending, exclude, log, time.Now())
	watch.group.Go(func() {
		defer source.close()
		t.run(ctx, watch.ready)
	})
	return watch, nil
}

// Ready is closed once every folder is watched.
func (w *Watch) Ready() <-chan struct{} { return w.ready }

// Next waits for changes. It returns [ErrClosed] after Close. One goroutine
// reads at a time.
func (w *Watch) Next(ctx context.Context) (Batch, error) {
	for {
		batch, wait := w.pending.take(time.Now())
		if wait == 0 {
			return batch, nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-w.done:
			timer.Stop()
			return Batch{}, ErrClosed
		case <-ctx.Done():
			timer.Stop()
			return Batch{}, ctx.Err()
		case <-w.pending.wake:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// Close ends the watch; it may be called more than once.
func (w *Watch) Close() error {
	w.cancel()
	w.group.Wait()
	w.forget()
	return nil
}
