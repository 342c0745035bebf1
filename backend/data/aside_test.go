package data_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/data"
)

// aside are the folders with what is being removed.
func aside(t *testing.T, p data.Places) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(p.Data, ".removing-*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// endsWhen is a context that is cancelled once something is so.
type endsWhen struct {
	context.Context //nolint:containedctx // it is a context itself

	so    func() bool
	ended *atomic.Bool
}

func (c endsWhen) Err() error {
	if c.ended.Load() || c.so() {
		c.ended.Store(true)
		return context.Canceled
	}
	return c.Context.Err()
}

func clearUntil(t *testing.T, p data.Places, so func() bool, names ...string) (data.Cleared, error) {
	t.Helper()
	var kinds []data.Kind
	for _, name := range names {
		kind, _ := data.Named(name)
		kinds = append(kinds, kind)
	}
	return data.Clear(endsWhen{t.Context(), so, &atomic.Bool{}}, p, kinds)
}

// Ctrl-C while things are moved: nothing has been removed yet.
func TestWhereItIsEndedBeforeAnythingIsDeletedAllIsInItsPlace(t *testing.T) {
	p := kept(t)
	two := filepath.Join(p.Data, "workspaces", "two", "window.json")
	if err := os.Remove(two); err != nil { // then the folder goes with its last item
		t.Fatal(err)
	}
	done, err := clearUntil(t, p, func() bool { return !exists(t, filepath.Join(p.Data, "workspaces", "two")) }, "sessions", "audit")
	if !errors.Is(err, context.Canceled) || len(done.Gone)+len(done.Partly) != 0 {
		t.Errorf("%+v, %v; want it cancelled with nothing removed", done, err)
	}
	for _, name := range []string{"one/sessions/s.jsonl", "two/sessions/s.jsonl", "one/audit/lock"} {
		if !exists(t, filepath.Join(p.Data, "workspaces", name)) {
			t.Errorf("%s is not in its place", name)
		}
	}
	if left := aside(t, p); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
}

// Ctrl-C between two items: what is said as removed is gone, all else is there.
func TestWhereItIsEndedTheRestComesBack(t *testing.T) {
	p := kept(t)
	deleting := func() bool {
		for _, folder := range aside(t, p) {
			if !exists(t, filepath.Join(folder, "0")) && exists(t, filepath.Join(folder, "1")) {
				return true
			}
		}
		return false
	}
	done, err := clearUntil(t, p, deleting, "sessions")
	if !errors.Is(err, context.Canceled) || len(done.Gone) != 1 || len(done.Partly) != 0 {
		t.Fatalf("%+v, %v; want it cancelled after the first", done, err)
	}
	if exists(t, done.Gone[0].Path) {
		t.Errorf("%s is still there", done.Gone[0].Path)
	}
	if !exists(t, filepath.Join(p.Data, "workspaces", "two", "sessions", "s.jsonl")) {
		t.Error("the other one is not in its place")
	}
	if left := aside(t, p); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
}

// A window that is open makes its caches again at any time: they are not replaced.
func TestWhatIsThereAgainIsNotReplacedByWhatComesBack(t *testing.T) {
	p := kept(t)
	write(t, filepath.Join(p.Data, "crashes", "b.txt"))
	again := filepath.Join(p.Data, "crashes", "b.txt")
	deleting := func() bool {
		for _, folder := range aside(t, p) {
			if !exists(t, filepath.Join(folder, "0")) && exists(t, filepath.Join(folder, "2")) {
				if err := os.WriteFile(again, []byte("newer"), 0o600); err != nil {
					t.Fatal(err)
				}
				return true
			}
		}
		return false
	}
	done, err := clearUntil(t, p, deleting, "crashes")
	if !errors.Is(err, context.Canceled) || len(done.Gone) != 1 || len(done.Partly) != 1 {
		t.Fatalf("%+v, %v", done, err)
	}
	if text, err := os.ReadFile(again); err != nil || string(text) != "newer" {
		t.Errorf("the newer one is %q, %v", text, err)
	}
	if done.Partly[0].Item.Path != again || !exists(t, done.Partly[0].Path) {
		t.Errorf("what is said of the older one: %+v", done.Partly[0])
	}
	if d := cmp.Diff(aside(t, p), []string{filepath.Dir(done.Partly[0].Path)}); d != "" {
		t.Error(d)
	}
}
