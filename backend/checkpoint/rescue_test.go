//go:build unix

package checkpoint_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/checkpoint/checkpointtest"
)

// noiseOf is text of which nothing is left to compress, so that it can be found
// in a file that holds it.
func noiseOf(seed uint64) string {
	random, out := rand.New(rand.NewPCG(seed, seed)), make([]byte, 600)
	for i := range out {
		out[i] = byte(random.Uint32())
	}
	return string(out)
}

// history is a store that has been through everything, and is closed.
type history struct {
	root, dir string
	all       map[string]checkpointtest.Tree // as they should come back, also those that were cleaned up
	listed    map[string]string              // checkpoint -> hash of its tree
	secret    string                         // was taken out
	alone     string                         // in one checkpoint only
	aloneID   string
	target    string // what was restored
}

func newHistory(t *testing.T) *history {
	t.Helper()
	h := &history{root: t.TempDir(), dir: t.TempDir(), all: map[string]checkpointtest.Tree{}, listed: map[string]string{}, secret: noiseOf(1), alone: noiseOf(2)}
	now := time.Now().AddDate(0, 0, -60)
	store := opened(t, h.dir, h.root, checkpoint.Options{Now: func() time.Time { return now }, Grace: -1})
	take := func(session string, reason checkpoint.Reason) string {
		now = now.Add(time.Minute)
		made, err := store.Create(t.Context(), checkpoint.CreateRequest{Reason: reason, SessionID: session, TurnID: session})
		must(t, err)
		h.all[made.ID] = walk(t, h.root)
		return made.ID
	}
	session := func(name string) {
		for i, reason := range []checkpoint.Reason{checkpoint.TurnStart, checkpoint.PreTool, checkpoint.PostTool, checkpoint.TurnEnd} {
			write(t, filepath.Join(h.root, "src", name), noiseOf(uint64(len(h.all)+10)))
			write(t, filepath.Join(h.root, "same", name+string(rune('a'+i))), "text")
			take(name, reason)
			take(name, reason) // nothing has changed
		}
	}
	write(t, filepath.Join(h.root, "secret/key"), h.secret)
	session("old")
	now = now.AddDate(0, 0, 50)
	session("recent")
	h.target = take("recent", checkpoint.Manual)
	write(t, filepath.Join(h.root, "alone"), h.alone)
	h.aloneID = take("recent", checkpoint.Manual)
	_, err := store.Restore(t.Context(), checkpoint.RestoreRequest{ID: h.target})
	must(t, err)
	pruned, err := store.Prune(t.Context(), checkpoint.PruneRequest{})
	must(t, err)
	if len(pruned.Removed) == 0 {
		t.Fatal("nothing was cleaned up")
	}
	if !holdsBytes(t, h.dir, h.secret) {
		t.Fatal("the secret cannot be found where it is")
	}
	must(t, os.RemoveAll(filepath.Join(h.root, "secret")))
	_, err = store.Purge(t.Context(), "secret/key")
	must(t, err)
	session("last")
	h.note(t, store)
	must(t, store.Close())
	return h
}

// note takes down what is listed, and how each checkpoint should come back: of
// the secret only the folder.
func (h *history) note(t *testing.T, store *checkpoint.Store) {
	t.Helper()
	list, err := store.List(t.Context())
	must(t, err)
	for _, c := range list {
		h.listed[c.ID] = c.Tree
		switch {
		case h.all[c.ID] != nil:
		case c.Reason == checkpoint.PreRestore:
			h.all[c.ID] = h.all[h.aloneID]
		case c.Reason == checkpoint.PostRestore:
			h.all[c.ID] = h.all[h.target]
		}
	}
	for _, tree := range h.all {
		delete(tree, "secret/key")
	}
}

// holdsBytes tells whether any file below a folder holds some bytes.
func holdsBytes(t *testing.T, dir, text string) bool {
	t.Helper()
	for _, content := range contents(t, dir) {
		if strings.Contains(content, text) {
			return true
		}
	}
	return false
}

// contents reads all files below a folder, but for the lock, which says who had
// it last.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || e.Name() == "lock" {
			return err
		}
		data, err := os.ReadFile(path)
		out[path] = string(data)
		return err
	}))
	return out
}

// noRecord fails unless the store says that it has lost its record.
func (h *history) noRecord(t *testing.T) {
	t.Helper()
	store, err := checkpoint.Open(t.Context(), h.dir, h.root, checkpoint.Options{})
	if err == nil {
		must(t, store.Close())
	}
	if !errors.Is(err, checkpoint.ErrNoRecord) {
		t.Fatalf("open: %v", err)
	}
}

// compare restores all that came back, and returns what did not.
func (h *history) compare(t *testing.T) (missing []string) {
	t.Helper()
	store := opened(t, h.dir, h.root, checkpoint.Options{Grace: -1})
	list, err := store.List(t.Context())
	must(t, err)
	trees := map[string]bool{}
	for _, c := range list {
		trees[c.Tree] = true
		if tree, was := h.listed[c.ID]; was && tree != c.Tree {
			t.Errorf("%s came back with another tree", c.ID)
		}
		_, err := store.Restore(t.Context(), checkpoint.RestoreRequest{ID: c.ID})
		must(t, err)
		if d := cmp.Diff(h.all[c.ID], walk(t, h.root)); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.ID, d)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(h.listed)) {
		if !slices.ContainsFunc(list, func(c checkpoint.Checkpoint) bool { return c.ID == id }) {
			missing = append(missing, id)
			if !trees[h.listed[id]] {
				t.Errorf("%s is missing, and so is its tree", id)
			}
		}
	}
	return missing
}

func (h *history) sound(t *testing.T) {
	t.Helper()
	report, err := opened(t, h.dir, h.root, checkpoint.Options{}).Verify(t.Context(), checkpoint.VerifyRequest{ReadData: true})
	must(t, err)
	if len(report.Damages) > 0 {
		t.Errorf("damages: %+v", report.Damages)
	}
}

func TestRescue(t *testing.T) {
	for name, damage := range map[string]func(path string, old []byte) error{
		"deleted": func(path string, _ []byte) error { return os.Remove(path) },
		"garbage": func(path string, old []byte) error {
			return os.WriteFile(path, bytes.Repeat([]byte("?"), len(old)), 0o600)
		},
		"half":        func(path string, old []byte) error { return os.Truncate(path, int64(len(old)/2)) },
		"zero length": func(path string, _ []byte) error { return os.Truncate(path, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHistory(t)
			path := filepath.Join(h.dir, "meta.db")
			old, err := os.ReadFile(path)
			must(t, err)
			for _, suffix := range []string{"-wal", "-shm"} {
				must(t, os.RemoveAll(path+suffix))
			}
			must(t, damage(path, old))
			damaged, readErr := os.ReadFile(path)
			h.noRecord(t)
			rescued, err := checkpoint.Rescue(t.Context(), h.dir, checkpoint.Options{})
			must(t, err)
			if rescued.Checkpoints == 0 {
				t.Errorf("rescued: %+v", rescued)
			}
			if readErr == nil {
				got, err := os.ReadFile(filepath.Join(rescued.Aside, "meta.db"))
				if err != nil || !bytes.Equal(got, damaged) {
					t.Errorf("put aside in %q: %d bytes, %v; was %d", rescued.Aside, len(got), err, len(damaged))
				}
			}
			missing := h.compare(t)
			h.sound(t)
			t.Logf("%+v, missing %d of %d", rescued, len(missing), len(h.listed))
			if holdsBytes(t, h.dir, h.secret) {
				t.Error("what was taken out of the history is in the store")
			}
		})
	}
}

// TestRescueOfADamagedSegment has a content damaged besides, which one
// checkpoint and the one before the restore need.
func TestRescueOfADamagedSegment(t *testing.T) {
	h := newHistory(t)
	hit := 0
	for path, content := range contents(t, filepath.Join(h.dir, "packs")) {
		if at := strings.Index(content, h.alone); at >= 0 {
			hit++
			data := []byte(content)
			data[at+len(h.alone)/2] ^= 1
			must(t, os.WriteFile(path, data, 0o600))
		}
	}
	if hit != 1 {
		t.Fatalf("the content is in %d segments", hit)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		must(t, os.RemoveAll(filepath.Join(h.dir, "meta.db"+suffix)))
	}
	h.noRecord(t)
	rescued, err := checkpoint.Rescue(t.Context(), h.dir, checkpoint.Options{})
	must(t, err)
	needed := h.listed[h.aloneID]
	for id, tree := range h.listed {
		if tree == needed {
			delete(h.listed, id)
			rescued.Lost--
		}
	}
	if rescued.Lost != 0 || rescued.Checkpoints == 0 {
		t.Errorf("rescued: %+v more than need it", rescued)
	}
	h.compare(t)
}

func TestRescueThatIsEnded(t *testing.T) {
	h := newHistory(t)
	must(t, os.Truncate(filepath.Join(h.dir, "meta.db"), 100))
	before := contents(t, h.dir)
	for at := range 4 {
		ctx, cancel := context.WithCancel(t.Context())
		steps := 0
		if at == 0 {
			cancel()
		}
		rescued, err := checkpoint.Rescue(ctx, h.dir, checkpoint.Options{Faults: checkpoint.Faults{Step: func(step string) error {
			if steps++; steps == at {
				cancel()
			}
			return nil
		}}})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("ended at step %d: %+v, %v", at, rescued, err)
		}
		if d := cmp.Diff(before, contents(t, h.dir)); d != "" {
			t.Fatalf("ended at step %d (-before +after):\n%s", at, d)
		}
	}
	h.noRecord(t)
	_, err := checkpoint.Rescue(t.Context(), h.dir, checkpoint.Options{})
	must(t, err)
	h.compare(t)
}
