package watch

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestACookieThatDoesNotComeBack(t *testing.T) {
	var held atomic.Bool
	m := start(t, Options{Filter: func(events []Event) []Event {
		return slices.DeleteFunc(events, func(e Event) bool { return held.Load() && e.Cookie })
	}})
	held.Store(true)
	must(t, os.WriteFile(m.top+"/a/new", nil, 0o644))

	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := m.watcher.Drain(ctx, patience); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Drain with a context that ends: %v", err)
	}
	dirty, err := m.watcher.Drain(t.Context(), time.Millisecond)
	must(t, err)
	if diff := cmp.Diff(Dirty{All: true, Why: "the kernel did not tell of a renamed file within 1ms"}, dirty); diff != "" {
		t.Errorf("dirty after the limit (-want +got):\n%s", diff)
	}

	held.Store(false)
	must(t, os.WriteFile(m.top+"/d/new", nil, 0o644))
	if diff := cmp.Diff(Dirty{Folders: map[string]bool{"d": false}}, m.drain(t)); diff != "" {
		t.Errorf("dirty with the cookie back (-want +got):\n%s", diff)
	}
}

func TestALateCookieIsWaitedFor(t *testing.T) {
	late := make(chan struct{}, 1)
	var kept []Event
	m := start(t, Options{Filter: func(events []Event) []Event {
		if len(events) == 1 && events[0].Cookie && events[0].Mask&unix.IN_MOVED_TO != 0 {
			kept = events
			late <- struct{}{}
			return nil
		}
		return append(events, kept...)
	}})
	go func() {
		<-late
		_ = os.WriteFile(m.top+"/a/new", nil, 0o644) // by the time it is read, the Drain waits
	}()
	ctx, cancel := context.WithTimeout(t.Context(), patience/2) // comes before the limit
	defer cancel()
	dirty, err := m.watcher.Drain(ctx, patience)
	if diff := cmp.Diff(Dirty{Folders: map[string]bool{"a": false}}, dirty); err != nil || diff != "" {
		t.Errorf("error %v, dirty (-want +got):\n%s", err, diff)
	}
}

func TestAnEndedContextForgetsNothing(t *testing.T) {
	m := start(t, Options{})
	must(t, os.WriteFile(m.top+"/a/new", nil, 0o644))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if dirty, err := m.watcher.Drain(ctx, patience); !errors.Is(err, context.Canceled) || !dirty.Clean() {
		t.Errorf("Drain: %v, %v", dirty, err)
	}
	if diff := cmp.Diff(Dirty{Folders: map[string]bool{"a": false}}, m.drain(t)); diff != "" {
		t.Errorf("dirty (-want +got):\n%s", diff)
	}
}

func TestCookiesLeaveNothing(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "cookies")
	must(t, os.MkdirAll(folder, 0o700))
	must(t, os.WriteFile(folder+"/cookie-7", nil, 0o600)) // of a process that was killed
	must(t, os.WriteFile(folder+"/kept", nil, 0o600))
	w, err := New(folder, Options{})
	must(t, err)
	defer w.Close()
	for range 3 {
		if dirty, err := w.Drain(t.Context(), patience); err != nil || !dirty.Clean() {
			t.Errorf("Drain: %v, %v", dirty, err)
		}
	}
	other, err := New(folder, Options{}) // takes the file away
	must(t, err)
	if dirty, err := w.Drain(t.Context(), patience); err != nil || !dirty.Clean() {
		t.Errorf("Drain when the file is gone: %v, %v", dirty, err)
	}
	must(t, errors.Join(w.Close(), other.Close()))
	entries, err := os.ReadDir(folder)
	must(t, err)
	if len(entries) != 1 || entries[0].Name() != "kept" {
		t.Errorf("left in the folder: %v", entries)
	}
}

func TestTheCookieFolderIsMadeAgain(t *testing.T) {
	m := start(t, Options{})
	must(t, os.RemoveAll(m.top+"-cookies"))
	must(t, os.WriteFile(m.top+"/a/new", nil, 0o644))
	if diff := cmp.Diff(Dirty{Folders: map[string]bool{"a": false}}, m.drain(t)); diff != "" {
		t.Errorf("dirty (-want +got):\n%s", diff)
	}
}

// TestCookiesInsideTheWorkspace adds their folder too, which only a careless
// capture does; the cookies still are no change, and removing it harms nothing.
func TestCookiesInsideTheWorkspace(t *testing.T) {
	cookies := filepath.Join(t.TempDir(), "cookies")
	w, err := New(cookies, Options{})
	must(t, err)
	defer w.Close()
	folder, err := os.Open(cookies)
	must(t, err)
	defer folder.Close()
	must(t, w.Add(folder.Fd(), "own"))
	must(t, os.WriteFile(cookies+"/file", nil, 0o600))
	for _, want := range []map[string]bool{{"own": false}, nil} {
		got, err := w.Drain(t.Context(), patience)
		if diff := cmp.Diff(Dirty{Folders: want}, got); err != nil || diff != "" {
			t.Errorf("error %v, dirty (-want +got):\n%s", err, diff)
		}
		w.Remove("own")
	}
}

func TestCloseEndsADrain(t *testing.T) {
	reached := make(chan struct{}, 1)
	w, err := New(t.TempDir(), Options{Filter: func([]Event) []Event {
		select {
		case reached <- struct{}{}:
		default:
		}
		return nil
	}})
	must(t, err)
	drained := make(chan error)
	go func() {
		_, err := w.Drain(context.Background(), patience)
		drained <- err
	}()
	<-reached
	must(t, w.Close())
	must(t, w.Close())
	if err := <-drained; !errors.Is(err, os.ErrClosed) {
		t.Errorf("the Drain under way: %v", err)
	}
	if _, err := w.Drain(t.Context(), patience); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a Drain afterwards: %v", err)
	}
	if err := w.Add(0, "a"); !errors.Is(err, os.ErrClosed) {
		t.Errorf("adding afterwards: %v", err)
	}
}
