//go:build unix

package checkpointtest

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/keel-ide/keel/backend/checkpoint"
)

const modelCap = 32 // bytes: what is larger is not captured; ignore files are not

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
		// With the usual one, all files are too young for the stat cache to count.
		m.slack = rapid.SampledFrom([]time.Duration{1, 0}).Draw(r, "slack")
		m.must(os.Mkdir(m.root, 0o755))
		defer func() {
			if m.store != nil {
				m.must(m.store.Close())
			}
			m.must(os.RemoveAll(top))
		}()
		m.reopen(checkpoint.Options{})
		r.Repeat(m.actions())
		m.read(m.ids)
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
	slack     time.Duration
	days      int // by which the store's clock is ahead
	ids       []string
	saved     map[string]Tree // by id
	restores  []restored
	checked   int // how often older checkpoints were read back
}

// restored is a restore, or an undo, that may be taken back.
type restored struct {
	undo   string
	day    int
	before seen
	after  Tree
}

func (m *machine) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"write": m.write, "rewrite": m.rewrite, "append": m.append, "truncate": m.truncate, "mtime": m.forge, "chmod": m.chmod,
		"folder": m.folder, "link": m.link, "hard link": m.hardLink, "rename": m.rename, "remove": m.remove, "pipe": m.pipe,
		"folder for a while": m.folderForAWhile, "repository": m.repository, "ignore": m.ignore, "unreadable": m.unreadable,
		"open again": m.openAgain, "stat cache": m.statCache, "clean up": m.cleanUp,
		"checkpoint": m.create, "checkpoint again": m.create,
		"exact": m.exact, "agent": m.agent, "unsaved": m.unsaved, "undo": m.undo, "undo again": m.undo, "killed": m.killed, "patch": m.patch,
		"": m.check,
	}
}

func (m *machine) must(err error) {
	if err != nil {
		m.Fatal(err)
	}
}

func (m *machine) reopen(o checkpoint.Options) {
	if m.store != nil {
		m.must(m.store.Close())
		m.store = nil
	}
	o.MaxFile, o.Slack = modelCap, m.slack
	o.Now = func() time.Time { return time.Now().AddDate(0, 0, m.days) }
	store, err := m.open(m.Context(), m.dir, m.root, o)
	m.must(err)
	m.store = store
}

func (m *machine) tree() Tree {
	tree, err := Walk(m.root)
	m.must(err)
	return tree
}

func (m *machine) openAgain(*rapid.T) { m.reopen(checkpoint.Options{}) }

func (m *machine) create(*rapid.T) {
	made, err := m.store.Create(m.Context(), checkpoint.CreateRequest{})
	m.must(err)
	m.ids = append(m.ids, made.ID)
	m.saved[made.ID] = m.tree()
}

// statCache loses or damages what may be lost at any time.
func (m *machine) statCache(r *rapid.T) {
	m.must(m.store.Close())
	m.store = nil
	path := filepath.Join(m.dir, "statcache")
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist) || len(data) == 0:
	case rapid.Bool().Draw(r, "deleted"):
		m.must(os.Remove(path))
	default:
		data[rapid.IntRange(0, len(data)-1).Draw(r, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(r, "bit")
		m.must(os.WriteFile(path, data, 0o600))
	}
	m.reopen(checkpoint.Options{})
}

// cleanUp lets time pass and drops what the clean-up drops.
func (m *machine) cleanUp(r *rapid.T) {
	m.days += rapid.IntRange(0, 20).Draw(r, "days")
	pruned, err := m.store.Prune(m.Context(), checkpoint.PruneRequest{})
	if errors.Is(err, errors.ErrUnsupported) {
		r.Skip("this store has no clean-up")
	}
	m.must(err)
	for _, removed := range pruned.Removed {
		if i := slices.IndexFunc(m.restores, func(one restored) bool { return one.undo == removed }); i >= 0 {
			if m.days-m.restores[i].day < 89 {
				m.Fatalf("%s was removed: it is pinned", removed)
			}
			m.restores = slices.Delete(m.restores, i, i+1)
		}
		m.ids = slices.DeleteFunc(m.ids, func(id string) bool { return id == removed })
	}
}

// check reads checkpoints back after each action: the newest, and one of the
// others in turn. At the end all of them are read.
func (m *machine) check(*rapid.T) {
	ids := m.ids
	const newest = 2
	if older := len(ids) - newest; older > 0 {
		m.checked++
		ids = append(slices.Clone(ids[older:]), ids[m.checked%older])
	}
	m.read(ids)
}

// read compares each path of checkpoints with what it was.
func (m *machine) read(ids []string) {
	for _, id := range ids {
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
