package workspace

import (
	"fmt"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWatchReportsWhatChangesDuringTheWalk(t *testing.T) {
	top := t.TempDir()
	makeFolders(t, top+"/late", top+"/quiet")
	for _, name := range []string{"changed", "deleted", "untouched"} {
		write(t, filepath.Join(top, "late", name), "x")
	}
	settle(t)
	gate := make(chan struct{})
	w := open(t, top)
	watch, err := w.watch(t.Context(), WatchOptions{}, func(root string) (notifier, error) {
		inner, err := newNotifier(root)
		return &gatedNotifier{notifier: inner, gate: gate}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	write(t, top+"/late/changed", "y")
	write(t, top+"/late/added", "y")
	remove(t, top+"/late/deleted")
	close(gate)
	<-watch.Ready()
	want := []Change{{"late", Changed}, {"late/added", Added}, {"late/changed", Changed}}
	if diff := cmp.Diff(want, changesUntilMark(t, watch, top)); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

// gatedNotifier lets nothing be watched before its gate is open.
type gatedNotifier struct {
	notifier
	gate <-chan struct{}
}

func (n *gatedNotifier) add(folder *os.File, name string) error {
	<-n.gate
	return n.notifier.add(folder, name)
}

// limitedNotifier has room for a few watches, as a system at its limit.
type limitedNotifier struct {
	notifier
	mu   sync.Mutex
	room int
}

func (n *limitedNotifier) add(folder *os.File, name string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.room == 0 {
		return fmt.Errorf("watching %q: %w", name, syscall.ENOSPC)
	}
	n.room--
	return n.notifier.add(folder, name)
}

func TestWatchPollsWhatTheSystemRefuses(t *testing.T) {
	starts := map[string]func(root string) (notifier, error){
		"no watch at all": func(string) (notifier, error) { return nil, syscall.EMFILE },
		"two watches": func(root string) (notifier, error) {
			inner, err := newNotifier(root)
			return &limitedNotifier{notifier: inner, room: 2}, err
		},
	}
	for name, start := range starts {
		t.Run(name, func(t *testing.T) {
			top := t.TempDir()
			makeFolders(t, top+"/a/b/c", top+"/d/e")
			write(t, top+"/a/b/c/changed", "x")
			write(t, top+"/d/e/deleted", "x")
			var log lockedBuffer
			watch := startWatch(t, open(t, top), WatchOptions{Log: slog.New(slog.NewTextHandler(&log, nil))}, start)
			write(t, top+"/a/b/c/changed", "longer")
			remove(t, top+"/d/e/deleted")
			makeFolders(t, top+"/d/new/deep")
			write(t, top+"/d/new/deep/file", "x")
			want := []Change{
				{"a/b/c/changed", Changed}, {"d/e/deleted", Deleted},
				{"d/new", Added}, {"d/new/deep", Added}, {"d/new/deep/file", Added},
			}
			got := waitForChanges(t, watch, want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			removeAll(t, top+"/d/new")
			waitForChanges(t, watch, []Change{{"d/new", Deleted}})
			if !strings.Contains(log.String(), "looked at from time to time") && !strings.Contains(log.String(), "looking at folders") {
				t.Errorf("the log does not say that it polls: %q", log.String())
			}
		})
	}
}

func TestWatchGoesBackToTheSystemWhenItHasRoom(t *testing.T) {
	top := t.TempDir()
	makeFolders(t, top+"/a")
	var limited *limitedNotifier
	watch := startWatch(t, open(t, top), WatchOptions{}, func(root string) (notifier, error) {
		inner, err := newNotifier(root)
		limited = &limitedNotifier{notifier: inner, room: 1}
		return limited, err
	})
	limited.mu.Lock()
	limited.room = 10
	limited.mu.Unlock()
	for used := false; !used; {
		write(t, top+"/a/file", time.Now().String())
		batch(t, watch)
		limited.mu.Lock()
		used = limited.room < 10
		limited.mu.Unlock()
	}
	write(t, top+"/a/last", "x")
	waitForChanges(t, watch, []Change{{"a/last", Added}})
}

// heldNotifier keeps the tree from taking events, so that a real queue runs over.
type heldNotifier struct {
	*kernelNotifier
	mu   sync.Mutex
	held bool
}

func (n *heldNotifier) take() ([]event, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.held {
		return nil, false
	}
	return n.kernelNotifier.take()
}

func (n *heldNotifier) hold(held bool) {
	n.mu.Lock()
	n.held = held
	n.mu.Unlock()
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

func TestWatchRecoversFromLostEvents(t *testing.T) {
	top := t.TempDir()
	makeFolders(t, top+"/a")
	var held *heldNotifier
	watch := startWatch(t, open(t, top), WatchOptions{}, func(root string) (notifier, error) {
		inner, err := newNotifier(root)
		held = &heldNotifier{kernelNotifier: inner.(*kernelNotifier)}
		return held, err
	})
	held.hold(true)
	held.kernelNotifier.mu.Lock() // our reader waits here, and the kernel's queue fills
	write(t, top+"/a/x", "")
	const buffered = 4096 // about what fits into the reader's own buffer, and more
	for range (queueLength(t) + buffered) / 4 {
		rename(t, top+"/a/x", top+"/a/y") // two events each
		rename(t, top+"/a/y", top+"/a/x")
	}
	makeFolders(t, top+"/new/deep")
	held.kernelNotifier.mu.Unlock()
	held.hold(false)
	for !batch(t, watch).Overflow {
	}
	// The repair tells again when it is done; by then the new folder is watched.
	for told := false; !told; {
		write(t, top+"/new/deep/file", time.Now().String())
		told = slices.ContainsFunc(batch(t, watch).Changes, func(c Change) bool { return c.Path == "new/deep/file" })
	}
}

// TestWatchRenewsWhatTheSystemEnds ends a watch as the kernel does when a file
// system is unmounted.
func TestWatchRenewsWhatTheSystemEnds(t *testing.T) {
	top := t.TempDir()
	makeFolders(t, top+"/a/b")
	var held *heldNotifier
	watch := startWatch(t, open(t, top), WatchOptions{}, func(root string) (notifier, error) {
		inner, err := newNotifier(root)
		held = &heldNotifier{kernelNotifier: inner.(*kernelNotifier)}
		return held, err
	})
	for _, folder := range []string{"a", "."} {
		held.hold(true)
		if err := held.queue.Remove(held.watches[folder]); err != nil {
			t.Fatal(err)
		}
		held.hold(false)
		for !batch(t, watch).Overflow {
		}
		name := path.Join(folder, "new")
		write(t, filepath.Join(top, name), "x")
		waitForChanges(t, watch, []Change{{name, Added}})
	}
}
