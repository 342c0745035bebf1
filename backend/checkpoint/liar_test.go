//go:build linux

package checkpoint

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/keel-ide/keel/backend/checkpoint/internal/watch"
)

// lie is what a watcher does with the events of the kernel.
type lie string

const (
	honest      lie = "honest"
	repeating   lie = "repeating"
	reordering  lie = "reordering"
	overflowing lie = "overflowing"
	dropping    lie = "dropping"
)

// liar tells lies; it is asked from the watcher's own goroutine.
type liar struct {
	mu     sync.Mutex // guards what follows
	lie    lie
	number *rand.Rand
}

func (l *liar) tell(what lie, seed uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lie, l.number = what, rand.New(rand.NewPCG(seed, 0))
}

func (l *liar) filter(events []watch.Event) []watch.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := slices.Clone(events)
	switch l.lie {
	case honest:
	case repeating:
		out = slices.Repeat(out, 1+l.number.IntN(3))
	case reordering:
		l.number.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	case overflowing:
		out = slices.Insert(out, l.number.IntN(len(out)+1), watch.Overflow())
	case dropping:
		out = slices.DeleteFunc(out, func(e watch.Event) bool { return !e.Cookie && l.number.IntN(3) > 0 })
	}
	return out
}

// fataler is what tests and properties have in common.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// yard is a workspace in which anything happens. Few names are used, so that
// things come to where others were.
type yard struct {
	root    string
	number  func(below int) int
	written int
}

func (y *yard) pick(accept func(fs.DirEntry) bool) string {
	var found []string
	_ = filepath.WalkDir(y.root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && path != y.root && accept(d) {
			found = append(found, path)
		}
		return nil
	})
	if len(found) == 0 {
		return filepath.Join(y.root, "none")
	}
	return found[y.number(len(found))]
}

func (y *yard) folder() string {
	if y.number(4) == 0 {
		return y.root
	}
	if found := y.pick(fs.DirEntry.IsDir); filepath.Base(found) != "none" {
		return found
	}
	return y.root
}

func (y *yard) file() string {
	return y.pick(func(d fs.DirEntry) bool { return d.Type().IsRegular() })
}

func (y *yard) anything() string { return y.pick(func(fs.DirEntry) bool { return true }) }

func (y *yard) place() string { return filepath.Join(y.folder(), string(rune('a'+y.number(4)))) }

func (y *yard) text() []byte {
	y.written++
	return fmt.Appendf(nil, "%08d", y.written)
}

// change does something. What is impossible where it is tried is left out,
// whatever the error: only what has happened to the files counts.
func (y *yard) change() {
	actions := []func(){
		func() { _ = os.WriteFile(y.file(), y.text(), 0o600) },
		func() { _ = os.WriteFile(y.place(), y.text(), 0o600) },
		func() { _ = os.MkdirAll(filepath.Join(y.place(), "a"), 0o755) },
		func() { _ = os.Remove(y.anything()) },
		func() { _ = os.RemoveAll(y.anything()) },
		func() { _ = os.Rename(y.file(), y.place()) },
		func() { _ = os.Rename(y.pick(fs.DirEntry.IsDir), y.place()) },
		func() { _ = os.Chmod(y.anything(), fs.FileMode(0o700+y.number(0o70))) },
		func() { _ = os.Link(y.file(), y.place()) },
		func() { // a folder takes the place of another
			one, other := y.pick(fs.DirEntry.IsDir), y.pick(fs.DirEntry.IsDir)
			if one != other && os.Rename(one, y.root+"/aside") == nil {
				_ = os.RemoveAll(other)
				if os.Rename(y.root+"/aside", other) != nil {
					_ = os.RemoveAll(y.root + "/aside")
				}
			}
		},
		func() { // a folder is made anew with other things
			folder := y.pick(fs.DirEntry.IsDir)
			_ = os.RemoveAll(folder)
			_ = os.MkdirAll(filepath.Join(folder, "b"), 0o755)
			_ = os.WriteFile(filepath.Join(folder, "b", "c"), y.text(), 0o600)
		},
	}
	actions[y.number(len(actions))]()
}

// watched is a store that goes by its watcher, beside one that reads everything.
type watched struct {
	fataler
	yard      *yard
	liar      *liar
	here, all *Store
}

func newWatched(t *testing.T, f fataler, number func(below int) int) *watched {
	f.Helper()
	base, err := os.MkdirTemp(t.TempDir(), "liar")
	if err != nil {
		f.Fatal(err)
	}
	w := &watched{fataler: f, yard: &yard{root: filepath.Join(base, "root"), number: number}, liar: &liar{lie: honest}}
	for _, name := range []string{"a/a/a", "a/b", "b/a", "c"} {
		if err := os.MkdirAll(filepath.Join(w.yard.root, name), 0o755); err != nil {
			f.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(w.yard.root, name, "d"), w.yard.text(), 0o600); err != nil {
			f.Fatal(err)
		}
	}
	open := func(name string, o Options) *Store {
		s, err := Open(t.Context(), filepath.Join(base, name), w.yard.root, o)
		if err != nil {
			f.Fatal(err)
		}
		return s
	}
	w.here = open("here", Options{Faults: Faults{watch: w.liar.filter}})
	w.all = open("all", Options{NoWatch: true})
	w.warm(t)
	return w
}

func (w *watched) warm(t *testing.T) {
	w.Helper()
	if err := w.here.Warm(t.Context()); err != nil {
		w.Fatal(err)
	}
	if w.here.work.watcher == nil {
		w.Fatal("there is no watcher")
	}
}

func (w *watched) close() {
	for _, s := range []*Store{w.here, w.all} {
		if err := s.Close(); err != nil {
			w.Fatal(err)
		}
	}
}

// trees are those of a checkpoint by the watcher, and of one of everything.
func (w *watched) trees(t *testing.T) (here, all string) {
	w.Helper()
	got, err := w.here.Create(t.Context(), CreateRequest{})
	if err != nil {
		w.Fatal(err)
	}
	want, err := w.all.Create(t.Context(), CreateRequest{})
	if err != nil {
		w.Fatal(err)
	}
	return got.Tree, want.Tree
}

// found wants the watcher's lie to be noticed, and everything to be right after.
func (w *watched) found(t *testing.T) {
	w.Helper()
	news := w.here.Subscribe(t.Context())
	defer news.Close()
	if err := w.here.verifyWatcher(t.Context()); err != nil {
		w.Fatal(err)
	}
	if w.here.work.watcher != nil {
		w.Fatal("the watcher withheld something, and is still believed")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		e, err := news.Next(ctx)
		if err != nil {
			w.Fatal("waiting for the notice that the watcher is off: ", err)
		}
		if e.Notice != nil && e.Notice.Kind == WatcherOff {
			break
		}
	}
	if got, want := w.trees(t); got != want {
		w.Fatalf("without the watcher the tree is %s, want %s", got, want)
	}
}

// TestLyingWatcher has a watcher that says things twice, in another order, or
// that it has lost some: this changes no checkpoint. That it withholds something
// is found at the latest when it is checked.
func TestLyingWatcher(t *testing.T) {
	t.Parallel()
	noticed := 0
	rapid.Check(t, func(r *rapid.T) {
		w := newWatched(t, r, func(below int) int { return rapid.IntRange(0, below-1).Draw(r, "number") })
		defer w.close()
		withheld := false // from then on also what it says of later changes may be wrong
		for range rapid.IntRange(1, 5).Draw(r, "rounds") {
			what := rapid.SampledFrom([]lie{honest, repeating, reordering, overflowing, dropping}).Draw(r, "lie")
			w.liar.tell(what, rapid.Uint64().Draw(r, "seed"))
			withheld = withheld || what == dropping
			for range rapid.IntRange(0, 6).Draw(r, "changes") {
				w.yard.change()
			}
			got, want := w.trees(t)
			w.liar.tell(honest, 0)
			switch {
			case got == want:
			case !withheld:
				r.Fatalf("%s: the tree is %s, want %s", what, got, want)
			default:
				noticed++
				w.found(t)
				w.warm(t)
				withheld = false
			}
		}
	})
	if noticed == 0 {
		t.Error("no watcher ever withheld anything: the test tests nothing")
	}
}

// TestHonestWatcherStays checks the watcher after every checkpoint, for long.
func TestHonestWatcherStays(t *testing.T) {
	number := rand.New(rand.NewPCG(1, 2))
	w := newWatched(t, t, number.IntN)
	defer w.close()
	byHint := 0
	for round := range 80 {
		for range 1 + number.IntN(5) {
			w.yard.change()
		}
		if got, want := w.trees(t); got != want {
			t.Fatalf("round %d: the tree is %s, want %s", round, got, want)
		}
		byHint += w.here.work.hinted
		if err := w.here.verifyWatcher(t.Context()); err != nil {
			t.Fatal(err)
		}
		if w.here.work.watcher == nil {
			t.Fatalf("round %d: the watcher was switched off, and had said everything", round)
		}
	}
	if byHint < 20 {
		t.Errorf("%d checkpoints went by the watcher: the test tests little", byHint)
	}
}
