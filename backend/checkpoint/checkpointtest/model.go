//go:build unix

package checkpointtest

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/keel-ide/keel/backend/checkpoint"
)

const modelCap = 10 // bytes: what is larger is not captured

// model changes a workspace at random, takes checkpoints and restores them in
// every way, and compares each outcome with what the oracle below says.
func model(t *testing.T, open Opener) {
	folder := inMemory(t)
	rapid.Check(t, func(r *rapid.T) {
		top, err := os.MkdirTemp(folder, "model")
		if err != nil {
			r.Fatal(err)
		}
		m := &machine{T: r, open: open, dir: filepath.Join(top, "store"), root: filepath.Join(top, "workspace"), saved: map[string]Tree{}}
		m.must(os.Mkdir(m.root, 0o755))
		defer func() {
			m.must(m.store.Close())
			m.must(os.RemoveAll(top))
		}()
		m.reopen(checkpoint.Options{MaxFile: modelCap})
		r.Repeat(map[string]func(*rapid.T){
			"write": m.write, "rewrite": m.rewrite, "chmod": m.chmod, "folder": m.folder, "link": m.link, "hard link": m.hardLink,
			"rename": m.rename, "remove": m.remove, "pipe": m.pipe, "ignore": m.ignore, "open again": m.openAgain,
			"checkpoint": m.create, "checkpoint again": m.create, "exact": m.exact, "agent": m.agent, "killed": m.killed,
			"": m.check,
		})
	})
}

// inMemory returns a folder where syncing costs nothing, if there is such a
// place: the model syncs some ten thousand times.
func inMemory(t *testing.T) string {
	folder, err := os.MkdirTemp("/dev/shm", "keel-model")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	return folder
}

type machine struct {
	*rapid.T
	open      Opener
	dir, root string
	store     Store
	ids       []string
	saved     map[string]Tree // by id
}

func (m *machine) must(err error) {
	if err != nil {
		m.Fatal(err)
	}
}

func (m *machine) reopen(o checkpoint.Options) {
	if m.store != nil {
		m.must(m.store.Close())
	}
	store, err := m.open(m.Context(), m.dir, m.root, o)
	m.must(err)
	m.store = store
}

func (m *machine) tree() Tree {
	tree, err := Walk(m.root)
	m.must(err)
	return tree
}

func paths() *rapid.Generator[string] {
	name := rapid.SampledFrom([]string{"a", "b", "c", "a.b", "node_modules", ".git", "\xff"})
	return rapid.Map(rapid.SliceOfN(name, 1, 3), func(names []string) string { return strings.Join(names, "/") })
}

func (m *machine) path(r *rapid.T) string { return filepath.Join(m.root, paths().Draw(r, "path")) }

func contents() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"", "1", "2", "aa", "bb", "0123456789", "0123456789+", "over the cap"})
}

// The actions may fail, as where a folder is in the way: then nothing changed.

func (m *machine) write(r *rapid.T) {
	path := m.path(r)
	_ = os.MkdirAll(filepath.Dir(path), 0o755)
	content := contents().Draw(r, "content")
	// Not to wait for a pipe's other end.
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NONBLOCK, 0o644)
	if err == nil {
		_, err = file.WriteString(content)
		m.must(errors.Join(err, file.Close()))
	}
}

// rewrite keeps size and time.
func (m *machine) rewrite(r *rapid.T) {
	path := m.path(r)
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return
	}
	m.must(os.WriteFile(path, []byte(strings.Repeat(rapid.SampledFrom([]string{"x", "y"}).Draw(r, "byte"), int(info.Size()))), 0o644))
	m.must(os.Chtimes(path, info.ModTime(), info.ModTime()))
}

func (m *machine) chmod(r *rapid.T) {
	path := m.path(r)
	mode := rapid.SampledFrom([]uint32{0o755, 0o700, 0o2750, 0o1777}).Draw(r, "mode")
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSymlink == 0 {
		m.must(chmod(path, mode))
	}
}

func (m *machine) folder(r *rapid.T) { _ = os.MkdirAll(m.path(r), 0o755) }

func (m *machine) link(r *rapid.T) { _ = os.Symlink(paths().Draw(r, "target"), m.path(r)) }

func (m *machine) hardLink(r *rapid.T) { _ = os.Link(m.path(r), m.path(r)) }

func (m *machine) rename(r *rapid.T) { _ = os.Rename(m.path(r), m.path(r)) }

func (m *machine) remove(r *rapid.T) {
	path := m.path(r)
	if _, err := os.Lstat(path); err == nil { // else RemoveAll may wait for a pipe above
		m.must(os.RemoveAll(path))
	}
}

func (m *machine) pipe(r *rapid.T) { _ = syscall.Mkfifo(m.path(r), 0o644) }

func (m *machine) ignore(r *rapid.T) {
	text := rapid.SampledFrom([]string{"", "node_modules"}).Draw(r, "rules")
	m.must(os.WriteFile(filepath.Join(m.root, ".gitignore"), []byte(text), 0o644))
}

func (m *machine) openAgain(*rapid.T) { m.reopen(checkpoint.Options{MaxFile: modelCap}) }

func (m *machine) create(*rapid.T) {
	made, err := m.store.Create(m.Context(), checkpoint.CreateRequest{})
	m.must(err)
	m.ids = append(m.ids, made.ID)
	m.saved[made.ID] = m.tree()
}

func (m *machine) anyID(r *rapid.T, label string) string {
	if len(m.ids) == 0 {
		r.Skip("no checkpoint yet")
	}
	return rapid.SampledFrom(m.ids).Draw(r, label)
}

// exact restores, undoes and redoes.
func (m *machine) exact(r *rapid.T) {
	id := m.anyID(r, "id")
	m.restore(checkpoint.RestoreRequest{ID: id}, expectExact(m.saved[id], m.tree()))
}

func (m *machine) agent(r *rapid.T) {
	before, after := m.anyID(r, "before"), m.anyID(r, "after")
	m.restore(checkpoint.RestoreRequest{ID: before, Verb: checkpoint.Agent, After: after}, expectAgent(m.saved[before], m.saved[after], m.tree()))
}

func (m *machine) restore(request checkpoint.RestoreRequest, want Tree) {
	before := m.tree()
	result, err := m.store.Restore(m.Context(), request)
	m.must(err)
	m.wantTree(want, "restored")
	undone, err := m.store.Undo(m.Context(), result.Undo)
	m.must(err)
	// That is before, but for what restored ignore rules no longer cover.
	old := expectAgent(before, want, want)
	m.wantTree(old, "undone")
	_, err = m.store.Undo(m.Context(), undone.Undo)
	m.must(err)
	m.wantTree(expectAgent(want, old, old), "redone")
}

// killed stops a restore at some step and opens the store again.
func (m *machine) killed(r *rapid.T) {
	id := m.anyID(r, "id")
	before := m.tree()
	want := expectExact(m.saved[id], before)
	steps, last := 0, rapid.IntRange(1, 30).Draw(r, "step")
	m.reopen(checkpoint.Options{MaxFile: modelCap, Faults: checkpoint.Faults{Step: func(string) error {
		if steps++; steps == last {
			return errKilled
		}
		return nil
	}}})
	_, err := m.store.Restore(m.Context(), checkpoint.RestoreRequest{ID: id})
	if err != nil && !errors.Is(err, errKilled) {
		m.Fatal(err)
	}
	m.reopen(checkpoint.Options{MaxFile: modelCap})
	if got := m.tree(); err == nil || !cmp.Equal(got, before) {
		m.wantTree(want, "killed")
	}
}

// check reads every checkpoint back.
func (m *machine) check(*rapid.T) {
	for _, id := range m.ids {
		saved := m.saved[id]
		for path, item := range saved {
			content, entry, err := m.store.ReadFile(m.Context(), id, path)
			switch {
			case saved.unknown(path):
				if !errors.Is(err, checkpoint.ErrNotCovered) {
					m.Fatalf("%s at %s: %v, want ErrNotCovered", path, id, err)
				}
			case item.Type == "d":
				if !errors.Is(err, checkpoint.ErrNotFile) || entry.Mode != item.Mode {
					m.Fatalf("%s at %s: %+v, %v", path, id, entry, err)
				}
			case err != nil || string(content) != item.Content || entry.Mode != item.Mode:
				m.Fatalf("%s at %s: %q, %+v, %v; want %+v", path, id, content, entry, err, item)
			}
		}
	}
}

func (m *machine) wantTree(want Tree, when string) {
	if diff := cmp.Diff(want, m.tree()); diff != "" {
		m.Fatalf("%s (-want +got):\n%s", when, diff)
	}
}

// unknown tells whether a checkpoint of the tree does not cover a path.
func (t Tree) unknown(path string) bool {
	for up := path; up != "."; up = filepath.Dir(up) {
		item := t[up]
		name := filepath.Base(up)
		switch {
		case name == ".git" && item.Type != "":
			return true
		case name == "node_modules" && item.Type == "d" && t[".gitignore"].Content == "node_modules":
			return true
		case item.Type == "-" && len(item.Content) > modelCap:
			return true
		case item.Type != "" && item.Type != "-" && item.Type != "d" && item.Type != "L":
			return true
		}
	}
	return false
}

// expectExact is what an exact restore of target should leave of now.
func expectExact(target, now Tree) Tree {
	want := maps.Clone(now)
	for path := range union(target, now) {
		if !target.unknown(path) && !now.unknown(path) {
			want.set(path, target[path])
		}
	}
	return settle(want, now, target)
}

// expectAgent is what taking back before..after should leave of now.
func expectAgent(before, after, now Tree) Tree {
	want := maps.Clone(now)
	for path := range union(before, after) {
		if before.unknown(path) || after.unknown(path) || now.unknown(path) {
			continue
		}
		if before[path] != after[path] && now[path] == after[path] {
			want.set(path, before[path])
		}
	}
	return settle(want, now, before)
}

func union(a, b Tree) Tree {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

func (t Tree) set(path string, item Item) {
	if item.Type == "" {
		delete(t, path)
	} else {
		t[path] = item
	}
}

// settle makes want a tree that can be: a folder that holds something stays one,
// and what has no folder to be in is not written, or gets its folder from
// origin where nothing is in the way.
func settle(want, now, origin Tree) Tree {
	all := slices.SortedFunc(maps.Keys(union(want, now)), func(a, b string) int { return strings.Compare(slashFirst(b), slashFirst(a)) })
	for _, path := range all { // inner ones first
		if now[path].Type != "d" || want[path].Type == "d" || !want.holds(path) {
			continue
		}
		if want[path].Type == "" {
			want[path] = now[path]
			continue
		}
		for inner := range union(want, now) {
			if inner == path || strings.HasPrefix(inner, path+"/") {
				want.set(inner, now[inner])
			}
		}
	}
	slices.Reverse(all)
	for _, path := range all {
		if _, ok := want[path]; !ok {
			continue
		}
		var missing []string
		for up := filepath.Dir(path); up != "."; up = filepath.Dir(up) {
			switch want[up].Type {
			case "d":
				continue
			case "":
				if !now.unknown(up) {
					missing = append(missing, up)
					continue
				}
			}
			want.set(path, now[path])
			missing = nil
			break
		}
		for _, up := range missing {
			item := origin[up]
			if item.Type != "d" {
				item = Item{Type: "d", Mode: 0o755}
			}
			want[up] = item
		}
	}
	return want
}

func (t Tree) holds(folder string) bool {
	for path := range t {
		if strings.HasPrefix(path, folder+"/") {
			return true
		}
	}
	return false
}

func slashFirst(path string) string { return strings.ReplaceAll(path, "/", "\x00") }

// String keeps failures short.
func (i Item) String() string { return fmt.Sprintf("%s %#o %q", i.Type, i.Mode, i.Content) }
