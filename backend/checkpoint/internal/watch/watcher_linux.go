package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/keel-ide/keel/backend/inotify"
)

// folderMask is what is asked of the kernel for each folder. IN_CLOSE_WRITE is
// for files that were written through a mapping. What happens to an open file
// without a name is of no interest. A mask is only ever added to, because the
// folder of the cookies may be added too.
const folderMask = unix.IN_CREATE | unix.IN_MOVED_TO | unix.IN_DELETE | unix.IN_MOVED_FROM |
	unix.IN_MODIFY | unix.IN_CLOSE_WRITE | unix.IN_ATTRIB | unix.IN_DELETE_SELF | unix.IN_MOVE_SELF |
	unix.IN_ONLYDIR | unix.IN_EXCL_UNLINK | unix.IN_MASK_ADD

// Watcher collects what changes in the folders added to it. All methods may be
// called at any time from any goroutine.
type Watcher struct {
	queue  *inotify.Instance
	filter func([]Event) []Event
	group  sync.WaitGroup
	drain  sync.Mutex // held by the one Drain there is at a time; taken before mu

	// arrived gets a value when the awaited cookie is back, or cannot be any more.
	arrived chan struct{}

	mu      sync.Mutex // guards all below, and reading the queue
	events  []inotify.Event
	folders labels
	leaving map[int32]int // watches we ended -> IN_IGNORED still to come
	cookies cookies
	dirty   Dirty
	ended   error // why nothing is read any more
	closed  bool
}

// New watches nothing yet. The cookie folder is one of the program's own, made if
// it is missing, in which Drain renames a file that Close removes; it may lie
// inside the workspace, and several watchers may share it.
func New(cookieFolder string, o Options) (*Watcher, error) {
	queue, err := inotify.Open()
	if err != nil {
		return nil, err
	}
	w := &Watcher{
		queue: queue, filter: o.Filter, arrived: make(chan struct{}, 1),
		folders: newLabels(), leaving: map[int32]int{},
		cookies: newCookies(cookieFolder),
	}
	if err := w.cookies.open(queue); err != nil {
		return nil, errors.Join(err, queue.Close())
	}
	w.cookies.clean()
	w.group.Go(w.read)
	return w, nil
}

// Add watches an open folder under a path of the workspace, [Top] for the
// workspace itself. To add a folder that is watched already under the same path
// changes nothing; under another path, it has both until the old one is removed
// or given to another folder. If there is an error, the folder is not watched
// under this path; it is [ErrLimit] if there are too many.
func (w *Watcher) Add(folder uintptr, path string) error {
	// The kernel may tell of the new watch before its call returns: nobody is to
	// read that before we know whose it is.
	w.mu.Lock()
	defer w.mu.Unlock()
	watch, err := w.queue.Add(folder, folderMask)
	if err != nil {
		w.unlabel(path)
		if errors.Is(err, unix.ENOSPC) {
			err = fmt.Errorf("%w: %w", ErrLimit, err)
		}
		return fmt.Errorf("watching %q: %w", path, err)
	}
	if old, ok := w.folders.watches[path]; ok && old != watch {
		w.unlabel(path)
	}
	w.folders.add(watch, path)
	return nil
}

// Remove forgets a path. The folder stays watched if it has been added under
// another one.
func (w *Watcher) Remove(path string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unlabel(path)
}

// Keep forgets all paths but those that known confirms: after a full scan, what
// captures that did not succeed have left behind. Known must not call the watcher.
func (w *Watcher) Keep(known func(path string) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for path := range w.folders.watches {
		if !known(path) {
			w.unlabel(path)
		}
	}
}

// unlabel ends the watch that had no other path. An error says that the kernel
// has ended it before us.
func (w *Watcher) unlabel(path string) {
	watch, last := w.folders.remove(path)
	if last && watch != w.cookies.watch && w.queue.Remove(watch) == nil {
		w.leaving[watch]++
	}
}

// Drain returns, and forgets, what may have changed since the last Drain. It
// renames a cookie file and waits until the event comes back, behind which
// everything earlier is known; if that takes longer than limit, the answer is
// All. An error means that nothing has been forgotten: the context's, or
// [os.ErrClosed], or that of a queue that cannot be read any more.
func (w *Watcher) Drain(ctx context.Context, limit time.Duration) (Dirty, error) {
	if err := ctx.Err(); err != nil {
		return Dirty{}, err
	}
	w.drain.Lock()
	defer w.drain.Unlock()
	dirty, done, err := w.drainNow(limit)
	if done {
		return dirty, err
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-w.arrived:
		return w.take("")
	case <-timer.C:
		return w.take(fmt.Sprintf("the kernel did not tell of a renamed file within %v", limit))
	case <-ctx.Done():
		return Dirty{}, ctx.Err()
	}
}

// drainNow reads the queue itself, which saves waking the goroutine that
// otherwise does: the kernel queues an event before the call that caused it
// returns, so that the cookie is there unless something is wrong.
func (w *Watcher) drainNow(limit time.Duration) (dirty Dirty, done bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended != nil {
		return Dirty{}, true, w.ended
	}
	select {
	case <-w.arrived: // for a Drain that did not wait for it
	default:
	}
	if err := w.cookies.send(w.queue); err != nil {
		w.dirty.markAll(err.Error())
	}
	start := time.Now()
	for w.cookies.awaited != "" && !w.dirty.All && time.Since(start) <= limit {
		more := w.poll()
		if w.ended != nil {
			return Dirty{}, true, w.ended
		}
		if !more {
			break
		}
	}
	if w.cookies.awaited != "" && !w.dirty.All {
		return Dirty{}, false, nil
	}
	return w.forget(), true, nil
}

// take forgets what was dirty; why, if any, says that this is everything.
func (w *Watcher) take(why string) (Dirty, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended != nil {
		return Dirty{}, w.ended
	}
	if why != "" && w.cookies.awaited != "" { // it may have come at the last moment
		w.dirty.markAll(why)
	}
	return w.forget(), nil
}

func (w *Watcher) forget() Dirty {
	dirty := w.dirty
	w.dirty, w.cookies.awaited = Dirty{}, ""
	return dirty
}

// Return gives back what Drain took, to be told again by the next one.
func (w *Watcher) Return(d Dirty) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dirty.merge(d)
}

// Watched is the number of paths that are watched.
func (w *Watcher) Watched() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.folders.watches)
}

// Close ends all watches. A Drain that is waiting ends with [os.ErrClosed].
func (w *Watcher) Close() error {
	w.mu.Lock()
	closed := w.closed
	w.closed = true
	w.end(os.ErrClosed)
	w.cookies.close()
	w.mu.Unlock()
	if closed {
		return nil
	}
	err := w.queue.Close() // ends read
	w.group.Wait()
	return err
}
