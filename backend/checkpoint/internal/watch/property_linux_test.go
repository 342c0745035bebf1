package watch

import (
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

// ground is a workspace and a place outside of it, on which anything is done.
// Few names are used, so that folders come to where others were.
type ground struct {
	top, outside string
	number       func(below int) int
	written      int
}

func newGround(t fataler, number func(below int) int) *ground {
	t.Helper()
	base, err := os.MkdirTemp("", "watch")
	if err != nil {
		t.Fatal(err)
	}
	g := &ground{top: base + "/top", outside: base + "/outside", number: number}
	for _, folder := range []string{g.top, g.outside} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for range 10 {
		g.makeFolders()
		g.write()
	}
	return g
}

func (g *ground) remove() { os.RemoveAll(filepath.Dir(g.top)) }

// any returns what there is in the workspace, or with it outside.
func (g *ground) any(accept func(d fs.DirEntry) bool, tops ...string) string {
	var paths []string
	for _, top := range tops {
		_ = filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			if err == nil && path != top && accept(d) {
				paths = append(paths, path)
			}
			return nil
		})
	}
	if len(paths) == 0 {
		return ""
	}
	return paths[g.number(len(paths))]
}

func (g *ground) folder(tops ...string) string {
	found := g.any(fs.DirEntry.IsDir, tops...)
	if found == "" || g.number(4) == 0 {
		return tops[g.number(len(tops))]
	}
	return found
}

func (g *ground) name() string { return string(rune('a' + g.number(4))) }

func (g *ground) file() string {
	return g.any(func(d fs.DirEntry) bool { return d.Type().IsRegular() }, g.top)
}

func anything(fs.DirEntry) bool { return true }

// What is impossible where it is tried is left out, whatever the error: only
// what happens to the files counts.
func (g *ground) actions() []func() {
	return []func(){
		g.write, g.write, g.makeFolders, g.makeFolders, g.move, g.move, g.move, g.exchange, g.exchange,
		func() { // append
			file, err := os.OpenFile(g.file(), os.O_WRONLY|os.O_APPEND, 0)
			if err == nil {
				_, _ = file.WriteString("+")
				file.Close()
			}
		},
		func() { _ = os.Truncate(g.file(), int64(g.number(3))) },
		func() { _ = os.Chmod(g.any(anything, g.top), fs.FileMode(0o700+g.number(0o70))) },
		func() { _ = os.Remove(g.any(anything, g.top)) },
		func() { _ = os.RemoveAll(g.any(anything, g.top)) },
		func() { _ = os.Symlink(g.folder(g.top), g.folder(g.top)+"/"+g.name()) },
		func() { // a folder is made anew with what it had
			folder := g.any(fs.DirEntry.IsDir, g.top)
			if folder != "" && os.RemoveAll(folder) == nil {
				_ = os.MkdirAll(folder+"/"+g.name()+"/"+g.name(), 0o755)
			}
		},
	}
}

func (g *ground) write() {
	g.written++
	_ = os.WriteFile(g.folder(g.top, g.outside)+"/"+g.name(), fmt.Append(nil, g.written), 0o644)
}

func (g *ground) makeFolders() {
	_ = os.MkdirAll(g.folder(g.top, g.outside)+"/"+g.name()+"/"+g.name(), 0o755)
}

func (g *ground) move() {
	_ = os.Rename(g.any(anything, g.top, g.outside), g.folder(g.top, g.outside)+"/"+g.name())
}

func (g *ground) exchange() {
	one, other := g.any(anything, g.top, g.outside), g.any(anything, g.top, g.outside)
	_ = unix.Renameat2(unix.AT_FDCWD, one, unix.AT_FDCWD, other, unix.RENAME_EXCHANGE)
}

// harmless filters change what must not matter.
func harmless() map[string]func([]Event) []Event {
	return map[string]func([]Event) []Event{
		"as they are": nil,
		"doubled":     func(events []Event) []Event { return slices.Repeat(events, 2) },
		"overflowing": func(events []Event) []Event {
			if len(events)%5 == 0 {
				return []Event{Overflow()}
			}
			return events
		},
		"turned round": func(events []Event) []Event {
			slices.Reverse(events)
			return events
		},
	}
}

// TestWhatIsNotDirtyIsUnchanged looks only where the watcher says, after any
// number of changes, and then knows everything.
func TestWhatIsNotDirtyIsUnchanged(t *testing.T) {
	filters := harmless()
	rapid.Check(t, func(r *rapid.T) {
		ground := newGround(r, func(below int) int { return rapid.IntRange(0, below-1).Draw(r, "number") })
		defer ground.remove()
		filter := rapid.SampledFrom(slices.Sorted(maps.Keys(filters))).Draw(r, "events")
		m := newMirror(r, ground.top, Options{Filter: filters[filter]})
		defer m.watcher.Close()
		for range rapid.IntRange(1, 12).Draw(r, "captures") {
			for range rapid.IntRange(0, 12).Draw(r, "changes") {
				actions := ground.actions()
				actions[ground.number(len(actions))]()
			}
			capture(t, r, m, ground)
		}
	})
}

// capture first fails now and then: when nothing is done yet, or everything.
func capture(t *testing.T, r *rapid.T, m *mirror, ground *ground) {
	dirty := m.drain(t)
	for range rapid.IntRange(0, 2).Draw(r, "failed captures") {
		if rapid.Bool().Draw(r, "late") {
			if err := m.clone().update(dirty); err != nil {
				r.Fatal(err)
			}
		}
		m.watcher.Return(dirty)
		if rapid.Bool().Draw(r, "changed meanwhile") {
			ground.move()
			ground.makeFolders()
		}
		dirty = m.drain(t)
	}
	if err := m.update(dirty); err != nil {
		r.Fatal(err)
	}
	if diff := cmp.Diff(walk(r, m.top), m.all()); diff != "" {
		r.Fatalf("after %v the walk and the mirror differ (-walk +mirror):\n%s", dirty, diff)
	}
	if got := m.watcher.Watched(); got < len(m.folders) {
		r.Fatalf("%d folders are watched of %d", got, len(m.folders))
	}
}

// TestNothingIsMissedWhileCapturing changes files all the time. A capture may
// then see a state that never was, but when all is quiet the next one is right.
func TestNothingIsMissedWhileCapturing(t *testing.T) {
	for seed := range uint64(10) {
		random := rand.New(rand.NewPCG(seed, 1))
		ground := newGround(t, random.IntN)
		m := newMirror(t, ground.top, Options{})
		changed := make(chan struct{})
		go func() {
			defer close(changed)
			for range 200 {
				actions := ground.actions()
				actions[ground.number(len(actions))]()
			}
		}()
		for quiet := false; !quiet; {
			select {
			case <-changed:
				quiet = true
			default:
			}
			if err := m.update(m.drain(t)); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(walk(t, m.top), m.all()); diff != "" {
			t.Errorf("seed %d: the walk and the mirror differ (-walk +mirror):\n%s", seed, diff)
		}
		m.watcher.Close()
		ground.remove()
	}
}
